package tempo.tempodb.cache;

import java.util.Map;

/**
 * What a page cache did since it was made, and what it holds. Immutable.
 *
 * @param kinds by kind of page, all of them
 * @param memoryFrames frames that can be found in memory
 * @param memoryBytes direct memory allocated for frames
 * @param memoryBytesMax direct memory that it may take, in whole frames
 * @param overheadBytes heap that keeps track of frames in memory
 * @param disk the tier on disk; all 0 if there is none
 */
public record PageCacheStats(
        Map<PageKind, Kind> kinds,
        int memoryFrames,
        long memoryBytes,
        long memoryBytesMax,
        long overheadBytes,
        Disk disk) {
    public PageCacheStats {
        kinds = Map.copyOf(kinds);
    }

    /** Of one kind. */
    public Kind of(PageKind kind) {
        return kinds.getOrDefault(kind, Kind.NONE);
    }

    /** Of all kinds together. */
    public Kind total() {
        Kind total = Kind.NONE;
        for (Kind each : kinds.values()) {
            total = total.plus(each);
        }
        return total;
    }

    /**
     * Of one kind of page. Frames are counted by each read that needs them.
     *
     * @param memoryHits frames found in memory
     * @param diskHits frames found on the local disk
     * @param joined frames for which one waited that another thread was fetching
     * @param misses frames fetched from the store
     * @param requests reads of the store
     * @param bytesServed bytes given to readers
     * @param bytesFetched bytes read from the store
     * @param evictions frames that had to leave memory for others
     * @param rereads reads past the cache, as after a checksum error
     */
    public record Kind(
            long memoryHits,
            long diskHits,
            long joined,
            long misses,
            long requests,
            long bytesServed,
            long bytesFetched,
            long evictions,
            long rereads) {
        static final Kind NONE = new Kind(0, 0, 0, 0, 0, 0, 0, 0, 0);

        private Kind plus(Kind other) {
            return new Kind(
                    memoryHits + other.memoryHits,
                    diskHits + other.diskHits,
                    joined + other.joined,
                    misses + other.misses,
                    requests + other.requests,
                    bytesServed + other.bytesServed,
                    bytesFetched + other.bytesFetched,
                    evictions + other.evictions,
                    rereads + other.rereads);
        }
    }

    /**
     * The tier on disk.
     *
     * @param enabled false if there is none, or no more since its disk failed
     * @param frames frames that can be found
     * @param bytesMax size of its file
     * @param written frames written
     * @param evictions frames that were overwritten for others
     * @param dropped frames that were not written, since the disk had no time for them or no place
     * @param corrupt frames that were not what had been written, and were thrown away
     * @param failures reads and writes that the disk refused
     */
    public record Disk(
            boolean enabled,
            int frames,
            long bytesMax,
            long written,
            long evictions,
            long dropped,
            long corrupt,
            long failures) {
        static final Disk NONE = new Disk(false, 0, 0, 0, 0, 0, 0, 0);
    }
}
