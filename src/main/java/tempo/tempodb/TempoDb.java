package tempo.tempodb;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.function.Supplier;
import tempo.span.TraceKey;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.ArrivalWindow;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockCursor;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockNames;
import tempo.tempodb.block.BlockReader;
import tempo.tempodb.block.BlockSource;
import tempo.tempodb.block.BlockSpec;
import tempo.tempodb.block.BlockTail;
import tempo.tempodb.block.CorruptBlockException;
import tempo.tempodb.block.EntryVisitor;
import tempo.tempodb.blocklist.Blocklist;
import tempo.tempodb.blocklist.PollResult;
import tempo.tempodb.blocklist.TenantBlocks;
import tempo.tempodb.blocklist.UnreadableMeta;

/**
 * The storage engine: a key-value store from (tenant, trace key) to the values added under it, in immutable blocks over an
 * object store that several nodes may share. What it knows of other nodes' blocks is what it was told ({@link #add}) and what
 * the last {@link #poll} found.
 *
 * <p>Thread-safe; calls block for as long as the store does. Tenants are 1 to 150 characters of {@code A-Z a-z 0-9 ! . _ * ' ( )
 * -}, not "." or ".."; any other is an {@link IllegalArgumentException}.
 */
public final class TempoDb implements AutoCloseable {
    private final ObjectStore store;
    private final TempoDbConfig config;
    private final InstantSource clock;
    private final Supplier<UUID> blockIds;
    private final Blocklist blocklist = new Blocklist();
    private final TailCache tails;

    private final LongAdder finds = new LongAdder();
    private final LongAdder reads = new LongAdder();
    private final LongAdder bytesRead = new LongAdder();
    private final LongAdder retriedReads = new LongAdder();
    private final LongAdder failedReads = new LongAdder();

    private TempoDb(ObjectStore store, TempoDbConfig config, InstantSource clock, Supplier<UUID> blockIds) {
        this.store = store;
        this.config = config;
        this.clock = clock;
        this.blockIds = blockIds;
        this.tails = new TailCache(config.tailCacheBytes());
    }

    /** Opens the engine over {@code store}, whose root it owns, and polls it once. */
    public static TempoDb open(ObjectStore store, TempoDbConfig config, InstantSource clock) throws IOException {
        return open(store, config, clock, UUID::randomUUID);
    }

    /** As {@link #open(ObjectStore, TempoDbConfig, InstantSource)}, with a source of unique block ids. */
    public static TempoDb open(ObjectStore store, TempoDbConfig config, InstantSource clock, Supplier<UUID> blockIds)
            throws IOException {
        TempoDb opened = new TempoDb(store, config, clock, blockIds);
        opened.poll();
        return opened;
    }

    /** Starts a block of level 0 in the current window. */
    public BlockBuilder newBlock(String tenant, BlockContent content) throws IOException {
        ArrivalWindow window = ArrivalWindow.of(clock.instant(), config.window());
        return newBlock(BlockSpec.cut(tenant, blockIds.get(), window, content));
    }

    /** Starts a block of which all is chosen by the caller; its id must not be in use. */
    public BlockBuilder newBlock(BlockSpec spec) throws IOException {
        return new BlockBuilder(spec, store, blocklist);
    }

    /**
     * Collects all values of a key from the tenant's blocks: with one read for each block that holds it (one more for each
     * group that a large trace continues in, one more if the block's tail is not cached), and none for one that does not, but
     * for one in 256. A block that cannot be read is among the failures and does not stop the rest.
     */
    public FindResult find(String tenant, TraceKey key) {
        finds.increment();
        TenantBlocks blocks = blocks(tenant);
        List<byte[]> values = new ArrayList<>();
        List<BlockFailure> failures = new ArrayList<>();
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

    /**
     * The result of {@link #find} where nothing has to be read for it: all tails are cached, and no block may hold the key. It is
     * there at once, for threads that must not block.
     *
     * @return empty if {@link #find} has to be asked
     */
    public Optional<FindResult> findWithoutReading(String tenant, TraceKey key) {
        TenantBlocks blocks = blocks(tenant);
        if (!blocks.unreadable().isEmpty()) {
            return Optional.empty();
        }
        int inspected = 0;
        for (BlockMeta meta : blocks.visible()) {
            if (meta.summary().covers(key)) {
                inspected++;
                BlockTail tail = tails.peek(meta);
                if (tail == null || BlockReader.mayHold(tail, key)) {
                    return Optional.empty();
                }
            }
        }
        finds.increment();
        return Optional.of(new FindResult(List.of(), List.of(), inspected, 0));
    }

    /**
     * Merges blocks of a tenant, all visible and of the same content, into one that replaces them: equal spans of a trace become
     * one. Readers see either the old blocks or the new one. The objects of the old ones stay until somebody deletes them.
     *
     * @return the new block; nothing if there was nothing in the old ones
     * @throws IllegalArgumentException if there is no block, or they are of different tenants
     * @throws IOException if a block is damaged, or the store fails; all is as before
     */
    public Optional<BlockMeta> compact(List<BlockMeta> blocks) throws IOException {
        return rewrite(blocks, key -> true);
    }

    /**
     * Removes a trace from all blocks of a tenant that hold it, by writing these anew without it. What is being written meanwhile
     * is not touched.
     *
     * @return how many blocks were written anew, or are gone because there was nothing else in them
     * @throws IOException if a block is damaged, or the store fails; the blocks before it are done
     */
    public int delete(String tenant, TraceKey key) throws IOException {
        int rewritten = 0;
        for (BlockMeta meta : blocks(tenant).visible()) {
            List<byte[]> values = new ArrayList<>();
            if (meta.summary().covers(key)) {
                reader(meta).find(key, values);
            }
            if (!values.isEmpty()) {
                rewrite(List.of(meta), other -> !other.equals(key));
                rewritten++;
            }
        }
        return rewritten;
    }

    /**
     * Passes all entries of a tenant with keys from {@code from} to {@code to}, both included, to {@code visitor}, in key order;
     * those of one key block by block.
     *
     * @throws IOException if a block is damaged and the visitor does not bear it, or the store fails
     */
    public void scan(String tenant, TraceKey from, TraceKey to, EntryVisitor visitor) throws IOException {
        PriorityQueue<BlockCursor> cursors = new PriorityQueue<>(Comparator.comparing(BlockCursor::key));
        for (BlockMeta meta : blocks(tenant).visible()) {
            advance(reader(meta).cursor(from, to), cursors, visitor);
        }
        while (!cursors.isEmpty()) {
            BlockCursor first = cursors.remove();
            visitor.entry(first);
            advance(first, cursors, visitor);
        }
    }

    private static void advance(BlockCursor cursor, PriorityQueue<BlockCursor> cursors, EntryVisitor visitor)
            throws IOException {
        while (true) {
            try {
                if (cursor.next()) {
                    cursors.add(cursor);
                }
                return;
            } catch (CorruptBlockException e) {
                visitor.unreadable(e);
            }
        }
    }

    /** Writes what is kept of some blocks into one that replaces them; deletes them if there is nothing. */
    private Optional<BlockMeta> rewrite(List<BlockMeta> blocks, Predicate<TraceKey> keeps) throws IOException {
        if (blocks.stream().map(BlockMeta::tenant).distinct().count() != 1) {
            throw new IllegalArgumentException("blocks of one tenant are wanted, but there are " + blocks.size());
        }
        BlockSpec first = blocks.get(0).spec();
        int level = first.level();
        ArrivalWindow window = first.window();
        List<UUID> replaces = new ArrayList<>();
        List<BlockReader> readers = new ArrayList<>();
        for (BlockMeta meta : blocks) {
            level = Math.max(level, meta.spec().level());
            window = meta.spec().window().startSeconds() < window.startSeconds()
                    ? meta.spec().window()
                    : window;
            replaces.add(meta.blockId());
            readers.add(reader(meta));
        }
        BlockSpec spec = new BlockSpec(
                first.tenant(), blockIds.get(), window, level + 1, first.writerEpoch(), replaces, first.content());
        try (BlockBuilder builder = newBlock(spec)) {
            builder.addAll(readers, keeps);
            if (builder.entries() > 0) {
                return Optional.of(builder.commit());
            }
        }
        for (BlockMeta meta : blocks) {
            blocklist.forget(meta);
            store.delete(meta.spec().metaName());
            store.delete(meta.spec().dataName());
        }
        return Optional.empty();
    }

    /**
     * A reader of one block, its tail from the cache.
     *
     * @throws IOException as {@link BlockReader#open}
     */
    public BlockReader reader(BlockMeta meta) throws IOException {
        BlockSource source = (offset, length) -> store.read(meta.spec().dataName(), offset, length);
        return new BlockReader(tails.get(meta, source), source);
    }

    /** Learns of blocks that appeared or vanished; errors as in {@link Blocklist#poll}. */
    public PollResult poll() throws IOException {
        return blocklist.poll(store);
    }

    /** Learns of a block that another node has committed. */
    public void add(BlockMeta meta) {
        blocklist.add(meta);
    }

    /** The tenant's blocks as known now. */
    public TenantBlocks blocks(String tenant) {
        return blocklist.blocks(BlockNames.requireTenant(tenant));
    }

    /** Tenants that have blocks. */
    public Set<String> tenants() {
        return blocklist.tenants();
    }

    public TempoDbStats stats() {
        int blocks = 0;
        long blockBytes = 0;
        int unreadable = 0;
        Set<String> tenants = tenants();
        for (String tenant : tenants) {
            TenantBlocks ofTenant = blocks(tenant);
            blocks += ofTenant.visible().size();
            unreadable += ofTenant.unreadable().size();
            for (BlockMeta meta : ofTenant.visible()) {
                blockBytes += meta.summary().dataBytes();
            }
        }
        return new TempoDbStats(
                tenants.size(),
                blocks,
                blockBytes,
                unreadable,
                tails.bytes(),
                tails.hits(),
                tails.misses(),
                finds.sum(),
                reads.sum(),
                bytesRead.sum(),
                retriedReads.sum(),
                failedReads.sum());
    }

    /** Closes the store. */
    @Override
    public void close() throws IOException {
        store.close();
    }

    /** Adds what one block holds; returns the bytes read for it. */
    private long findInBlock(BlockMeta meta, TraceKey key, List<byte[]> values, List<BlockFailure> failures) {
        CountingSource source = new CountingSource(store, meta.spec());
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

    /** The second and last try, with the tail read again; keeps what can be read even if it fails. */
    private void findAgain(
            BlockMeta meta, TraceKey key, BlockSource source, List<byte[]> values, List<BlockFailure> failures) {
        try {
            new BlockReader(tails.load(meta, source), source).find(key, values);
        } catch (IOException second) {
            failedReads.increment();
            String reason = second.getMessage() == null ? second.toString() : second.getMessage();
            failures.add(new BlockFailure(meta.blockId(), reason));
        }
    }
}
