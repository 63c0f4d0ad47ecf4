package tempo.tempodb.backend.retry;

import java.util.List;
import java.util.Map;

/**
 * Counters of one operation since the store was opened.
 *
 * @param calls calls of the engine
 * @param attempts requests to the store, hedges not included: one for each call, and one for each retry
 * @param retries attempts after the first
 * @param hedges reads that were sent a second time while the first was under way
 * @param hedgesWon hedges that were answered first
 * @param errors attempts that failed with what may be over soon
 * @param timeouts attempts that were left without an answer
 * @param wrongLengths reads that were answered with more or fewer bytes than were asked for
 * @param failures calls that were given up, by reason
 * @param nanos time of the calls that were answered, waits and retries included
 * @param durations how many of these took up to {@link RetryStats#DURATION_MILLIS} each; the last is of those that took longer
 */
public record OperationStats(
        long calls,
        long attempts,
        long retries,
        long hedges,
        long hedgesWon,
        long errors,
        long timeouts,
        long wrongLengths,
        Map<FailureReason, Long> failures,
        long nanos,
        List<Long> durations) {
    public OperationStats {
        failures = Map.copyOf(failures);
        durations = List.copyOf(durations);
    }

    /** Calls that were given up for this reason. */
    public long failures(FailureReason reason) {
        return failures.getOrDefault(reason, 0L);
    }
}
