package tempo.tempodb.wal;

import java.nio.ByteBuffer;

/** Receives what a log holds when it is opened, in the order in which it was committed. Called on the opening thread. */
public interface RecoveryVisitor {
    /**
     * A record that was not released. It counts as outstanding, with all its units, until {@link Wal#release}.
     *
     * @param payload read-only, valid during the call only
     */
    void record(long position, String tenant, ByteBuffer payload, int units);

    /**
     * Bytes that were durable once and are damaged now: acknowledged records may be missing.
     *
     * @param file name of the segment file
     * @param fromOffset first byte of the hole in the file
     * @param toOffset byte behind the hole
     */
    void hole(String file, long fromOffset, long toOffset);

    /**
     * A file, or the rest of it, cannot be read as a segment.
     *
     * @param file its name, before it is set aside with the ending {@code .bad}
     */
    void unreadable(String file, String reason);
}
