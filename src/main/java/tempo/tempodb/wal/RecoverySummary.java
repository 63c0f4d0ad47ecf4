package tempo.tempodb.wal;

/**
 * What was found when a log was opened.
 *
 * @param segments that were in use
 * @param records recovered
 * @param payloadBytes of those records
 * @param holes damaged places in what had been durable
 * @param holeBytes their size
 * @param tornBytes damaged or half-written bytes of commits that were never acknowledged; 0 where the end was clean or
 *     its extent cannot be told
 * @param unreadable files that were reported as such
 */
public record RecoverySummary(
        int segments, long records, long payloadBytes, long holes, long holeBytes, long tornBytes, int unreadable) {}
