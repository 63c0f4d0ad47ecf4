package tempo.tempodb.cache;

import java.io.IOException;

/** Reads a range of one object from where it really is. */
@FunctionalInterface
public interface RangeReader {
    /**
     * Reads exactly {@code length} bytes from {@code offset} into a new array.
     *
     * @throws java.io.EOFException if the object ends before that
     */
    byte[] read(long offset, int length) throws IOException;
}
