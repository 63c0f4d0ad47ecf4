package tempo.tempodb.backend.retry;

import java.util.List;
import java.util.Map;

/**
 * What a retrying store has done since it was opened.
 *
 * @param inFlight requests under way now, those included that nobody waits for any more
 */
public record RetryStats(Map<StoreOperation, OperationStats> operations, int inFlight) {
    /** Upper bounds of the classes of durations. */
    public static final List<Long> DURATION_MILLIS =
            List.of(5L, 10L, 25L, 50L, 100L, 250L, 500L, 1_000L, 2_500L, 5_000L, 10_000L);

    public RetryStats {
        operations = Map.copyOf(operations);
    }

    /** Counters of one operation. */
    public OperationStats of(StoreOperation operation) {
        OperationStats stats = operations.get(operation);
        if (stats == null) {
            throw new IllegalArgumentException("no counters of " + operation);
        }
        return stats;
    }
}
