package tempo.tempodb;

/**
 * Counters since the engine was opened, and sizes now.
 *
 * @param blocks visible blocks of all tenants
 * @param blockBytes size of their data objects
 * @param unreadableMetas commit records that the last poll could not read
 * @param tailCacheBytes memory taken by cached tails
 * @param reads ranged reads of data objects
 * @param bytesRead bytes that these returned
 * @param retriedReads finds in one block that failed and were tried once more
 * @param failedReads finds in one block that failed twice
 */
public record TempoDbStats(
        int tenants,
        int blocks,
        long blockBytes,
        int unreadableMetas,
        long tailCacheBytes,
        long tailCacheHits,
        long tailCacheMisses,
        long finds,
        long reads,
        long bytesRead,
        long retriedReads,
        long failedReads) {}
