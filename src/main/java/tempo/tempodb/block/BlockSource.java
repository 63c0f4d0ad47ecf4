package tempo.tempodb.block;

import java.io.IOException;

/** Where a reader gets a block's bytes: a range of its data object. Thread-safe if the reader is shared. */
@FunctionalInterface
public interface BlockSource {
    /**
     * Reads exactly {@code length} bytes from {@code offset} of the data object into a new array.
     *
     * @throws java.io.EOFException if the object ends before that
     */
    byte[] read(long offset, int length) throws IOException;

    /** As {@link #read(long, int)}, where it is known what is there. */
    default byte[] read(BlockPart part, long offset, int length) throws IOException {
        return read(offset, length);
    }
}
