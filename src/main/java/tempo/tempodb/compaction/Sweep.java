package tempo.tempodb.compaction;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.TempoDb;
import tempo.tempodb.backend.ObjectInfo;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.AbandonedBlock;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockNames;
import tempo.tempodb.blocklist.TenantBlocks;

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

    /** How much was deleted. */
    public record Result(int replacedBlocks, int expiredBlocks, int orphans, int abandonedWrites) {
        static final Result NONE = new Result(0, 0, 0, 0);
    }

    /**
     * Deletes blocks whose grace time is over.
     *
     * @param busy blocks that are being merged: they stay
     * @throws IOException if the store fails
     */
    public Result removeBlocks(Set<UUID> busy) throws IOException {
        Instant now = clock.instant();
        Set<UUID> seen = new HashSet<>();
        int replaced = 0;
        int expired = 0;
        for (String tenant : db.tenants()) {
            TenantBlocks blocks = db.blocks(tenant);
            List<BlockMeta> over = new ArrayList<>();
            collect(blocks.replaced(), false, now, busy, seen, over);
            collect(blocks.visible(), true, now, busy, seen, over);
            keepWhatReplaces(blocks, over);
            if (!over.isEmpty()) {
                Set<BlockMeta> gone = new HashSet<>(blocks.replaced());
                gone.retainAll(over);
                replaced += gone.size();
                expired += over.size() - gone.size();
                db.remove(over);
            }
        }
        since.keySet().retainAll(seen);
        return new Result(replaced, expired, 0, 0);
    }

    /** Takes those out that replace a block which stays: without them it would be visible again. */
    private static void keepWhatReplaces(TenantBlocks blocks, List<BlockMeta> over) {
        Set<UUID> staying = new HashSet<>();
        blocks.replaced().forEach(meta -> staying.add(meta.blockId()));
        blocks.visible().forEach(meta -> staying.add(meta.blockId()));
        over.forEach(meta -> staying.remove(meta.blockId()));
        while (over.removeIf(
                meta -> meta.spec().replaces().stream().anyMatch(staying::contains) && staying.add(meta.blockId()))) {
            // What these replace in turn may be among the others.
        }
    }

    /** Adds the blocks whose grace time is over to {@code over}. */
    private void collect(
            List<BlockMeta> blocks,
            boolean onlyExpired,
            Instant now,
            Set<UUID> busy,
            Set<UUID> seen,
            List<BlockMeta> over) {
        for (BlockMeta meta : blocks) {
            if (onlyExpired
                    && !config.retention().isOver(meta.tenant(), meta.spec().window(), now)) {
                continue;
            }
            seen.add(meta.blockId());
            Instant first = since.computeIfAbsent(meta.blockId(), unused -> now);
            if (!first.plus(config.grace()).isAfter(now) && !busy.contains(meta.blockId())) {
                over.add(meta);
            }
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
            String record = recordOf(object.key());
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
            if (old
                    && owner.isPresent()
                    && !known.contains(owner.get().blockId())
                    && isAbandoned(record.key(), record.bytes())) {
                store.delete(record.key());
            }
        }
        return new Result(0, 0, orphans, store.removeAbandonedWrites(now.minus(config.writeAge())));
    }

    /** True if there is no commit record, and from now on there will not be one. */
    private boolean isNoBlock(String name, @Nullable ObjectInfo listed, Instant now) throws IOException {
        if (listed == null) {
            byte[] record = AbandonedBlock.encode("its data was old and had no commit record", now);
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
            blocks.unreadable().forEach(meta -> known.add(meta.blockId()));
        }
        return known;
    }

    private boolean isAbandoned(String name, long bytes) throws IOException {
        return bytes <= AbandonedBlock.BYTES_MAX && AbandonedBlock.isOne(store.read(name, 0, (int) bytes));
    }

    private static String recordOf(String dataName) {
        return dataName.substring(0, dataName.length() - DATA_SUFFIX.length()) + META_SUFFIX;
    }
}
