package tempo.ingester;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.ingester.HeadTraces.Generation;
import tempo.ingester.HeadTraces.HeadTrace;
import tempo.span.SliceBatch;
import tempo.tempodb.BlockBuilder;
import tempo.tempodb.TempoDb;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.wal.Wal;
import tempo.tempodb.wal.WalException;
import tempo.tempodb.wal.WalPosition;
import tempo.tempodb.wal.WalReader;

/**
 * Cuts one block: reads the slices of a generation from the write-ahead log in key order, writes them as one committed block,
 * and releases them in the log. Blocks its thread. A failed cut leaves nothing behind and may be repeated.
 */
final class BlockCut {
    /** A trace with more bytes than this becomes several entries of the block, so that memory does not depend on it. */
    private static final int VALUE_BYTES_TARGET = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(BlockCut.class);

    private final Wal wal;
    private final TempoDb db;

    private ByteBuffer value = ByteBuffer.allocate(64 << 10);
    private int valueSpans;
    private int valueSlices;
    private long valueStartMin;
    private long valueStartMax;

    BlockCut(Wal wal, TempoDb db) {
        this.wal = wal;
        this.db = db;
    }

    /**
     * What was cut.
     *
     * @param slicesLost slices whose record in the log is damaged; their spans are in no block
     */
    record Result(BlockMeta block, long slicesLost) {}

    /** Writes and commits the block, then releases its slices; does nothing more for a generation that was cut before. */
    Result run(Generation generation) throws IOException {
        Result before = generation.cut;
        if (before != null) {
            return before;
        }
        Map<Integer, Released> released = new HashMap<>();
        BlockBuilder builder = db.newBlock(generation.tenant, BlockContent.SPANS);
        long lost = 0;
        boolean committed = false;
        WalReader reader = wal.reader();
        try {
            for (HeadTrace trace : inKeyOrder(generation)) {
                lost += addTrace(builder, reader, trace, released);
            }
            BlockMeta block = builder.commit();
            committed = true;
            Result result = new Result(block, lost);
            generation.cut = result;
            for (Released segment : released.values()) {
                release(segment);
            }
            return result;
        } finally {
            if (!committed) {
                builder.abort();
            }
        }
    }

    /** As {@link #run}, for threads that pass failures on as unchecked. */
    static Result unchecked(BlockCut cut, Generation generation) {
        try {
            return cut.run(generation);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The block is committed: whatever is wrong with the log's counts must not have it cut again, and again. */
    private void release(Released segment) {
        try {
            wal.release(segment.position, segment.units);
        } catch (IllegalStateException miscounted) {
            LOG.error("write-ahead log keeps a segment until the next start: {}", miscounted.getMessage());
        }
    }

    private long addTrace(BlockBuilder builder, WalReader reader, HeadTrace trace, Map<Integer, Released> released)
            throws IOException {
        long lost = 0;
        startValue();
        for (int i = 0; i < trace.refs.count(); i++) {
            long ref = trace.refs.get(i);
            long position = SliceRefs.position(ref);
            released.computeIfAbsent(WalPosition.epoch(position), epoch -> new Released(position)).units++;
            ByteBuffer batch;
            try {
                batch = reader.read(position).order(ByteOrder.LITTLE_ENDIAN);
            } catch (WalException damaged) {
                lost++;
                continue;
            }
            int slice = SliceRefs.slice(ref);
            int bytes = SliceBatch.otlpBytes(batch, slice);
            if (value.position() > 0 && value.position() + bytes > VALUE_BYTES_TARGET) {
                lost += addValue(builder, trace);
            }
            ensureRoom(bytes);
            SliceBatch.writeOtlp(batch, slice, value);
            valueSlices++;
            valueSpans += SliceBatch.sliceSpans(batch, slice);
            valueStartMin = minUnsigned(valueStartMin, SliceBatch.startMin(batch, slice));
            valueStartMax = maxUnsigned(valueStartMax, SliceBatch.startMax(batch, slice));
        }
        if (value.position() > 0) {
            lost += addValue(builder, trace);
        }
        return lost;
    }

    /** Returns how many slices could not be added: none, but if the log gave back what was never put into it. */
    private int addValue(BlockBuilder builder, HeadTrace trace) throws IOException {
        value.flip();
        int refused = 0;
        try {
            builder.add(
                    trace.keyHigh,
                    trace.keyLow,
                    value,
                    valueSpans,
                    clampedToSigned(valueStartMin),
                    clampedToSigned(valueStartMax));
        } catch (IllegalArgumentException malformed) {
            LOG.error("slices from the write-ahead log are left out of a block: {}", malformed.getMessage());
            refused = valueSlices;
        }
        startValue();
        return refused;
    }

    private void startValue() {
        value.clear();
        valueSpans = 0;
        valueSlices = 0;
        valueStartMin = -1;
        valueStartMax = 0;
    }

    private void ensureRoom(int bytes) {
        if (value.remaining() < bytes) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(value.capacity() * 2, value.position() + bytes));
            value = larger.put(value.flip());
        }
    }

    /** Spans carry unsigned times, the block's time range is signed: what lies after the year 2262 counts as then. */
    private static long clampedToSigned(long unsignedNanos) {
        return unsignedNanos < 0 ? Long.MAX_VALUE : unsignedNanos;
    }

    private static long minUnsigned(long a, long b) {
        return Long.compareUnsigned(a, b) <= 0 ? a : b;
    }

    private static long maxUnsigned(long a, long b) {
        return Long.compareUnsigned(a, b) >= 0 ? a : b;
    }

    private static List<HeadTrace> inKeyOrder(Generation generation) {
        List<HeadTrace> traces = new ArrayList<>(generation.traces.size());
        generation.traces.forEach(traces::add);
        traces.sort((a, b) -> {
            int byHigh = Long.compareUnsigned(a.keyHigh, b.keyHigh);
            return byHigh != 0 ? byHigh : Long.compareUnsigned(a.keyLow, b.keyLow);
        });
        return traces;
    }

    /** Slices of one segment of the log that are in the block. */
    private static final class Released {
        private final long position;
        private int units;

        Released(long position) {
            this.position = position;
        }
    }
}
