package tempo.tempodb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import tempo.span.TraceKey;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.BadMark;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockNames;
import tempo.tempodb.blocklist.Blocklist;
import tempo.tempodb.blocklist.Tombstone;

/** Puts the objects that hide what is deleted or damaged, and makes them known here at once. Thread-safe. */
final class Deletions {
    /** What of a tenant's arrives so soon after its deletion is deleted too: it may have been on its way before. */
    static final Duration TENANT_ARRIVALS = Duration.ofHours(1);

    /** A block goes when the retention of its whole time window is over, and that of its deletion. */
    private static final Duration STORED_LONGER = Duration.ofDays(2);

    private final ObjectStore store;
    private final Blocklist blocklist;
    private final InstantSource clock;
    private final Supplier<UUID> ids;

    Deletions(ObjectStore store, Blocklist blocklist, InstantSource clock, Supplier<UUID> ids) {
        this.store = store;
        this.blocklist = blocklist;
        this.clock = clock;
        this.ids = ids;
    }

    /** Hides a trace, or all of a tenant if there is no key. */
    Tombstone put(String tenant, Optional<TraceKey> key, Retention retention) throws IOException {
        Instant now = clock.instant();
        Instant until = now.plus(retention.of(tenant)).plus(STORED_LONGER);
        Instant arrivals = key.isPresent() ? now : now.plus(TENANT_ARRIVALS);
        Tombstone tombstone = new Tombstone(ids.get(), tenant, key, now, until, arrivals);
        store.put(tombstone.name(), ByteBuffer.wrap(tombstone.encode()));
        blocklist.add(tombstone);
        return tombstone;
    }

    void remove(Tombstone tombstone) throws IOException {
        store.delete(tombstone.name());
        blocklist.forget(tombstone);
    }

    /** Marks blocks, but for those that were deleted meanwhile or are marked; returns those that were marked. */
    Map<BlockMeta, String> markSuspects(Map<BlockMeta, String> suspects) throws IOException {
        Map<BlockMeta, String> marked = new HashMap<>();
        for (Map.Entry<BlockMeta, String> suspect : suspects.entrySet()) {
            BlockMeta meta = suspect.getKey();
            if (!blocklist.isMarked(meta) && isCommitted(meta)) {
                mark(meta, new BadMark(suspect.getValue(), clock.instant()));
                marked.put(meta, suspect.getValue());
            }
        }
        return marked;
    }

    private boolean isCommitted(BlockMeta meta) throws IOException {
        try {
            store.head(meta.spec().metaName());
            return true;
        } catch (NoSuchFileException deleted) {
            return false;
        }
    }

    /** Whoever marks a block first is right; all others found the same. */
    void mark(BlockMeta meta, BadMark mark) throws IOException {
        String name = BlockNames.bad(meta.tenant(), meta.spec().window(), meta.blockId());
        store.putIfAbsent(name, ByteBuffer.wrap(mark.encode()));
        blocklist.addMark(meta, mark);
    }
}
