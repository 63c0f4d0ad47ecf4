package tempo.tempodb.backend;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An object being written. For one thread at a time.
 *
 * <p>A call that fails with a {@link TransientStoreException} may be repeated as its methods say, so that one request that fails
 * does not cost the whole object. After any other failure nothing but {@link #abort} may follow.
 */
public interface ObjectWriter extends AutoCloseable {
    /**
     * Appends the remaining bytes of {@code piece}, which is consumed and not kept after the return.
     *
     * @throws TransientStoreException if that failed on the way: the writer has taken the bytes before the piece's position and
     *     none of those after it, and the same call with the same piece goes on from there
     */
    void write(ByteBuffer piece) throws IOException;

    /**
     * Makes the object visible and durable, replacing what was under its key. Nothing may be written afterwards, even if this
     * failed.
     *
     * @throws TransientStoreException if it is not known to be visible, though it may be: the same call tries again, and
     *     returns if it finds that an earlier one did make it visible
     * @throws java.nio.file.NoSuchFileException if the store does not know this write any more: after a transient failure, as it
     *     was committed then and the writer cannot tell, else as it was swept
     */
    void commit() throws IOException;

    /** Drops what was written; does nothing after a commit. Best effort: what cannot be removed is swept later. */
    void abort();

    /** The same as {@link #abort()}. */
    @Override
    default void close() {
        abort();
    }
}
