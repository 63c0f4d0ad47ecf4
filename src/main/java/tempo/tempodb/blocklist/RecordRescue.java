package tempo.tempodb.blocklist;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockNames;
import tempo.tempodb.block.CorruptBlockException;
import tempo.tempodb.block.RecordCopy;
import tempo.tempodb.block.UnsupportedBlockException;

/*
 * What cannot be read may as well have said that the block was given up: then its data, if it is there, is a copy of what others hold,
 * and must not become a block. What is left of the record tells the two apart. A block that was cut replaces none, and is given up by the
 * sweep only, which deletes its data at once.
 */
/** Finds out what a damaged commit record said: its data object ends with a copy. */
final class RecordRescue {
    /** Less than that of a record tells nothing. */
    private static final int BYTES_LEFT_MIN = 16;

    private RecordRescue() {}

    /**
     * What the record called {@code name} said; nothing if that cannot be known.
     *
     * @param left what is under that name
     * @throws IOException if the store fails
     */
    static Optional<BlockMeta> find(ObjectStore store, String name, byte[] left) throws IOException {
        String data = BlockNames.dataOfMeta(name);
        try {
            long dataBytes = store.head(data).bytes();
            BlockMeta meta = RecordCopy.read(name, (offset, length) -> store.read(data, offset, length), dataBytes);
            boolean known = meta.spec().replaces().isEmpty() || isLeftOf(meta.encode(), left);
            return known ? Optional.of(meta) : Optional.empty();
        } catch (CorruptBlockException | UnsupportedBlockException | EOFException | NoSuchFileException damagedToo) {
            return Optional.empty();
        }
    }

    /** True if most of the bytes that are left are those of the record. */
    private static boolean isLeftOf(byte[] record, byte[] left) {
        int length = Math.min(record.length, left.length);
        int same = 0;
        for (int i = 0; i < length; i++) {
            same += record[i] == left[i] ? 1 : 0;
        }
        return length >= BYTES_LEFT_MIN && 2 * same > length;
    }
}
