package tempo.tempodb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import tempo.span.IndexSort;
import tempo.span.MalformedProtobufException;
import tempo.span.SpanTimes;
import tempo.span.TraceKey;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockWriter;

/**
 * Values in the heap that are going to be one block. Keys come in any order and as often as one likes: a key has all the
 * values that were put under it. Nothing is stored, or found, before {@link #commit}; a batch that is dropped leaves nothing
 * behind.
 *
 * <p>For one thread at a time. Several batches of one tenant may be filled at once; each commit is a block.
 */
public final class PutBatch {
    /** A batch is full when it holds as many bytes. */
    public static final int BYTES_FULL = 64 << 20;

    /** Largest value that can be put, in bytes. */
    public static final int VALUE_BYTES_MAX = BlockWriter.VALUE_BYTES_MAX;

    /** What an entry takes beside its bytes, roughly. */
    private static final int ENTRY_BYTES = 64;

    /** The values of a trace go into one entry of the block as long as they have not more bytes than this together. */
    private static final int JOINED_BYTES_MAX = 1 << 20;

    private final TempoDb db;
    private final String tenant;
    private final BlockContent content;

    private long[] highs = new long[64];
    private long[] lows = new long[64];
    private byte[][] values = new byte[64][];
    private SpanTimes[] times = new SpanTimes[64];
    private int count;
    private long bytes;

    PutBatch(TempoDb db, String tenant, BlockContent content) {
        this.db = db;
        this.tenant = tenant;
        this.content = content;
    }

    /** As {@link #put(TraceKey, ByteBuffer)}. */
    public void put(TraceKey key, byte[] value) {
        put(key, ByteBuffer.wrap(value));
    }

    /**
     * Adds a value.
     *
     * @param value its remaining bytes are copied, its position stays. In a batch of spans it is a serialized
     *     {@code TracesData} of OTLP; its spans are taken to be of this key's trace, and if it has none, nothing is added
     * @throws IllegalArgumentException if the value has more than {@link #VALUE_BYTES_MAX} bytes, or is no {@code TracesData}
     *     in a batch of spans; nothing was added
     * @throws IllegalStateException if the batch {@link #isFull}; nothing was added
     */
    public void put(TraceKey key, ByteBuffer value) {
        if (isFull()) {
            throw new IllegalStateException("batch is full: it holds " + bytes + " bytes and is to be committed");
        }
        if (value.remaining() > VALUE_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "value must be of at most " + VALUE_BYTES_MAX + " bytes but is of " + value.remaining());
        }
        byte[] copy = new byte[value.remaining()];
        value.get(value.position(), copy);
        SpanTimes of = content == BlockContent.SPANS ? spanTimes(copy) : new SpanTimes(0, 0, 0);
        if (content == BlockContent.SPANS && of.spans() == 0) {
            return;
        }
        if (count == values.length) {
            grow();
        }
        highs[count] = key.high();
        lows[count] = key.low();
        values[count] = copy;
        times[count] = of;
        count++;
        bytes += copy.length + ENTRY_BYTES;
    }

    /** True once the batch holds {@link #BYTES_FULL} bytes: it takes no more values before it is committed. */
    public boolean isFull() {
        return bytes >= BYTES_FULL;
    }

    /** Values put since the last commit. */
    public int entries() {
        return count;
    }

    /**
     * Writes what was put as one block, and empties the batch for what comes next. On return the block is durable, as far as the
     * store's puts are, and found by everybody who asks this {@link TempoDb}, and others after their next poll.
     *
     * @return the block; nothing if nothing was put
     * @throws IOException if the store failed. Nothing is lost here: the batch is as before, and the commit may be repeated. The
     *     block may exist all the same, and then the values are there twice until they are compacted
     */
    public Optional<BlockMeta> commit() throws IOException {
        if (count == 0) {
            return Optional.empty();
        }
        int[] order = IndexSort.sort(Arrays.copyOf(highs, count), (a, b) -> Long.compareUnsigned(lows[a], lows[b]));
        try (BlockBuilder block = db.newBlock(tenant, content)) {
            for (int from = 0; from < count; ) {
                int to = content == BlockContent.SPANS ? endOfJoined(order, from) : from + 1;
                add(block, order, from, to);
                from = to;
            }
            BlockMeta committed = block.commit();
            clear();
            return Optional.of(committed);
        }
    }

    /** Forgets what was put since the last commit. */
    public void clear() {
        values = new byte[64][];
        highs = new long[64];
        lows = new long[64];
        times = new SpanTimes[64];
        count = 0;
        bytes = 0;
    }

    /** The end of a run of values of one key that are few enough bytes for one entry; a message behind a message is their union. */
    private int endOfJoined(int[] order, int from) {
        int first = order[from];
        int joined = values[first].length;
        int to = from + 1;
        while (to < count) {
            int next = order[to];
            joined += values[next].length;
            if (highs[next] != highs[first] || lows[next] != lows[first] || joined > JOINED_BYTES_MAX) {
                break;
            }
            to++;
        }
        return to;
    }

    private void add(BlockBuilder block, int[] order, int from, int to) throws IOException {
        int first = order[from];
        byte[] value = values[first];
        long oldest = -1;
        long newest = 0;
        int spans = 0;
        int length = 0;
        for (int i = from; i < to; i++) {
            SpanTimes of = times[order[i]];
            oldest = Long.compareUnsigned(of.oldest(), oldest) < 0 ? of.oldest() : oldest;
            newest = Long.compareUnsigned(of.newest(), newest) > 0 ? of.newest() : newest;
            spans += of.spans();
            length += values[order[i]].length;
        }
        if (to > from + 1) {
            ByteBuffer joined = ByteBuffer.allocate(length);
            for (int i = from; i < to; i++) {
                joined.put(values[order[i]]);
            }
            value = joined.array();
        }
        block.add(
                highs[first],
                lows[first],
                ByteBuffer.wrap(value),
                spans,
                clampedToSigned(oldest),
                clampedToSigned(newest));
    }

    private static SpanTimes spanTimes(byte[] value) {
        try {
            return SpanTimes.of(value, 0, value.length);
        } catch (MalformedProtobufException e) {
            throw new IllegalArgumentException("value is no TracesData: " + e.getMessage(), e);
        }
    }

    /** Spans carry unsigned times, a block's time range is signed: what lies after the year 2262 counts as then. */
    private static long clampedToSigned(long unsignedNanos) {
        return unsignedNanos < 0 ? Long.MAX_VALUE : unsignedNanos;
    }

    private void grow() {
        highs = Arrays.copyOf(highs, 2 * count);
        lows = Arrays.copyOf(lows, 2 * count);
        values = Arrays.copyOf(values, 2 * count);
        times = Arrays.copyOf(times, 2 * count);
    }
}
