package tempo.tempodb.blocklist;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.AbandonedBlock;
import tempo.tempodb.block.BadMark;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockNames;
import tempo.tempodb.block.CorruptBlockException;

/** What was read of a listing's objects. Its reads are thread-safe. */
final class Records {
    /** From so many records of a tenant on, its index is read first. */
    private static final int INDEX_WORTH = 16;

    final Map<String, BlockMeta> blocks = new ConcurrentHashMap<>();
    final Map<String, AbandonedBlock> abandoned = new ConcurrentHashMap<>();
    final Map<String, BadMark> marks = new ConcurrentHashMap<>();
    final Map<String, Tombstone> tombstones = new ConcurrentHashMap<>();

    /** What damaged records said. */
    final Set<BlockMeta> damaged = ConcurrentHashMap.newKeySet();

    private final Map<String, UnreadableMeta> unreadable = new ConcurrentHashMap<>();
    private final Map<String, Long> lengths = new ConcurrentHashMap<>();
    private final Set<String> vanished = ConcurrentHashMap.newKeySet();
    private final Set<String> indexed = new HashSet<>();
    private final ObjectStore store;
    private final ManyReads reads;

    Records(ObjectStore store, ManyReads reads) {
        this.store = store;
        this.reads = reads;
    }

    /** Commit records that could not be read. */
    List<UnreadableMeta> unreadable() {
        return unreadable.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .toList();
    }

    /** How many of the blocks came from no index. */
    Map<String, Integer> readSingly() {
        Map<String, Integer> singly = new HashMap<>();
        blocks.forEach((name, meta) -> {
            if (!indexed.contains(name)) {
                singly.merge(meta.tenant(), 1, Integer::sum);
            }
        });
        return singly;
    }

    /**
     * Reads what is not known of a listing: commit records from the tenants' indexes as far as they are there.
     *
     * @throws NoSuchFileException if one was deleted since it was listed; what was read of the others stays
     */
    void read(Listing listing, List<String> records, List<String> newMarks, List<String> newTombstones)
            throws IOException {
        keepListed(listing);
        readIndexes(listing, records);
        List<String> singly =
                records.stream().filter(name -> !blocks.containsKey(name)).toList();
        reads.each(singly, name -> readRecord(name, listing.records.getOrDefault(name, 0L)));
        reads.each(newMarks, name -> readMark(name, listing.marks.getOrDefault(name, 0L)));
        reads.each(newTombstones, name -> readTombstone(name, listing.tombstones.getOrDefault(name, 0L)));
        if (!vanished.isEmpty()) {
            throw new NoSuchFileException(vanished.iterator().next());
        }
    }

    /** What an earlier try read stays, if it is listed as it was: they may be many. */
    private void keepListed(Listing listing) {
        blocks.keySet().removeIf(name -> !lengths.getOrDefault(name, 0L).equals(listing.records.get(name)));
        abandoned.clear();
        marks.clear();
        tombstones.clear();
        damaged.clear();
        unreadable.clear();
        vanished.clear();
    }

    private void readIndexes(Listing listing, List<String> records) {
        Map<String, Set<String>> byTenant = new HashMap<>();
        for (String name : records) {
            if (!blocks.containsKey(name)) {
                String tenant = name.substring(0, name.indexOf('/'));
                byTenant.computeIfAbsent(tenant, unused -> new HashSet<>()).add(name);
            }
        }
        byTenant.forEach((tenant, names) -> {
            if (names.size() >= INDEX_WORTH && listing.indexes.contains(tenant)) {
                readIndex(tenant, names, listing);
            }
        });
    }

    private void readIndex(String tenant, Set<String> names, Listing listing) {
        try {
            TenantIndex.read(store, tenant, entry -> {
                String name = entry.meta().spec().metaName();
                if (names.contains(name) && listing.records.getOrDefault(name, -1L) == entry.bytes()) {
                    blocks.put(name, entry.meta());
                    lengths.put(name, entry.bytes());
                    indexed.add(name);
                }
            });
        } catch (IOException e) {
            // It may be missing by now, or damaged: what it does not have is read record by record.
            return;
        }
    }

    /** Reads a commit record, or what stands in its place; one that cannot be read is noted. */
    private String readRecord(String name, long bytes) {
        BlockNames.Owner owner = BlockNames.ownerOfMeta(name).orElseThrow();
        try {
            byte[] record = read(name, bytes, BlockMeta.BYTES_MAX);
            Optional<AbandonedBlock> none = AbandonedBlock.decode(record);
            if (none.isPresent()) {
                abandoned.put(name, none.get());
            } else {
                addBlock(name, record);
            }
        } catch (NoSuchFileException deletedSinceListed) {
            vanished.add(name);
        } catch (IOException e) {
            addUnreadable(name, owner, e);
        }
        return name;
    }

    private void addBlock(String name, byte[] record) throws IOException {
        try {
            blocks.put(name, BlockMeta.decode(name, record));
            lengths.put(name, (long) record.length);
        } catch (CorruptBlockException e) {
            BlockMeta said = RecordRescue.find(store, name, record).orElseThrow(() -> e);
            blocks.put(name, said);
            damaged.add(said);
        }
    }

    private String readMark(String name, long bytes) throws IOException {
        try {
            marks.put(name, BadMark.decode(store.read(name, 0, (int) Math.min(bytes, BadMark.BYTES_MAX))));
        } catch (NoSuchFileException deletedSinceListed) {
            vanished.add(name);
        }
        return name;
    }

    /** Reads a tombstone; one that is damaged hides nothing and is noted. */
    private String readTombstone(String name, long bytes) {
        BlockNames.Owner owner = BlockNames.ownerOfTombstone(name).orElseThrow();
        try {
            tombstones.put(name, Tombstone.decode(owner, read(name, bytes, Tombstone.BYTES_MAX)));
        } catch (NoSuchFileException deletedSinceListed) {
            vanished.add(name);
        } catch (IOException e) {
            addUnreadable(name, owner, e);
        }
        return name;
    }

    private byte[] read(String name, long bytes, int bytesMax) throws IOException {
        if (bytes > bytesMax) {
            throw new IOException("object " + name + " must be of at most " + bytesMax + " bytes but is of " + bytes);
        }
        return store.read(name, 0, (int) bytes);
    }

    private void addUnreadable(String name, BlockNames.Owner owner, IOException e) {
        String reason = e.getMessage() == null ? e.toString() : e.getMessage();
        unreadable.put(name, new UnreadableMeta(name, owner.tenant(), owner.blockId(), reason));
    }
}
