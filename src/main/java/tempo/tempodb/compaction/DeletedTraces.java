package tempo.tempodb.compaction;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import tempo.span.TraceKey;
import tempo.tempodb.TempoDb;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.CorruptBlockException;
import tempo.tempodb.blocklist.TenantBlocks;
import tempo.tempodb.blocklist.Tombstone;

/**
 * Finds the blocks that still hold traces which were deleted. Each block is asked once for each tombstone, a bounded number of them at a
 * time, and again only after a restart. For one thread at a time; blocks for as long as the store does.
 */
final class DeletedTraces {
    /** Blocks that are asked at one go, of one tenant. */
    private static final int ASKED_MAX = 200;

    private final TempoDb db;

    /** By tombstone: the blocks that do not hold what it hides. */
    private final Map<UUID, Set<UUID>> without = new HashMap<>();

    DeletedTraces(TempoDb db) {
        this.db = db;
    }

    /** Blocks of a tenant that hold a deleted trace, or are damaged so that nobody knows, as many as were found in one go. */
    List<BlockMeta> holders(TenantBlocks blocks, Instant now) {
        List<BlockMeta> holders = new ArrayList<>();
        int asked = 0;
        for (Tombstone tombstone : blocks.tombstones().all()) {
            if (tombstone.key().isEmpty() || !tombstone.until().isAfter(now)) {
                without.remove(tombstone.id());
                continue;
            }
            Set<UUID> known = without.computeIfAbsent(tombstone.id(), unused -> new HashSet<>());
            for (BlockMeta meta : blocks.visible()) {
                if (asked < ASKED_MAX && !known.contains(meta.blockId()) && !holders.contains(meta)) {
                    asked++;
                    try {
                        if (holds(meta, tombstone.key().get())) {
                            holders.add(meta);
                        } else {
                            known.add(meta.blockId());
                        }
                    } catch (CorruptBlockException | EOFException | NoSuchFileException damaged) {
                        // Whoever writes it again finds that out too, and has it marked.
                        holders.add(meta);
                    } catch (IOException askedAgain) {
                        continue;
                    }
                }
            }
        }
        return holders;
    }

    private boolean holds(BlockMeta meta, TraceKey key) throws IOException {
        List<byte[]> values = new ArrayList<>();
        if (meta.summary().covers(key)) {
            db.reader(meta).find(key, values);
        }
        return !values.isEmpty();
    }
}
