package tempo.tempodb.compaction;

import java.time.Duration;

/**
 * How long what nobody needs any more stays in the store.
 *
 * @param retention how long traces are kept; a block goes once that is over for all of its window
 * @param grace from when a block is replaced, or past its retention, until its objects are deleted: the longest time that a query may
 *     take, and that another node may take to hear of it
 * @param orphanAge how old data without a commit record must be
 * @param writeAge how old an upload must be that was neither finished nor given up
 * @param abandonedKept how long a record stays that keeps a writer from committing which was given up
 */
public record SweepConfig(
        Retention retention, Duration grace, Duration orphanAge, Duration writeAge, Duration abandonedKept) {
    /** Two weeks; ten minutes; two hours; a day; a week. */
    public static final SweepConfig DEFAULT = new SweepConfig(
            Retention.ofAll(Duration.ofDays(14)),
            Duration.ofMinutes(10),
            Duration.ofHours(2),
            Duration.ofDays(1),
            Duration.ofDays(7));

    public SweepConfig {
        requirePositive("grace", grace);
        requirePositive("orphan-age", orphanAge);
        requirePositive("write-age", writeAge);
        requirePositive("abandoned-kept", abandonedKept);
    }

    private static void requirePositive(String key, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(key + " must be above zero but is " + value);
        }
    }
}
