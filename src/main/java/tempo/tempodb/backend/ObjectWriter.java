package tempo.tempodb.backend;

import java.io.IOException;
import java.nio.ByteBuffer;

/** An object being written. For one thread at a time. */
public interface ObjectWriter extends AutoCloseable {
    /** Appends the remaining bytes of {@code piece}, which is consumed and not kept after the return. */
    void write(ByteBuffer piece) throws IOException;

    /** Makes the object visible and durable, replacing what was under its key. Nothing may be written afterwards. */
    void commit() throws IOException;

    /** Drops what was written; does nothing after a commit. Best effort: what cannot be removed is swept later. */
    void abort();

    /** The same as {@link #abort()}. */
    @Override
    default void close() {
        abort();
    }
}
