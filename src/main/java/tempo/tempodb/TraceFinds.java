package tempo.tempodb;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import tempo.span.TraceKey;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockReader;
import tempo.tempodb.block.CorruptBlockException;
import tempo.tempodb.block.DecodedParts;
import tempo.tempodb.block.EntryVisitor;
import tempo.tempodb.blocklist.TenantBlocks;
import tempo.tempodb.blocklist.UnreadableMeta;

/** Collects what the blocks of a tenant hold of one trace. Thread-safe. */
final class TraceFinds {
    private static final int SUSPECTS_MAX = 1_000;

    private final BlockObjects objects;
    private final DecodedParts parts;
    private final EntryScans scans;
    private final BlockReads blockReads;
    private final MergedDirectories directories;

    private final LongAdder finds = new LongAdder();
    private final LongAdder reads = new LongAdder();
    private final LongAdder bytesRead = new LongAdder();
    private final LongAdder retriedReads = new LongAdder();
    private final LongAdder failedReads = new LongAdder();
    private final Map<BlockMeta, String> suspects = new ConcurrentHashMap<>();

    TraceFinds(
            BlockObjects objects,
            DecodedParts parts,
            EntryScans scans,
            BlockReads blockReads,
            MergedDirectories directories) {
        this.directories = directories;
        this.blockReads = blockReads;
        this.objects = objects;
        this.parts = parts;
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
        MergedDirectories.Candidates candidates = directories.of(blocks, key);
        long bytes = 0;
        for (Found found : ask(candidates.toAsk(), key)) {
            values.addAll(found.values);
            failures.addAll(found.failures);
            bytes += found.bytes;
        }
        return new FindResult(values, failures, candidates.inspected(), bytes);
    }

    /** What one block has of a trace. */
    private record Found(List<byte[]> values, List<BlockFailure> failures, long bytes) {}

    private List<Found> ask(List<BlockMeta> blocks, TraceKey key) {
        try {
            return blockReads.each(blocks, meta -> findInBlock(meta, key));
        } catch (IOException unexpected) {
            throw new UncheckedIOException(unexpected);
        }
    }

    /** As {@link TempoDb#find(String, TraceKey, EntryVisitor)}. */
    void find(TenantBlocks blocks, TraceKey key, Instant now, EntryVisitor visitor) throws IOException {
        finds.increment();
        if (blocks.tombstones().hides(key, now)) {
            return;
        }
        Set<BlockMeta> candidates = new HashSet<>(directories.of(blocks, key).toAsk());
        for (BlockMeta meta : EntryScans.readable(blocks, visitor)) {
            if (candidates.contains(meta)) {
                CountingSource source = new CountingSource(objects, meta);
                BlockReader reader = scans.reader(meta, source, visitor);
                if (reader != null && mayHold(reader, key, visitor)) {
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
            Optional<MergedDirectories.Candidates> candidates = directories.peek(blocks, key);
            if (candidates.isEmpty() || !candidates.get().toAsk().isEmpty()) {
                return Optional.empty();
            }
            inspected = candidates.get().inspected();
        }
        finds.increment();
        return Optional.of(new FindResult(List.of(), List.of(), inspected, 0));
    }

    /** Where the directory is damaged, the groups tell. */
    private static boolean mayHold(BlockReader reader, TraceKey key, EntryVisitor visitor) throws IOException {
        try {
            return reader.mayHold(key);
        } catch (CorruptBlockException e) {
            visitor.unreadable(e);
            return true;
        }
    }

    private Found findInBlock(BlockMeta meta, TraceKey key) {
        CountingSource source = new CountingSource(objects, meta);
        List<byte[]> values = new ArrayList<>();
        List<BlockFailure> failures = List.of();
        try {
            BlockReader.open(meta, source, parts).find(key, values);
        } catch (IOException first) {
            retriedReads.increment();
            values.clear();
            failures = findAgain(meta, key, source, values);
        }
        reads.add(source.reads());
        bytesRead.add(source.bytes());
        return new Found(values, failures, source.bytes());
    }

    /** The second and last try, with all read again, past the cache; keeps what can be read even if it fails. */
    private List<BlockFailure> findAgain(BlockMeta meta, TraceKey key, CountingSource source, List<byte[]> values) {
        source.readPastCache();
        parts.forget(meta.blockId());
        try {
            BlockReader.open(meta, source, parts).find(key, values);
            return List.of();
        } catch (IOException second) {
            failedReads.increment();
            String reason = second.getMessage() == null ? second.toString() : second.getMessage();
            boolean damaged = second instanceof CorruptBlockException
                    || second instanceof EOFException
                    || second instanceof NoSuchFileException;
            if (damaged && suspects.size() < SUSPECTS_MAX) {
                suspects.put(meta, reason);
            }
            return List.of(new BlockFailure(meta.blockId(), reason));
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
