package tempo.tempodb.compaction;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.AbandonedBlock;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.CorruptBlockException;
import tempo.tempodb.block.UnsupportedBlockException;

/** Puts damaged commit records anew, once it is known what they said. For one thread at a time. */
final class DamagedRecords {
    private final ObjectStore store;

    /** Those that were seen to already. */
    private final Set<UUID> done = new HashSet<>();

    DamagedRecords(ObjectStore store) {
        this.store = store;
    }

    /**
     * Puts those that are still damaged.
     *
     * @param known what they said, as of a poll just now
     * @return the blocks whose records were put
     * @throws IOException if the store fails
     */
    List<UUID> restore(List<BlockMeta> known) throws IOException {
        List<UUID> restored = new ArrayList<>();
        Set<UUID> all = new HashSet<>();
        for (BlockMeta meta : known) {
            all.add(meta.blockId());
            if (!done.contains(meta.blockId())) {
                if (restore(meta)) {
                    restored.add(meta.blockId());
                }
                done.add(meta.blockId());
            }
        }
        done.retainAll(all);
        return restored;
    }

    private boolean restore(BlockMeta meta) throws IOException {
        String name = meta.spec().metaName();
        if (!isDamaged(store, name)) {
            return false;
        }
        store.put(name, ByteBuffer.wrap(meta.encode()));
        try {
            store.head(meta.spec().dataName());
            return true;
        } catch (NoSuchFileException deletedMeanwhile) {
            store.delete(name);
            return false;
        }
    }

    /** False if the object called {@code name} is a commit record or what may stand in its place, or is gone, or only a newer version can read it. */
    static boolean isDamaged(ObjectStore store, String name) throws IOException {
        try {
            byte[] record = store.read(name, 0, (int) Math.min(store.head(name).bytes(), BlockMeta.BYTES_MAX));
            if (AbandonedBlock.decode(record).isEmpty()) {
                BlockMeta.decode(name, record);
            }
            return false;
        } catch (CorruptBlockException damaged) {
            return true;
        } catch (UnsupportedBlockException | NoSuchFileException otherwise) {
            return false;
        }
    }
}
