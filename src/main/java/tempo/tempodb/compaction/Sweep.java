package tempo.tempodb.compaction;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.Retention;
import tempo.tempodb.TempoDb;
import tempo.tempodb.backend.ObjectInfo;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.AbandonedBlock;
import tempo.tempodb.block.ArrivalWindow;
import tempo.tempodb.block.BadMark;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockNames;
import tempo.tempodb.blocklist.BadBlock;
import tempo.tempodb.blocklist.TenantBlocks;
import tempo.tempodb.blocklist.Tombstone;
import tempo.tempodb.blocklist.UnreadableMeta;

/*
 * The grace time is counted from when this sweep first saw that a block is replaced or past its retention, by its own clock: so it
 * depends on no other clock, and begins anew on another node.
 *
 * Data without a commit record may belong to a writer that is slow, and not dead. So before it is deleted, a record that says it was
 * given up takes the place of the commit record, if that is absent: the writer cannot commit a block any more that has no data.
 */
/**
 * Deletes what nobody needs: blocks that are replaced or past their retention, after a grace time; data that nobody committed; uploads
 * that nobody finished. Whatever it leaves undone, it does the next time. For one thread at a time.
 */
public final class Sweep {
    /** No window is longer. */
    private static final Duration WINDOW_MAX = Duration.ofDays(1);

    private static final String DATA_SUFFIX = ".tp";
    private static final String META_SUFFIX = ".meta";

    private final TempoDb db;
    private final ObjectStore store;
    private final SweepConfig config;
    private final InstantSource clock;

    /** By block: when it was first seen that it is to go. */
    private final Map<UUID, Instant> since = new HashMap<>();

    /**
     * @param db the blocks, as of its last poll
     * @param store where they are
     */
    public Sweep(TempoDb db, ObjectStore store, SweepConfig config, InstantSource clock) {
        this.db = db;
        this.store = store;
        this.config = config;
        this.clock = clock;
    }

    /**
     * How much was deleted.
     *
     * @param expiredBlocks past their retention, or of a tenant that was deleted
     * @param quarantinedBlocks that were damaged
     * @param lost of these, the ones of which nothing could be saved
     * @param lostTombstones damaged ones: what they hid is not known, and not hidden any more
     */
    public record Result(
            int replacedBlocks,
            int expiredBlocks,
            int quarantinedBlocks,
            List<UUID> lost,
            List<UUID> lostTombstones,
            int orphans,
            int abandonedWrites) {
        public Result {
            lost = List.copyOf(lost);
            lostTombstones = List.copyOf(lostTombstones);
        }
    }

    /**
     * Deletes blocks whose grace time is over, and tombstones that have ended.
     *
     * @param busy blocks that are being merged: they stay
     * @throws IOException if the store fails
     */
    public Result removeBlocks(Set<UUID> busy) throws IOException {
        Instant now = clock.instant();
        AgreedTime time = new AgreedTime(now, store);
        Set<UUID> seen = new HashSet<>();
        int replaced = 0;
        int expired = 0;
        int quarantined = 0;
        List<UUID> lost = new ArrayList<>();
        List<UUID> lostTombstones = new ArrayList<>();
        for (String tenant : db.tenants()) {
            TenantBlocks blocks = db.blocks(tenant);
            Set<BlockMeta> over = new LinkedHashSet<>();
            Set<UUID> staying = new HashSet<>();
            for (UnreadableMeta meta : blocks.unreadableReplaced()) {
                if (isOver(meta.blockId(), config.grace(), now, seen)) {
                    remove(meta);
                    replaced++;
                } else {
                    staying.add(meta.blockId());
                }
            }
            for (UnreadableMeta meta : blocks.unreadable()) {
                if (isPast(meta, blocks, time) && isOver(meta.blockId(), config.grace(), now, seen)) {
                    remove(meta);
                    expired++;
                } else if (isOver(meta.blockId(), config.quarantine(), now, seen) && isDamaged(meta)) {
                    remove(meta);
                    (meta.isRecord() ? lost : lostTombstones).add(meta.blockId());
                }
            }
            for (BlockMeta meta : blocks.replaced()) {
                collect(meta, now, seen, over);
            }
            for (BlockMeta meta : blocks.visible()) {
                if (isPast(tenant, meta.spec().window(), blocks, time)) {
                    collect(meta, now, seen, over);
                }
            }
            List<BadBlock> bad = new ArrayList<>(blocks.quarantined());
            bad.addAll(blocks.bad());
            for (BadBlock each : bad) {
                if (isOver(each, now, seen)) {
                    over.add(each.meta());
                }
            }
            over.removeIf(meta -> busy.contains(meta.blockId()));
            keepWhatReplaces(blocks, staying, over);
            if (!over.isEmpty()) {
                for (BadBlock each : bad) {
                    quarantined += over.contains(each.meta()) ? 1 : 0;
                }
                for (BadBlock each : blocks.bad()) {
                    if (over.contains(each.meta())) {
                        lost.add(each.meta().blockId());
                    }
                }
                Set<BlockMeta> gone = new HashSet<>(blocks.replaced());
                gone.retainAll(over);
                replaced += gone.size();
                expired += over.size() - gone.size();
                db.remove(List.copyOf(over));
            }
            for (Tombstone tombstone : blocks.tombstones().all()) {
                if (!tombstone.until().isAfter(now) && !tombstone.until().isAfter(time.get())) {
                    db.remove(tombstone);
                }
            }
        }
        since.keySet().retainAll(seen);
        return new Result(replaced, expired - quarantined, quarantined, lost, lostTombstones, 0, 0);
    }

    /** Adds a block that is to go to {@code over}, once its grace time is over. */
    private void collect(BlockMeta meta, Instant now, Set<UUID> seen, Set<BlockMeta> over) {
        if (isOver(meta.blockId(), config.grace(), now, seen)) {
            over.add(meta);
        }
    }

    private boolean isOver(UUID block, Duration kept, Instant now, Set<UUID> seen) {
        seen.add(block);
        return !since.computeIfAbsent(block, unused -> now).plus(kept).isAfter(now);
    }

    /** Its window is known by its name only, which says nothing of the length. */
    private boolean isPast(UnreadableMeta meta, TenantBlocks blocks, AgreedTime time) throws IOException {
        OptionalLong start = BlockNames.windowStartOfMeta(meta.name());
        if (start.isEmpty()) {
            return false;
        }
        ArrivalWindow longest = new ArrivalWindow(start.getAsLong(), WINDOW_MAX.toSeconds());
        return isPast(meta.tenant(), longest, blocks, time);
    }

    /** True if a window is past its retention, or all of its tenant is deleted. */
    private boolean isPast(String tenant, ArrivalWindow window, TenantBlocks blocks, AgreedTime time)
            throws IOException {
        Retention retention = config.retention();
        return blocks.tombstones().hides(window)
                || retention.isOver(tenant, window, time.own()) && retention.isOver(tenant, window, time.get());
    }

    private boolean isOver(BadBlock bad, Instant now, Set<UUID> seen) {
        BadMark mark = bad.mark();
        return mark.isReadable()
                ? !mark.at().plus(config.quarantine()).isAfter(now)
                : isOver(bad.meta().blockId(), config.quarantine(), now, seen);
    }

    /** False if only a newer version can read it. */
    private boolean isDamaged(UnreadableMeta meta) throws IOException {
        return !meta.isRecord() || DamagedRecords.isDamaged(store, meta.name());
    }

    private void remove(UnreadableMeta meta) throws IOException {
        store.delete(meta.name());
        if (!meta.isRecord()) {
            return;
        }
        store.delete(BlockNames.dataOfMeta(meta.name()));
        store.delete(BlockNames.badOfMeta(meta.name()));
    }

    /** Takes those out that replace a block which stays: without them it would be visible again. */
    private static void keepWhatReplaces(TenantBlocks blocks, Set<UUID> unreadable, Set<BlockMeta> over) {
        Set<UUID> staying = new HashSet<>(unreadable);
        blocks.replaced().forEach(meta -> staying.add(meta.blockId()));
        blocks.quarantined().forEach(bad -> staying.add(bad.meta().blockId()));
        blocks.visible().forEach(meta -> staying.add(meta.blockId()));
        over.forEach(meta -> staying.remove(meta.blockId()));
        while (over.removeIf(
                meta -> meta.spec().replaces().stream().anyMatch(staying::contains) && staying.add(meta.blockId()))) {
            // What these replace in turn may be among the others.
        }
    }

    /**
     * Deletes data that has no commit record and is old, records of blocks that were given up long ago, and unfinished uploads.
     *
     * @param outputs blocks that are being written by jobs: they stay
     * @throws IOException if the store fails
     */
    public Result removeOrphans(Set<UUID> outputs) throws IOException {
        Instant now = clock.instant();
        Map<String, ObjectInfo> records = new HashMap<>();
        Map<String, ObjectInfo> data = new TreeMap<>();
        store.list("", object -> {
            if (object.key().endsWith(META_SUFFIX)) {
                records.put(object.key(), object);
            } else if (object.key().endsWith(DATA_SUFFIX)) {
                data.put(object.key(), object);
            }
        });
        Set<UUID> known = knownBlocks();
        known.addAll(outputs);
        int orphans = 0;
        for (ObjectInfo object : data.values()) {
            String record = BlockNames.metaOfData(object.key());
            Optional<BlockNames.Owner> owner = BlockNames.ownerOfMeta(record);
            boolean old = !object.modified().plus(config.orphanAge()).isAfter(now);
            if (owner.isPresent()
                    && old
                    && !known.contains(owner.get().blockId())
                    && isNoBlock(record, records.get(record), now)) {
                store.delete(object.key());
                orphans++;
            }
        }
        for (ObjectInfo record : records.values()) {
            boolean old = !record.modified().plus(config.abandonedKept()).isAfter(now);
            Optional<BlockNames.Owner> owner = BlockNames.ownerOfMeta(record.key());
            if (old && owner.isPresent() && !known.contains(owner.get().blockId()) && mayGo(record, known)) {
                store.delete(record.key());
            }
        }
        return new Result(
                0, 0, 0, List.of(), List.of(), orphans, store.removeAbandonedWrites(now.minus(config.writeAge())));
    }

    /** True if there is no commit record, and from now on there will not be one. */
    private boolean isNoBlock(String name, @Nullable ObjectInfo listed, Instant now) throws IOException {
        if (listed == null) {
            byte[] record = new AbandonedBlock("its data was old and had no commit record", List.of()).encode();
            if (store.putIfAbsent(name, ByteBuffer.wrap(record))) {
                return true;
            }
        }
        long bytes = listed == null ? store.head(name).bytes() : listed.bytes();
        return isAbandoned(name, bytes);
    }

    private Set<UUID> knownBlocks() {
        Set<UUID> known = new HashSet<>();
        for (String tenant : db.tenants()) {
            TenantBlocks blocks = db.blocks(tenant);
            blocks.visible().forEach(meta -> known.add(meta.blockId()));
            blocks.replaced().forEach(meta -> known.add(meta.blockId()));
            blocks.quarantined().forEach(bad -> known.add(bad.meta().blockId()));
            blocks.unreadable().forEach(meta -> known.add(meta.blockId()));
            blocks.unreadableReplaced().forEach(meta -> known.add(meta.blockId()));
        }
        return known;
    }

    /** True if a record says that there is no block, and is not needed any more for what it replaces. */
    private boolean mayGo(ObjectInfo record, Set<UUID> known) throws IOException {
        Optional<AbandonedBlock> none = abandoned(record.key(), record.bytes());
        return none.isPresent() && none.get().replaces().stream().noneMatch(known::contains);
    }

    private boolean isAbandoned(String name, long bytes) throws IOException {
        return abandoned(name, bytes).isPresent();
    }

    private Optional<AbandonedBlock> abandoned(String name, long bytes) throws IOException {
        return bytes > BlockMeta.BYTES_MAX ? Optional.empty() : AbandonedBlock.decode(store.read(name, 0, (int) bytes));
    }
}
