package tempo.tempodb.blocklist;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.AbandonedBlock;
import tempo.tempodb.block.BadMark;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockNames;
import tempo.tempodb.block.MergedDirectory;

/*
 * Writers (add, forget, poll) change what is known under the lock and publish an immutable map; readers take that map without a lock.
 * A poll lists and reads the store without holding the lock.
 */
/** Which committed blocks each tenant has: found by polling the store, or told at once after a commit. Thread-safe. */
public final class Blocklist {
    private static final int LISTINGS_MAX = 10;

    private final Object pollLock = new Object();
    private final KnownObjects<BlockMeta> blocks = new KnownObjects<>();
    private final KnownObjects<AbandonedBlock> abandoned = new KnownObjects<>();
    private final KnownObjects<BadMark> marks = new KnownObjects<>();
    private final KnownObjects<Tombstone> tombstones = new KnownObjects<>();
    private final Map<UUID, MergedDirectory> directories = new HashMap<>();
    private final IndexChanges indexes = new IndexChanges();
    private final Set<BlockMeta> damaged = new HashSet<>();
    private List<UnreadableMeta> unreadable = List.of();
    private long polls;
    private volatile Map<String, TenantBlocks> snapshot = Map.of();

    /** The blocks of a tenant; none if it is not known. Never changes once returned. */
    public TenantBlocks blocks(String tenant) {
        return snapshot.getOrDefault(tenant, TenantBlocks.NONE);
    }

    /** All tenants that have a block, an unreadable commit record, or a tombstone. */
    public Set<String> tenants() {
        return snapshot.keySet();
    }

    /** Makes a block known that was just committed, here or on another node. */
    public synchronized void add(BlockMeta meta) {
        if (blocks.put(meta.spec().metaName(), meta, meta.encode().length, polls)) {
            indexes.changed(meta.tenant());
        }
        publish(meta.tenant());
    }

    /** Makes it known that a block is damaged. */
    public synchronized void addMark(BlockMeta meta, BadMark mark) {
        marks.put(markOf(meta), mark, mark.encode().length, polls);
        publish(meta.tenant());
    }

    /** Makes it known that something is deleted. */
    public synchronized void add(Tombstone tombstone) {
        tombstones.put(tombstone.name(), tombstone, tombstone.encode().length, polls);
        publish(tombstone.tenant());
    }

    /** Forgets a block that is about to be deleted. */
    public synchronized void forget(BlockMeta meta) {
        blocks.remove(meta.spec().metaName());
        indexes.changed(meta.tenant());
        publish(meta.tenant());
    }

    /** Forgets a tombstone that is about to be deleted. */
    public synchronized void forget(Tombstone tombstone) {
        tombstones.remove(tombstone.name());
        publish(tombstone.tenant());
    }

    /** Makes a merged directory known. One of which nobody told is found by the next poll, and not missed before. */
    public synchronized void add(MergedDirectory directory) {
        directories.put(directory.id(), directory);
        publish(directory.tenant());
    }

    /** Forgets a merged directory that is about to be deleted, or is damaged. */
    public synchronized void forget(MergedDirectory directory) {
        directories.remove(directory.id());
        publish(directory.tenant());
    }

    /** All merged directories, those of tenants that have nothing else among them. */
    public synchronized List<MergedDirectory> directories() {
        return List.copyOf(directories.values());
    }

    /** True if a block is marked as damaged. */
    public synchronized boolean isMarked(BlockMeta meta) {
        return marks.contains(markOf(meta));
    }

    /** True if a record was found which says that this block was given up. */
    public synchronized boolean isAbandoned(String metaName) {
        return abandoned.contains(metaName);
    }

    /**
     * Brings the list up to date with the store: reads new commit records, forgets those that are gone. Bad ones are reported
     * and do not stop it.
     *
     * @throws IOException if the store cannot be listed; the list stays as it was
     */
    public PollResult poll(ObjectStore store) throws IOException {
        return poll(store, ManyReads.ONE_BY_ONE);
    }

    /** As {@link #poll(ObjectStore)}, with some reads at once. */
    public PollResult poll(ObjectStore store, ManyReads reads) throws IOException {
        synchronized (pollLock) {
            Records read = new Records(store, reads);
            for (int attempt = 1; ; attempt++) {
                try {
                    return pollOnce(store, reads, read);
                } catch (NoSuchFileException deletedSinceListed) {
                    // It may have been what replaces another that was listed too, and would be taken for visible: look
                    // again.
                    if (attempt == LISTINGS_MAX) {
                        throw new IOException(
                                "blocks are deleted faster than their commit records can be read: "
                                        + deletedSinceListed.getMessage(),
                                deletedSinceListed);
                    }
                }
            }
        }
    }

    private PollResult pollOnce(ObjectStore store, ManyReads reads, Records read) throws IOException {
        long poll = beginPoll();
        Listing listing = Listing.of(store);
        Listing.addExisting(store, reads, missing(blocks, listing.records, poll), listing.records);
        Listing.addExisting(store, reads, missing(marks, listing.marks, poll), listing.marks);
        Listing.addExisting(store, reads, missing(tombstones, listing.tombstones, poll), listing.tombstones);
        forgetChanged(listing);
        read.read(
                listing,
                unknown(listing.records, each -> blocks.contains(each) || abandoned.contains(each)),
                unknown(listing.marks, marks::contains),
                unknown(listing.tombstones, tombstones::contains));
        return endPoll(poll, listing, read);
    }

    /**
     * Brings the tenants' indexes in the store up to date, so that nodes which start need not read each commit record: those that
     * lack much, and those of tenants that have no block any more. One node of a cluster is to do that.
     *
     * @return how many were written
     * @throws IOException if the store fails; no harm is done
     */
    public int writeIndexes(ObjectStore store) throws IOException {
        int written = 0;
        Set<String> withBlocks = new HashSet<>();
        for (Map.Entry<String, Integer> tenant : blocksByTenant().entrySet()) {
            withBlocks.add(tenant.getKey());
            written += writeIndexIfDue(store, tenant.getKey(), tenant.getValue()) ? 1 : 0;
        }
        for (String tenant : needlessIndexes(withBlocks)) {
            store.delete(BlockNames.index(tenant));
        }
        return written;
    }

    private boolean writeIndexIfDue(ObjectStore store, String tenant, int count) throws IOException {
        List<TenantIndex.Entry> entries = new ArrayList<>(count);
        int changes;
        synchronized (this) {
            if (!indexes.isDue(tenant, count)) {
                return false;
            }
            changes = indexes.begin(tenant);
            blocks.forEach((meta, bytes) -> {
                if (meta.tenant().equals(tenant)) {
                    entries.add(new TenantIndex.Entry(meta, bytes));
                }
            });
        }
        boolean written = false;
        try {
            TenantIndex.write(store, tenant, entries);
            written = true;
            return true;
        } finally {
            if (!written) {
                failed(tenant, changes);
            }
        }
    }

    private synchronized void failed(String tenant, int changes) {
        indexes.failed(tenant, changes);
    }

    private synchronized Map<String, Integer> blocksByTenant() {
        Map<String, Integer> counts = new HashMap<>();
        blocks.forEach((meta, bytes) -> counts.merge(meta.tenant(), 1, Integer::sum));
        return counts;
    }

    private synchronized Set<String> needlessIndexes(Set<String> withBlocks) {
        return indexes.needless(withBlocks);
    }

    private synchronized long beginPoll() {
        return ++polls;
    }

    private synchronized List<String> missing(KnownObjects<?> known, Map<String, Long> listed, long poll) {
        return known.missing(listed, poll);
    }

    /** Where another record stands now, the block was deleted, and it was made sure that it does not come back. */
    private synchronized void forgetChanged(Listing listing) {
        blocks.forgetChanged(listing.records);
        abandoned.forgetChanged(listing.records);
    }

    private synchronized List<String> unknown(Map<String, Long> listed, Predicate<String> known) {
        return listed.keySet().stream().filter(known.negate()).sorted().toList();
    }

    private synchronized PollResult endPoll(long poll, Listing listing, Records read) {
        List<String> gone = blocks.missing(listing.records, poll);
        gone.forEach(name -> {
            BlockNames.ownerOfMeta(name).ifPresent(owner -> indexes.changed(owner.tenant()));
            blocks.remove(name);
        });
        abandoned.missing(listing.records, poll).forEach(abandoned::remove);
        marks.missing(listing.marks, poll).forEach(marks::remove);
        tombstones.missing(listing.tombstones, poll).forEach(tombstones::remove);
        int added = 0;
        for (Map.Entry<String, BlockMeta> entry : read.blocks.entrySet()) {
            long bytes = listing.records.getOrDefault(entry.getKey(), 0L);
            added += blocks.putIfAbsent(entry.getKey(), entry.getValue(), bytes, poll - 1) ? 1 : 0;
        }
        read.abandoned.forEach(
                (name, none) -> abandoned.put(name, none, listing.records.getOrDefault(name, 0L), poll - 1));
        read.marks.forEach(
                (name, mark) -> marks.putIfAbsent(name, mark, listing.marks.getOrDefault(name, 0L), poll - 1));
        read.tombstones.forEach((name, tombstone) ->
                tombstones.putIfAbsent(name, tombstone, listing.tombstones.getOrDefault(name, 0L), poll - 1));
        directories.clear();
        directories.putAll(listing.directories);
        unreadable = read.unreadable();
        indexes.polled(listing.indexes, read.readSingly());
        publishAll();
        damaged.addAll(read.damaged);
        damaged.removeIf(meta -> !blocks.contains(meta.spec().metaName()));
        return new PollResult(added, gone.size(), List.copyOf(damaged), unreadable);
    }

    private void publishAll() {
        Map<String, List<BlockMeta>> byTenant = new HashMap<>();
        blocks.values().forEach(meta -> byTenant.computeIfAbsent(meta.tenant(), tenant -> new ArrayList<>())
                .add(meta));
        Stream.concat(
                        unreadable.stream().map(UnreadableMeta::tenant),
                        tombstones.values().stream().map(Tombstone::tenant))
                .forEach(tenant -> byTenant.computeIfAbsent(tenant, unused -> new ArrayList<>()));
        Map<String, TenantBlocks> next = new HashMap<>();
        byTenant.forEach((tenant, metas) -> next.put(tenant, sorted(tenant, metas)));
        snapshot = Map.copyOf(next);
    }

    private void publish(String tenant) {
        List<BlockMeta> metas = new ArrayList<>();
        for (BlockMeta meta : blocks.values()) {
            if (meta.tenant().equals(tenant)) {
                metas.add(meta);
            }
        }
        Map<String, TenantBlocks> next = new HashMap<>(snapshot);
        next.put(tenant, sorted(tenant, metas));
        snapshot = Map.copyOf(next);
    }

    private TenantBlocks sorted(String tenant, List<BlockMeta> metas) {
        Set<UUID> replacedIds = new HashSet<>();
        metas.forEach(meta -> replacedIds.addAll(meta.spec().replaces()));
        // Ids are unique: those of other tenants do no harm.
        abandoned.values().forEach(none -> replacedIds.addAll(none.replaces()));
        List<BlockMeta> visible = new ArrayList<>();
        List<BlockMeta> replaced = new ArrayList<>();
        List<BadBlock> quarantined = new ArrayList<>();
        List<BadBlock> bad = new ArrayList<>();
        for (BlockMeta meta : metas) {
            BadMark mark = marks.isEmpty() ? null : marks.get(markOf(meta));
            if (!replacedIds.contains(meta.blockId())) {
                visible.add(meta);
            } else if (mark == null) {
                replaced.add(meta);
            } else {
                quarantined.add(new BadBlock(meta, mark));
            }
            if (mark != null && !replacedIds.contains(meta.blockId())) {
                bad.add(new BadBlock(meta, mark));
            }
        }
        // Nothing is missing for a record that cannot be read if its block is replaced, or was told of meanwhile.
        Set<UUID> told = new HashSet<>();
        metas.forEach(meta -> told.add(meta.blockId()));
        List<UnreadableMeta> missing = new ArrayList<>();
        List<UnreadableMeta> dispensable = new ArrayList<>();
        for (UnreadableMeta meta : unreadable) {
            if (meta.tenant().equals(tenant) && !told.contains(meta.blockId())) {
                (replacedIds.contains(meta.blockId()) ? dispensable : missing).add(meta);
            }
        }
        List<Tombstone> deleted = tombstones.values().stream()
                .filter(tombstone -> tombstone.tenant().equals(tenant))
                .toList();
        List<MergedDirectory> merged = directories.values().stream()
                .filter(directory -> directory.tenant().equals(tenant))
                .toList();
        return new TenantBlocks(
                visible,
                replaced,
                quarantined,
                bad,
                missing,
                dispensable,
                deleted.isEmpty() ? Tombstones.NONE : new Tombstones(deleted),
                merged);
    }

    private static String markOf(BlockMeta meta) {
        return BlockNames.bad(meta.tenant(), meta.spec().window(), meta.blockId());
    }
}
