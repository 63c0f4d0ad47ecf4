package tempo.querier;

import java.time.Duration;

/**
 * Bounds of a query.
 *
 * @param deadline how long the places that may hold spans have to answer
 * @param traceBytesMax the most bytes of fragments that one answer is made of
 */
public record QuerierConfig(Duration deadline, long traceBytesMax) {
    /** The defaults of reference.conf. */
    public static final QuerierConfig DEFAULT = new QuerierConfig(Duration.ofSeconds(10), 128L << 20);

    public QuerierConfig {
        if (deadline.toMillis() < 1 || deadline.toMinutes() > 5) {
            throw new IllegalArgumentException("deadline must be 1 ms to 5 minutes but was " + deadline);
        }
        if (traceBytesMax < 1024 || traceBytesMax > 1L << 30) {
            throw new IllegalArgumentException("trace-bytes-max must be 1 KiB to 1 GiB but was " + traceBytesMax);
        }
    }
}
