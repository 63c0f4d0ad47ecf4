package tempo.tempodb.backend;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * Named objects in a bucket or directory. An object becomes visible whole or not at all, and is durable once the call that
 * made it visible has returned. Keys are those that {@link ObjectKeys} accepts; any other is an
 * {@link IllegalArgumentException}.
 *
 * <p>Thread-safe; every call blocks. Failures are {@link IOException}s that say what was attempted on which object; an object
 * that does not exist is a {@link NoSuchFileException}, and what may be over by the next attempt is a
 * {@link TransientStoreException}. Nothing is retried here. After a failed put the object may exist or not, and if it does it is
 * whole.
 */
public interface ObjectStore extends AutoCloseable {
    /**
     * Reads exactly {@code length} bytes from {@code offset}.
     *
     * @return a new array, the caller's own
     * @throws java.io.EOFException if the object ends before {@code offset + length}
     */
    byte[] read(String key, long offset, int length) throws IOException;

    /** Writes a whole object, replacing what is there. Leaves {@code content} consumed. */
    void put(String key, ByteBuffer content) throws IOException;

    /**
     * Writes a whole object unless the key exists already; of several callers at most one gets true.
     *
     * @return false if the key exists, whatever its content
     */
    boolean putIfAbsent(String key, ByteBuffer content) throws IOException;

    /** Starts an object that is written piece by piece and is seen by nobody before its commit. */
    ObjectWriter write(String key) throws IOException;

    /**
     * Passes every object whose key starts with {@code prefix} (which may be empty) to {@code visitor}, in no order unless
     * {@link #listsInOrder}. After a failure some have been passed.
     */
    void list(String prefix, Consumer<ObjectInfo> visitor) throws IOException;

    /**
     * Whether listings come in the order of their keys. If so, {@link #listAfter} can go on where one broke off, which one of
     * many requests has to: it would seldom come to its end if it began anew each time that a request fails.
     */
    default boolean listsInOrder() {
        return false;
    }

    /**
     * As {@link #list}, of keys behind {@code after} only. A store that lists in order begins there; this one lists all and leaves
     * out what is before.
     *
     * @param after empty, or a key, which need not exist
     */
    default void listAfter(String prefix, String after, Consumer<ObjectInfo> visitor) throws IOException {
        list(prefix, object -> {
            if (object.key().compareTo(after) > 0) {
                visitor.accept(object);
            }
        });
    }

    /** Size and age of one object. */
    ObjectInfo head(String key) throws IOException;

    /** Removes an object; nothing happens if there is none. */
    void delete(String key) throws IOException;

    /**
     * Removes what writers began before {@code startedBefore} and neither committed nor aborted, as their process died. It was
     * never visible, but takes room. Writers that are still alive lose their writes too, unless the store can tell them from
     * dead ones.
     *
     * @return how many writes were removed
     */
    int removeAbandonedWrites(Instant startedBefore) throws IOException;

    /** Gives back open files and connections; no other call may follow. */
    @Override
    void close() throws IOException;
}
