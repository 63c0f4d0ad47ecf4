package tempo.tempodb.wal;

/** Hears what the log does, to feed metrics and logs. Called on the log's own threads: be quick and do not throw. */
public interface WalListener {
    /** A listener that ignores everything. */
    WalListener NONE = new WalListener() {};

    /**
     * A commit is durable.
     *
     * @param bytes written to the segment
     * @param nanos taken by write and force
     */
    default void committed(int records, long bytes, long nanos) {}

    /** A commit could not be written or forced; its records failed and its segment was given up. */
    default void commitFailed(int records, Throwable cause) {}

    /** A record was refused without having been written. */
    default void refused(WalException reason) {}

    /** A segment takes no more records. */
    default void segmentSealed(int epoch, long bytes) {}

    /** All of a segment was released; a crash no longer replays it. */
    default void segmentFreed(int epoch) {}

    /** No further segment can be had for now; reported when it begins. */
    default void unavailable(WalException reason) {}

    /** Segments can be had again. */
    default void available() {}

    /** Something went wrong that no append depends on: a file could not be marked, recycled or deleted. */
    default void troubled(String attempted, Throwable cause) {}
}
