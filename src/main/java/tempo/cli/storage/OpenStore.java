package tempo.cli.storage;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import tempo.cli.StartException;
import tempo.tempodb.Retention;
import tempo.tempodb.StoreMarker;
import tempo.tempodb.TempoDb;
import tempo.tempodb.TempoDbConfig;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockSource;
import tempo.tempodb.blocklist.TenantBlocks;

/**
 * A store with the blocks of a tenant in it.
 *
 * @param db over the store: what is past its retention is seen too, unless the store is to be changed
 * @param store the same, object by object; refuses to write unless it is to be changed
 * @param name for people: kind and place
 */
record OpenStore(TempoDb db, ObjectStore store, String name, String tenant) implements AutoCloseable {
    private static final int READ_THREADS = 16;

    static OpenStore open(Stores.Opened opened, String tenant, InstantSource clock, boolean toWrite)
            throws IOException, StartException {
        ObjectStore store = toWrite ? opened.store() : new ReadOnlyStore(opened.store());
        try {
            if (!toWrite && StoreMarker.find(store).isEmpty()) {
                requireObjects(store, opened.name());
            }
            TempoDbConfig config = TempoDbConfig.DEFAULT
                    .withReadThreads(READ_THREADS)
                    .withRetention(toWrite ? opened.retention() : Retention.FOREVER);
            return new OpenStore(TempoDb.open(store, config, clock), store, opened.name(), tenant);
        } catch (IOException | StartException | RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /** A store without a marker may be one that was only copied into; one without any object is the wrong one. */
    private static void requireObjects(ObjectStore store, String name) throws IOException, StartException {
        boolean[] any = new boolean[1];
        store.list("", object -> any[0] = true);
        if (!any[0]) {
            throw new StartException(name + " is empty: no node has stored anything in it");
        }
    }

    TenantBlocks blocks() {
        return db.blocks(tenant);
    }

    /** The visible blocks, the oldest window first, or the one with this id, whether it is visible or not. */
    List<BlockMeta> select(Optional<UUID> block) throws StartException {
        TenantBlocks blocks = requireBlocks();
        if (block.isPresent()) {
            return List.of(select(block.get()));
        }
        return blocks.visible().stream()
                .sorted(Comparator.comparing(
                                (BlockMeta meta) -> meta.spec().window().startSeconds())
                        .thenComparing(BlockMeta::blockId))
                .toList();
    }

    /** The block with this id, visible or replaced. */
    BlockMeta select(UUID block) throws StartException {
        TenantBlocks blocks = requireBlocks();
        List<BlockMeta> all = new ArrayList<>(blocks.visible());
        all.addAll(blocks.replaced());
        blocks.quarantined().forEach(bad -> all.add(bad.meta()));
        return all.stream()
                .filter(meta -> meta.blockId().equals(block))
                .findFirst()
                .orElseThrow(() -> new StartException(
                        "tenant " + tenant + " has no block " + block + " in " + name + unreadable(blocks, block)));
    }

    private static String unreadable(TenantBlocks blocks, UUID block) {
        return blocks.unreadable().stream()
                .filter(record -> record.blockId().equals(block))
                .findFirst()
                .map(record -> " that can be read: " + record.reason())
                .orElse("");
    }

    private TenantBlocks requireBlocks() throws StartException {
        TenantBlocks blocks = blocks();
        if (blocks.visible().isEmpty()
                && blocks.replaced().isEmpty()
                && blocks.unreadable().isEmpty()) {
            throw new StartException("tenant " + tenant + " has no blocks in " + name
                    + (db.tenants().isEmpty()
                            ? ""
                            : ", but there are: " + String.join(", ", new TreeSet<>(db.tenants()))));
        }
        return blocks;
    }

    /** Where the bytes of a block's data object are read from. */
    BlockSource source(BlockMeta meta) {
        return (offset, length) -> store.read(meta.spec().dataName(), offset, length);
    }

    @Override
    public void close() throws IOException {
        db.close();
    }
}
