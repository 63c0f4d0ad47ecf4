package tempo.tempodb;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import tempo.span.TraceKey;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.ArrivalWindow;
import tempo.tempodb.block.BadMark;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockNames;
import tempo.tempodb.block.BlockReader;
import tempo.tempodb.block.BlockSpec;
import tempo.tempodb.block.DecodedParts;
import tempo.tempodb.block.EntryVisitor;
import tempo.tempodb.block.SpanColumns;
import tempo.tempodb.blocklist.Blocklist;
import tempo.tempodb.blocklist.PollResult;
import tempo.tempodb.blocklist.TenantBlocks;
import tempo.tempodb.blocklist.Tombstone;
import tempo.tempodb.blocklist.Tombstones;
import tempo.tempodb.cache.PageCache;
import tempo.tempodb.cache.PageCacheStats;

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
    private final Optional<PageCache> cache;
    private final BlockReads reads;
    private final BlockObjects objects;
    private final DecodedParts parts;
    private final EntryScans scans;
    private final ReplacedBlocks replacedBlocks;
    private final BlockRewrite rewriting;
    private final StoredSpans spans;
    private final Deletions deletions;
    private final DirectoryUpkeep upkeep;
    private final TraceFinds finds;

    private TempoDb(
            ObjectStore store,
            Optional<PageCache> cache,
            TempoDbConfig config,
            InstantSource clock,
            Supplier<UUID> blockIds) {
        this.cache = cache;
        this.store = store;
        this.config = config;
        this.clock = clock;
        this.blockIds = blockIds;
        this.parts = new DecodedParts(config.tailCacheBytes());
        this.reads = new BlockReads(config.readThreads());
        this.objects = new BlockObjects(store, cache, parts);
        this.scans = new EntryScans(objects, parts);
        MergedDirectories directories = new MergedDirectories(objects, parts, reads, blocklist);
        this.finds = new TraceFinds(objects, parts, scans, reads, directories);
        this.upkeep = new DirectoryUpkeep(store, blocklist, objects, directories, reads, blockIds);
        this.deletions = new Deletions(store, blocklist, clock, blockIds);
        this.replacedBlocks = new ReplacedBlocks(store, blocklist, objects);
        this.rewriting = new BlockRewrite(this, blockIds, replacedBlocks);
        this.spans = new StoredSpans(this::readable, this, reads, clock);
    }

    /** Opens the engine over {@code store}, whose root it owns, and polls it once. */
    public static TempoDb open(ObjectStore store, TempoDbConfig config, InstantSource clock) throws IOException {
        return open(store, config, clock, UUID::randomUUID);
    }

    /** As {@link #open(ObjectStore, TempoDbConfig, InstantSource)}, as it is by default and with the time of this machine. */
    public static TempoDb open(ObjectStore store) throws IOException {
        return open(store, TempoDbConfig.DEFAULT, InstantSource.system());
    }

    /** As {@link #open(ObjectStore, TempoDbConfig, InstantSource)}, with a source of unique block ids. */
    public static TempoDb open(ObjectStore store, TempoDbConfig config, InstantSource clock, Supplier<UUID> blockIds)
            throws IOException {
        return open(store, Optional.empty(), config, clock, blockIds);
    }

    /**
     * As {@link #open(ObjectStore, TempoDbConfig, InstantSource)}, with a cache before a store that answers slowly.
     *
     * @param cache closed with the engine
     */
    public static TempoDb open(ObjectStore store, PageCache cache, TempoDbConfig config, InstantSource clock)
            throws IOException {
        return open(store, Optional.of(cache), config, clock, UUID::randomUUID);
    }

    private static TempoDb open(
            ObjectStore store,
            Optional<PageCache> cache,
            TempoDbConfig config,
            InstantSource clock,
            Supplier<UUID> blockIds)
            throws IOException {
        TempoDb opened = new TempoDb(store, cache, config, clock, blockIds);
        opened.poll();
        return opened;
    }

    /**
     * Starts a batch of values that become one block together: the way to put values whose keys come in any order. Touches no
     * store before its commit.
     */
    public PutBatch batch(String tenant, BlockContent content) {
        return new PutBatch(this, BlockNames.requireTenant(tenant), content);
    }

    /**
     * Starts a block of level 0 in the current window: the way to write values whose keys come in order, without holding them. A
     * {@link #batch} sorts.
     */
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
     * for one in 65,536. A block that cannot be read is among the failures and does not stop the rest.
     *
     * <p>All values are in the heap together: for a trace that may have a million spans, use
     * {@link #find(String, TraceKey, EntryVisitor)}.
     */
    public FindResult find(String tenant, TraceKey key) {
        return finds.find(readable(tenant), key, clock.instant());
    }

    /**
     * Passes the values of a key to {@code visitor}, one after the other and block by block, with the reads of
     * {@link #find(String, TraceKey)}. So it holds one group of one block, whose parts of a trace are of some MiB at most unless
     * a larger value was put, and not the trace. An equal span may be in the values of several blocks, and in several of one.
     *
     * @throws IOException if a block is damaged and the visitor does not bear it, or the store fails
     */
    public void find(String tenant, TraceKey key, EntryVisitor visitor) throws IOException {
        finds.find(readable(tenant), key, clock.instant(), visitor);
    }

    /**
     * The result of {@link #find} where nothing has to be read for it: all tails are cached, and no block may hold the key. It is
     * there at once, for threads that must not block.
     *
     * @return empty if {@link #find} has to be asked
     */
    public Optional<FindResult> findWithoutReading(String tenant, TraceKey key) {
        return finds.findWithoutReading(readable(tenant), key, clock.instant());
    }

    /** True if a trace is deleted: it is not to be seen, wherever its spans are. */
    public boolean hides(String tenant, TraceKey key) {
        Tombstones tombstones = blocks(tenant).tombstones();
        Instant now = clock.instant();
        return tombstones.hides(key, now) || tombstones.hidesArrivals(now);
    }

    /**
     * Deletes a trace: it is found no more on this node from now on, on others after their next poll, and compaction leaves it out of
     * what it writes. Its spans are hidden whenever they arrive, until all that was stored by now is past its retention.
     *
     * @throws IOException if the store failed: the trace may be deleted or not
     */
    public Tombstone deleteTrace(String tenant, TraceKey key) throws IOException {
        return deletions.put(BlockNames.requireTenant(tenant), Optional.of(key), config.retention());
    }

    /**
     * Deletes all that a tenant has, as {@link #deleteTrace} does with a trace, and with it what arrives within the hour.
     *
     * @throws IOException if the store failed: it may be deleted or not
     */
    public Tombstone deleteTenant(String tenant) throws IOException {
        return deletions.put(BlockNames.requireTenant(tenant), Optional.empty(), config.retention());
    }

    /** Removes a tombstone that has ended, or was a mistake. */
    public void remove(Tombstone tombstone) throws IOException {
        deletions.remove(tombstone);
    }

    /** Marks a block as damaged: compaction replaces it by what is whole of it. Until then queries find what they can read. */
    public void markBad(BlockMeta meta, String reason) throws IOException {
        deletions.mark(meta, new BadMark(reason, clock.instant()));
    }

    /**
     * Marks the blocks that finds could not read, each twice in a row, as damaged, but for those that were deleted meanwhile.
     *
     * @return what was marked, with the reason
     * @throws IOException if the store fails; what is not marked will be found again
     */
    public Map<BlockMeta, String> markSuspects() throws IOException {
        return deletions.markSuspects(finds.takeSuspects());
    }

    /** True if a record was found, at the last poll, which says that this block was given up. */
    public boolean isAbandoned(BlockSpec block) {
        return blocklist.isAbandoned(block.metaName());
    }

    /**
     * Merges blocks of a tenant, all visible and of the same content, into one that replaces them: equal spans of a trace become
     * one. Readers see either the old blocks or the new one. The objects of the old ones stay for who may still be reading them, until
     * {@link #removeReplaced}.
     *
     * @return the new block; nothing if there was nothing in the old ones
     * @throws IllegalArgumentException if there is no block, or they are of different tenants
     * @throws IOException if a block is damaged, or the store fails; all is as before
     */
    public Optional<BlockMeta> compact(List<BlockMeta> blocks) throws IOException {
        return rewriting.run(blocks, key -> true);
    }

    /**
     * Removes a trace from all blocks of a tenant that hold it, by writing these anew without it. What is being written meanwhile
     * is not touched.
     *
     * @return how many blocks were written anew, or are gone because there was nothing else in them
     * @throws IOException if a block is damaged, or the store fails; the blocks before it are done
     */
    public int delete(String tenant, TraceKey key) throws IOException {
        return rewriting.delete(blocks(tenant).visible(), key);
    }

    /**
     * Writes what is whole of a damaged block, whatever is left of its tail, into a new one that replaces it. From then on nobody is
     * told any more that something is missing, but for who called this. Reads the whole block twice, a MiB or a group at a time.
     *
     * @return the new block, unless nothing is whole: then all stays as it is; and what was found and lost
     * @throws IOException if the store fails; all is as before
     */
    public SalvageResult salvage(BlockMeta block) throws IOException {
        return rewriting.salvage(block, store);
    }

    /**
     * Deletes the objects of blocks that {@link #compact}, {@link #delete} or {@link #salvage} have replaced. Finds and scans that
     * began before these, on any node, and are still running may fail then: their blocks are gone.
     *
     * @return how many blocks were deleted
     * @throws IOException if the store fails; what is left can be deleted later
     */
    public int removeReplaced(String tenant) throws IOException {
        return replacedBlocks.removeAll(BlockNames.requireTenant(tenant));
    }

    /**
     * Deletes the objects of these blocks, at least one and of one tenant, which are replaced or not wanted any more, and of those that
     * they replace. They are forgotten here first; other nodes find out at their next poll, and what is being read of the blocks there
     * fails.
     *
     * @throws IOException if the store fails; what is left can be deleted later
     */
    public void remove(List<BlockMeta> blocks) throws IOException {
        replacedBlocks.removeWithReplaced(blocks);
    }

    /**
     * Passes all entries of a tenant with keys from {@code from} to {@code to}, both included, to {@code visitor}, in key order;
     * those of one key block by block. Holds a group of each block.
     *
     * @throws IOException if a block is damaged and the visitor does not bear it, or the store fails
     */
    public void scan(String tenant, TraceKey from, TraceKey to, EntryVisitor visitor) throws IOException {
        TenantBlocks readable = readable(tenant);
        scans.scan(readable, from, to, VisibleEntries.of(visitor, readable.tombstones(), clock.instant()));
    }

    /**
     * A reader of one block, its tail from the cache.
     *
     * @throws IOException as {@link BlockReader#open}
     */
    public BlockReader reader(BlockMeta meta) throws IOException {
        return BlockReader.open(meta, objects.of(meta), parts);
    }

    /**
     * The columns of the tenant's blocks of spans, for searches, the block with the newest spans first. What is deleted by now is
     * hidden in them.
     *
     * @throws IOException as {@link BlockReader#open}
     */
    public List<SpanColumns> columns(String tenant) throws IOException {
        return spans.columns(tenant);
    }

    /** Searches over the blocks. */
    public StoredSpans spans() {
        return spans;
    }

    /** Learns of blocks that appeared or vanished; errors as in {@link Blocklist#poll}. */
    public PollResult poll() throws IOException {
        return blocklist.poll(store, reads);
    }

    /** As {@link Blocklist#writeIndexes}. */
    public int writeIndexes() throws IOException {
        return blocklist.writeIndexes(store);
    }

    /**
     * Writes merged directories for windows in which nothing is merged any more, so that a find asks one object, and not each block; and
     * deletes those whose blocks are all gone. One node of a cluster is to do that.
     *
     * @param isClosed whether a tenant's window is one of these
     * @param most how many are written at most
     * @return how many were written
     * @throws IOException if the store fails; no harm is done
     */
    public int writeDirectories(BiPredicate<String, ArrivalWindow> isClosed, int most) throws IOException {
        return upkeep.run(isClosed, most);
    }

    /** Learns of a block that another node has committed. */
    public void add(BlockMeta meta) {
        blocklist.add(meta);
    }

    /**
     * Learns of an object that another node has put.
     *
     * @param name of a commit record or a tombstone
     * @param object what is in it
     * @throws IOException if it is another object, or damaged
     */
    public void learn(String name, byte[] object) throws IOException {
        Optional<BlockNames.Owner> deletion = BlockNames.ownerOfTombstone(name);
        if (deletion.isPresent()) {
            blocklist.add(Tombstone.decode(deletion.get(), object));
        } else if (BlockNames.ownerOfMeta(name).isPresent()) {
            blocklist.add(BlockMeta.decode(name, object));
        } else {
            throw new IOException("neither a commit record nor a tombstone: " + name);
        }
    }

    /** The tenant's blocks that queries are to see. */
    private TenantBlocks readable(String tenant) {
        Instant now = clock.instant();
        return blocks(tenant).without(window -> config.retention().isOver(tenant, window, now));
    }

    /** The tenant's blocks as known now, those that are deleted or past their retention among them. */
    public TenantBlocks blocks(String tenant) {
        return blocklist.blocks(BlockNames.requireTenant(tenant));
    }

    /** Tenants that have blocks. */
    public Set<String> tenants() {
        return blocklist.tenants();
    }

    public TempoDbStats stats() {
        return TempoDbStats.of(tenants().stream().map(this::blocks).toList(), parts, finds);
    }

    /** What the page cache did, if there is one. */
    public Optional<PageCacheStats> cacheStats() {
        return cache.map(PageCache::stats);
    }

    /** Closes cache and store. */
    @Override
    public void close() throws IOException {
        reads.close();
        if (cache.isPresent()) {
            cache.get().close();
        }
        store.close();
    }
}
