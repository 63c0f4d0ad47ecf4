package tempo.tempodb.compaction;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import tempo.tempodb.BlockBuilder;
import tempo.tempodb.TempoDb;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockReader;
import tempo.tempodb.block.BlockSalvage;
import tempo.tempodb.block.BlockSource;
import tempo.tempodb.block.CorruptBlockException;
import tempo.tempodb.block.UnsupportedBlockException;
import tempo.tempodb.blocklist.TenantBlocks;
import tempo.tempodb.blocklist.Tombstones;

/**
 * One job at work: reads its blocks as streams, merges them, and commits the block that replaces them. The thread that calls
 * {@link #run} is blocked by it; any other may look at its progress or cancel it.
 */
public final class CompactionRun {
    /** Memory for what is read ahead, all inputs together. */
    private static final int READ_AHEAD_BYTES = 64 << 20;

    private static final int PIECE_BYTES_MAX = 8 << 20;
    private static final int PIECE_BYTES_MIN = 512 << 10;

    private final CompactionJob job;
    private final TempoDb db;
    private final ObjectStore store;
    private final InstantSource clock;
    private final Executor readers;
    private final AtomicLong bytesRead = new AtomicLong();
    private final List<BlockSalvage.Report> salvaged = new CopyOnWriteArrayList<>();
    private volatile boolean cancelled;

    /**
     * @param db knows the blocks of the job
     * @param store where they are
     * @param readers reads ahead; blocked by the store
     */
    public CompactionRun(CompactionJob job, TempoDb db, ObjectStore store, InstantSource clock, Executor readers) {
        this.job = job;
        this.db = db;
        this.store = store;
        this.clock = clock;
        this.readers = readers;
    }

    /** What was found whole, and what was lost, of those inputs that were damaged. */
    public List<BlockSalvage.Report> salvaged() {
        return List.copyOf(salvaged);
    }

    /** Bytes of the inputs read so far. */
    public long bytesRead() {
        return bytesRead.get();
    }

    /** Has the run end with a {@link CancellationException} soon, unless it is committing already. */
    public void cancel() {
        cancelled = true;
    }

    /**
     * Does the job.
     *
     * @return the new block; nothing if nothing is left of the inputs: there is no new block then
     * @throws BadInputException if one of the blocks cannot be read
     * @throws IOException if the store fails, a block is not known here, or the job was given up meanwhile
     * @throws CancellationException if it was cancelled
     */
    public Optional<BlockMeta> run() throws IOException {
        TenantBlocks blocks = db.blocks(job.tenant());
        List<BlockMeta> inputs = inputs(blocks);
        Set<UUID> bad = new HashSet<>();
        blocks.bad().forEach(each -> bad.add(each.meta().blockId()));
        int pieceBytes = Math.max(PIECE_BYTES_MIN, Math.min(PIECE_BYTES_MAX, READ_AHEAD_BYTES / (2 * inputs.size())));
        List<BlockReader> opened = new ArrayList<>();
        for (BlockMeta input : inputs) {
            if (bad.contains(input.blockId())) {
                salvage(input).ifPresent(opened::add);
            } else {
                opened.add(open(input, pieceBytes));
            }
        }
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (BlockBuilder output = db.newBlock(job.output())) {
            Tombstones tombstones = blocks.tombstones();
            Instant now = clock.instant();
            output.addAll(opened, key -> !tombstones.hides(key, now));
            requireNotCancelled();
            return output.entries() > 0 ? Optional.of(output.commit()) : Optional.empty();
        } catch (CorruptBlockException e) {
            throw new BadInputException(e.blockId(), e);
        }
    }

    private List<BlockMeta> inputs(TenantBlocks blocks) throws IOException {
        Map<UUID, BlockMeta> visible = new HashMap<>();
        for (BlockMeta meta : blocks.visible()) {
            visible.put(meta.blockId(), meta);
        }
        List<BlockMeta> inputs = new ArrayList<>();
        for (UUID input : job.inputs()) {
            BlockMeta meta = visible.get(input);
            if (meta == null) {
                throw new IOException(
                        "block " + input + " of job " + job.number() + " is not known here, or replaced already");
            }
            inputs.add(meta);
        }
        return inputs;
    }

    /** A reader of what is whole of a damaged block; none if nothing is. */
    private Optional<BlockReader> salvage(BlockMeta input) throws IOException {
        String name = input.spec().dataName();
        long bytes;
        try {
            bytes = store.head(name).bytes();
        } catch (NoSuchFileException missing) {
            return Optional.empty();
        }
        BlockSalvage found = BlockSalvage.scan(
                input.blockId(), input.spec().content(), (offset, length) -> read(name, offset, length), bytes);
        salvaged.add(found.report());
        return found.reader();
    }

    private BlockReader open(BlockMeta input, int pieceBytes) throws IOException {
        String name = input.spec().dataName();
        BlockSource source = (offset, length) -> read(input, name, offset, length);
        try {
            BlockReader reader = BlockReader.open(input, source);
            return reader.withSource(new ReadAhead(source, reader.scanEnd(), pieceBytes, readers));
        } catch (CorruptBlockException | UnsupportedBlockException e) {
            throw new BadInputException(input.blockId(), e);
        }
    }

    private byte[] read(BlockMeta input, String name, long offset, int length) throws IOException {
        try {
            return read(name, offset, length);
        } catch (NoSuchFileException | EOFException e) {
            throw new BadInputException(input.blockId(), e);
        }
    }

    private byte[] read(String name, long offset, int length) throws IOException {
        requireNotCancelled();
        byte[] range = store.read(name, offset, length);
        bytesRead.addAndGet(length);
        return range;
    }

    private void requireNotCancelled() {
        if (cancelled) {
            throw new CancellationException("job " + job.number() + " was cancelled");
        }
    }
}
