package tempo.tempodb.backend.retry;

import java.time.Duration;

/**
 * How long and how hard a call to a remote object store is tried.
 *
 * @param attemptsMax attempts of one call, the first included; 1 to 20
 * @param backoffFirst the first pause is random between nothing and this; each further one may be twice as long
 * @param backoffMax no pause is longer
 * @param attemptTimeout a read (or a question for an object's size) that has no answer by then is left and tried again; the
 *     store's own time-out ends what was left, so it should be about as long
 * @param readDeadline all attempts of a read together; shorter than {@code querier.deadline}, for the querier to say why it failed
 * @param writeDeadline all attempts of a put, of one piece of an object, of a commit, a delete, a listing's page: no attempt begins
 *     after it, and the store's own time-out ends the last one
 * @param retryPercentMax retries, as a share of all calls, 0 to 100: a store that keeps failing is not asked much more than one that
 *     does not. A few a second are always free
 * @param hedgePercentMax reads that may be sent a second time as they take longer than most, as a share of all reads, 0 to 50;
 *     0 sends none
 * @param concurrencyMax requests under way at a time, those that were left included; 1 to 10,000. Each read takes a thread
 */
public record RetryConfig(
        int attemptsMax,
        Duration backoffFirst,
        Duration backoffMax,
        Duration attemptTimeout,
        Duration readDeadline,
        Duration writeDeadline,
        int retryPercentMax,
        int hedgePercentMax,
        int concurrencyMax) {
    /**
     * With 5 attempts, and 5 % of them failing, one call in 3 million fails. The pauses between them are 0.4 s together on
     * average; two attempts without an answer leave time for a third within the deadline.
     */
    public static final RetryConfig DEFAULT = new RetryConfig(
            5,
            Duration.ofMillis(50),
            Duration.ofSeconds(2),
            Duration.ofMillis(2_500),
            Duration.ofSeconds(8),
            Duration.ofSeconds(60),
            20,
            5,
            64);

    public RetryConfig {
        requireBetween("attempts-max", attemptsMax, 1, 20);
        requirePositive("backoff-first", backoffFirst);
        if (backoffMax.compareTo(backoffFirst) < 0) {
            throw new IllegalArgumentException(
                    "backoff-max must not be shorter than backoff-first, " + backoffFirst + ", but was " + backoffMax);
        }
        requirePositive("attempt-timeout", attemptTimeout);
        if (readDeadline.compareTo(attemptTimeout) < 0) {
            throw new IllegalArgumentException("read-deadline must not be shorter than attempt-timeout, "
                    + attemptTimeout + ", but was " + readDeadline);
        }
        requirePositive("write-deadline", writeDeadline);
        requireBetween("retry-percent-max", retryPercentMax, 0, 100);
        requireBetween("hedge-percent-max", hedgePercentMax, 0, 50);
        requireBetween("concurrency-max", concurrencyMax, 1, 10_000);
        for (Duration duration : new Duration[] {backoffMax, readDeadline, writeDeadline}) {
            if (duration.compareTo(Duration.ofHours(1)) > 0) {
                throw new IllegalArgumentException(
                        "backoff-max, read-deadline and write-deadline must be of at most 1 hour but one was "
                                + duration);
            }
        }
    }

    private static void requirePositive(String key, Duration duration) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(key + " must be above zero but was " + duration);
        }
    }

    private static void requireBetween(String key, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(key + " must be " + min + " to " + max + " but was " + value);
        }
    }
}
