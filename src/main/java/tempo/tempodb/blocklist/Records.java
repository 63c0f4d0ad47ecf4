package tempo.tempodb.blocklist;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.AbandonedBlock;
import tempo.tempodb.block.BadMark;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockNames;

/** What was read of a listing's objects. For one thread. */
final class Records {
    final Map<String, BlockMeta> blocks = new LinkedHashMap<>();
    final Map<String, AbandonedBlock> abandoned = new LinkedHashMap<>();
    final Map<String, BadMark> marks = new LinkedHashMap<>();
    final Map<String, Tombstone> tombstones = new LinkedHashMap<>();
    final List<UnreadableMeta> unreadable = new ArrayList<>();

    private final ObjectStore store;

    Records(ObjectStore store) {
        this.store = store;
    }

    /** Reads a commit record, or what stands in its place; one that cannot be read is noted. */
    void readRecord(String name, long bytes) throws NoSuchFileException {
        BlockNames.Owner owner = BlockNames.ownerOfMeta(name).orElseThrow();
        try {
            byte[] record = read(name, bytes, BlockMeta.BYTES_MAX);
            Optional<AbandonedBlock> none = AbandonedBlock.decode(record);
            if (none.isPresent()) {
                abandoned.put(name, none.get());
            } else {
                blocks.put(name, BlockMeta.decode(name, record));
            }
        } catch (NoSuchFileException deletedSinceListed) {
            throw deletedSinceListed;
        } catch (IOException e) {
            addUnreadable(owner, e);
        }
    }

    void readMark(String name, long bytes) throws IOException {
        marks.put(name, BadMark.decode(read(name, bytes, BadMark.BYTES_MAX)));
    }

    /** Reads a tombstone; one that is damaged hides nothing and is noted. */
    void readTombstone(String name, long bytes) throws NoSuchFileException {
        BlockNames.Owner owner = BlockNames.ownerOfTombstone(name).orElseThrow();
        try {
            tombstones.put(name, Tombstone.decode(owner, read(name, bytes, Tombstone.BYTES_MAX)));
        } catch (NoSuchFileException deletedSinceListed) {
            throw deletedSinceListed;
        } catch (IOException e) {
            addUnreadable(owner, e);
        }
    }

    private byte[] read(String name, long bytes, int bytesMax) throws IOException {
        if (bytes > bytesMax) {
            throw new IOException("object " + name + " must be of at most " + bytesMax + " bytes but is of " + bytes);
        }
        return store.read(name, 0, (int) bytes);
    }

    private void addUnreadable(BlockNames.Owner owner, IOException e) {
        String reason = e.getMessage() == null ? e.toString() : e.getMessage();
        unreadable.add(new UnreadableMeta(owner.tenant(), owner.blockId(), reason));
    }
}
