package tempo.tempodb;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import tempo.span.TraceKey;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockReader;
import tempo.tempodb.block.BlockTail;
import tempo.tempodb.block.CorruptBlockException;
import tempo.tempodb.block.EntryVisitor;
import tempo.tempodb.blocklist.TenantBlocks;
import tempo.tempodb.blocklist.UnreadableMeta;

/** Collects what the blocks of a tenant hold of one trace. Thread-safe. */
final class TraceFinds {
    private static final int SUSPECTS_MAX = 1_000;

    private final BlockObjects objects;
    private final TailCache tails;
    private final EntryScans scans;

    private final LongAdder finds = new LongAdder();
    private final LongAdder reads = new LongAdder();
    private final LongAdder bytesRead = new LongAdder();
    private final LongAdder retriedReads = new LongAdder();
    private final LongAdder failedReads = new LongAdder();
    private final Map<BlockMeta, String> suspects = new ConcurrentHashMap<>();

    TraceFinds(BlockObjects objects, TailCache tails, EntryScans scans) {
        this.objects = objects;
        this.tails = tails;
        this.scans = scans;
    }

    /** As {@link TempoDb#find(String, TraceKey)}. */
    FindResult find(TenantBlocks blocks, TraceKey key, Instant now) {
        finds.increment();
        List<byte[]> values = new ArrayList<>();
        List<BlockFailure> failures = new ArrayList<>();
        if (blocks.tombstones().hides(key, now)) {
            return new FindResult(values, failures, 0, 0);
        }
        for (UnreadableMeta unreadable : blocks.unreadable()) {
            failures.add(new BlockFailure(unreadable.blockId(), unreadable.reason()));
        }
        int inspected = 0;
        long bytes = 0;
        for (BlockMeta meta : blocks.visible()) {
            if (meta.summary().covers(key)) {
                inspected++;
                bytes += findInBlock(meta, key, values, failures);
            }
        }
        return new FindResult(values, failures, inspected, bytes);
    }

    /** As {@link TempoDb#find(String, TraceKey, EntryVisitor)}. */
    void find(TenantBlocks blocks, TraceKey key, Instant now, EntryVisitor visitor) throws IOException {
        finds.increment();
        if (blocks.tombstones().hides(key, now)) {
            return;
        }
        for (BlockMeta meta : EntryScans.readable(blocks, visitor)) {
            if (meta.summary().covers(key)) {
                CountingSource source = new CountingSource(objects, meta);
                BlockReader reader = scans.reader(meta, source, visitor);
                if (reader != null && reader.mayHold(key)) {
                    reader.scan(key, key, visitor);
                }
                reads.add(source.reads());
                bytesRead.add(source.bytes());
            }
        }
    }

    /** As {@link TempoDb#findWithoutReading}. */
    Optional<FindResult> findWithoutReading(TenantBlocks blocks, TraceKey key, Instant now) {
        int inspected = 0;
        if (!blocks.tombstones().hides(key, now)) {
            if (!blocks.unreadable().isEmpty()) {
                return Optional.empty();
            }
            for (BlockMeta meta : blocks.visible()) {
                if (meta.summary().covers(key)) {
                    inspected++;
                    BlockTail tail = tails.peek(meta);
                    if (tail == null || BlockReader.mayHold(tail, key)) {
                        return Optional.empty();
                    }
                }
            }
        }
        finds.increment();
        return Optional.of(new FindResult(List.of(), List.of(), inspected, 0));
    }

    /** Adds what one block holds; returns the bytes read for it. */
    private long findInBlock(BlockMeta meta, TraceKey key, List<byte[]> values, List<BlockFailure> failures) {
        CountingSource source = new CountingSource(objects, meta);
        try {
            List<byte[]> found = new ArrayList<>();
            new BlockReader(tails.get(meta, source), source).find(key, found);
            values.addAll(found);
        } catch (IOException first) {
            retriedReads.increment();
            findAgain(meta, key, source, values, failures);
        }
        reads.add(source.reads());
        bytesRead.add(source.bytes());
        return source.bytes();
    }

    /** The second and last try, with all read again, past the cache; keeps what can be read even if it fails. */
    private void findAgain(
            BlockMeta meta, TraceKey key, CountingSource source, List<byte[]> values, List<BlockFailure> failures) {
        source.readPastCache();
        try {
            new BlockReader(tails.load(meta, source), source).find(key, values);
        } catch (IOException second) {
            failedReads.increment();
            String reason = second.getMessage() == null ? second.toString() : second.getMessage();
            failures.add(new BlockFailure(meta.blockId(), reason));
            boolean damaged = second instanceof CorruptBlockException
                    || second instanceof EOFException
                    || second instanceof NoSuchFileException;
            if (damaged && suspects.size() < SUSPECTS_MAX) {
                suspects.put(meta, reason);
            }
        }
    }

    /** Blocks that could not be read, twice in a row, since they were last taken; with what was wrong. */
    Map<BlockMeta, String> takeSuspects() {
        Map<BlockMeta, String> taken = new HashMap<>();
        for (BlockMeta meta : suspects.keySet()) {
            String reason = suspects.remove(meta);
            if (reason != null) {
                taken.put(meta, reason);
            }
        }
        return taken;
    }

    long finds() {
        return finds.sum();
    }

    long reads() {
        return reads.sum();
    }

    long bytesRead() {
        return bytesRead.sum();
    }

    long retriedReads() {
        return retriedReads.sum();
    }

    long failedReads() {
        return failedReads.sum();
    }
}
