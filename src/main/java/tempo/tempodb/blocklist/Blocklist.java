package tempo.tempodb.blocklist;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import tempo.tempodb.backend.ObjectInfo;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.AbandonedBlock;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockNames;

/*
 * Writers (add, forget, poll) change `known` under the lock and publish an immutable map; readers take that map without a lock.
 * A poll lists the store without holding the lock. A block that is added while it does so may be missing in the listing
 * without being gone, so each block has the number of the poll before which it became known, and a poll forgets only what was
 * known when it began.
 */
/** Which committed blocks each tenant has: found by polling the store, or told at once after a commit. Thread-safe. */
public final class Blocklist {
    private static final int LISTINGS_MAX = 10;

    private final Object pollLock = new Object();
    private final Map<String, Known> known = new HashMap<>();
    private final Set<String> abandoned = new HashSet<>();
    private List<UnreadableMeta> unreadable = List.of();
    private long polls;
    private volatile Map<String, TenantBlocks> snapshot = Map.of();

    /** A block by the name of its commit record. */
    private record Known(BlockMeta meta, long bytes, long sincePoll) {}

    /** The blocks of a tenant; none if it is not known. Never changes once returned. */
    public TenantBlocks blocks(String tenant) {
        return snapshot.getOrDefault(tenant, TenantBlocks.NONE);
    }

    /** All tenants that have a block or an unreadable commit record. */
    public Set<String> tenants() {
        return snapshot.keySet();
    }

    /** Makes a block known that was just committed, here or on another node. */
    public synchronized void add(BlockMeta meta) {
        known.put(meta.spec().metaName(), new Known(meta, meta.encode().length, polls));
        publish(meta.tenant());
    }

    /** Forgets a block that is about to be deleted. */
    public synchronized void forget(BlockMeta meta) {
        known.remove(meta.spec().metaName());
        publish(meta.tenant());
    }

    /**
     * Brings the list up to date with the store: reads new commit records, forgets those that are gone. Bad ones are reported
     * and do not stop it.
     *
     * @throws IOException if the store cannot be listed; the list stays as it was
     */
    public PollResult poll(ObjectStore store) throws IOException {
        synchronized (pollLock) {
            for (int attempt = 1; ; attempt++) {
                long poll = beginPoll();
                Map<String, Long> names = new HashMap<>();
                store.list("", object -> addName(object, names));
                forgetChanged(names);
                Map<String, BlockMeta> read = new LinkedHashMap<>();
                List<UnreadableMeta> bad = new ArrayList<>();
                try {
                    for (String name : unknownOf(names.keySet())) {
                        read(store, name, read, bad);
                    }
                    return endPoll(poll, names, read, bad);
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

    private synchronized long beginPoll() {
        return ++polls;
    }

    private static void addName(ObjectInfo object, Map<String, Long> names) {
        if (BlockNames.ownerOfMeta(object.key()).isPresent()) {
            names.put(object.key(), object.bytes());
        }
    }

    /** Forgets records in whose place there is another now: the block was deleted, and it was made sure that it does not come back. */
    private synchronized void forgetChanged(Map<String, Long> names) {
        known.entrySet().removeIf(entry -> {
            Long bytes = names.get(entry.getKey());
            return bytes != null && bytes != entry.getValue().bytes();
        });
    }

    private synchronized List<String> unknownOf(Set<String> names) {
        return names.stream()
                .filter(name -> !known.containsKey(name) && !abandoned.contains(name))
                .sorted()
                .toList();
    }

    private void read(ObjectStore store, String name, Map<String, BlockMeta> read, List<UnreadableMeta> unreadable)
            throws NoSuchFileException {
        try {
            long bytes = store.head(name).bytes();
            if (bytes > BlockMeta.BYTES_MAX) {
                throw new IOException("commit record " + name + " must be of at most " + BlockMeta.BYTES_MAX
                        + " bytes but is of " + bytes);
            }
            byte[] record = store.read(name, 0, (int) bytes);
            if (AbandonedBlock.isOne(record)) {
                addAbandoned(name);
            } else {
                read.put(name, BlockMeta.decode(name, record));
            }
        } catch (NoSuchFileException deletedSinceListed) {
            throw deletedSinceListed;
        } catch (IOException e) {
            BlockNames.Owner owner = BlockNames.ownerOfMeta(name).orElseThrow();
            String reason = e.getMessage() == null ? e.toString() : e.getMessage();
            unreadable.add(new UnreadableMeta(owner.tenant(), owner.blockId(), reason));
        }
    }

    private synchronized void addAbandoned(String name) {
        abandoned.add(name);
    }

    private synchronized PollResult endPoll(
            long poll, Map<String, Long> names, Map<String, BlockMeta> read, List<UnreadableMeta> bad) {
        int before = known.size();
        known.entrySet().removeIf(entry -> entry.getValue().sincePoll() < poll && !names.containsKey(entry.getKey()));
        abandoned.retainAll(names.keySet());
        int forgotten = before - known.size();
        int added = 0;
        for (Map.Entry<String, BlockMeta> entry : read.entrySet()) {
            Known fresh = new Known(entry.getValue(), names.getOrDefault(entry.getKey(), 0L), poll - 1);
            added += known.putIfAbsent(entry.getKey(), fresh) == null ? 1 : 0;
        }
        unreadable = List.copyOf(bad);
        publishAll();
        return new PollResult(added, forgotten, unreadable);
    }

    private void publishAll() {
        Map<String, List<BlockMeta>> byTenant = new HashMap<>();
        known.values().forEach(block -> byTenant.computeIfAbsent(block.meta().tenant(), tenant -> new ArrayList<>())
                .add(block.meta()));
        unreadable.forEach(meta -> byTenant.computeIfAbsent(meta.tenant(), tenant -> new ArrayList<>()));
        Map<String, TenantBlocks> next = new HashMap<>();
        byTenant.forEach((tenant, metas) -> next.put(tenant, sorted(tenant, metas)));
        snapshot = Map.copyOf(next);
    }

    private void publish(String tenant) {
        List<BlockMeta> metas = new ArrayList<>();
        for (Known block : known.values()) {
            if (block.meta().tenant().equals(tenant)) {
                metas.add(block.meta());
            }
        }
        Map<String, TenantBlocks> next = new HashMap<>(snapshot);
        next.put(tenant, sorted(tenant, metas));
        snapshot = Map.copyOf(next);
    }

    private TenantBlocks sorted(String tenant, List<BlockMeta> metas) {
        Set<UUID> replacedIds = new HashSet<>();
        metas.forEach(meta -> replacedIds.addAll(meta.spec().replaces()));
        List<BlockMeta> visible = new ArrayList<>();
        List<BlockMeta> replaced = new ArrayList<>();
        for (BlockMeta meta : metas) {
            (replacedIds.contains(meta.blockId()) ? replaced : visible).add(meta);
        }
        // Nothing is missing for a record that cannot be read if its block is replaced, or was told of meanwhile.
        Set<UUID> dispensable = new HashSet<>(replacedIds);
        metas.forEach(meta -> dispensable.add(meta.blockId()));
        List<UnreadableMeta> bad = unreadable.stream()
                .filter(meta -> meta.tenant().equals(tenant) && !dispensable.contains(meta.blockId()))
                .toList();
        return new TenantBlocks(visible, replaced, bad);
    }
}
