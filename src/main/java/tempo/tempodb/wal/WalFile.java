package tempo.tempodb.wal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One file of the log. Any number of threads may read; one at a time writes and forces. An interrupt of a reading
 * thread must not disturb the others.
 */
public interface WalFile extends Closeable {
    /** Returns the length of the file in bytes. */
    long bytes() throws IOException;

    /**
     * Writes all that remains in {@code source} at {@code offset}. Not durable before {@link #force}.
     *
     * @throws IOException if not all of it could be written; what is in that place is then unknown
     */
    void write(long offset, ByteBuffer source) throws IOException;

    /** Makes all that was written so far survive a power failure. After an exception nothing is known about it. */
    void force() throws IOException;

    /**
     * Reads at {@code offset} until {@code target} is full or the file ends.
     *
     * @return the number of bytes read, 0 at or behind the end
     */
    int read(long offset, ByteBuffer target) throws IOException;
}
