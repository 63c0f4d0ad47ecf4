package tempo.tempodb.wal;

/**
 * A snapshot of the log's counters, each read by itself.
 *
 * @param commits durable commits since the log was opened
 * @param records durable records since then
 * @param bytes written by those commits
 * @param commitsFailed commits whose write or force failed
 * @param queuedBytes handed over and not yet durable
 * @param segmentsInUse segments with records, readable ones that were just released included
 * @param segmentsReady prepared for the next records
 * @param fileBytes size of all segment files
 * @param outstandingUnits committed or recovered, and not released
 */
public record WalStats(
        long commits,
        long records,
        long bytes,
        long commitsFailed,
        long queuedBytes,
        int segmentsInUse,
        int segmentsReady,
        long fileBytes,
        long outstandingUnits) {}
