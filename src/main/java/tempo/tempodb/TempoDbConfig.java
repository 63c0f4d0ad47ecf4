package tempo.tempodb;

import java.time.Duration;

/**
 * How the storage engine behaves.
 *
 * @param window length of the interval of arrival whose blocks compaction merges; whole seconds, at least one
 * @param tailCacheBytes memory for trace directories and group tables of blocks, in bytes
 * @param retention how long traces are kept: from then on they are not found any more
 */
public record TempoDbConfig(Duration window, long tailCacheBytes, Retention retention) {
    /** Half an hour; room for the tails of some 40 million traces; all is kept. */
    public static final TempoDbConfig DEFAULT = new TempoDbConfig(Duration.ofMinutes(30), 64 << 20, Retention.FOREVER);

    /** This, with other periods. */
    public TempoDbConfig withRetention(Retention other) {
        return new TempoDbConfig(window, tailCacheBytes, other);
    }

    public TempoDbConfig {
        if (window.toSeconds() < 1) {
            throw new IllegalArgumentException("window must be at least 1 s but is " + window);
        }
        if (tailCacheBytes < 0) {
            throw new IllegalArgumentException(
                    "tail cache must not be negative but is of " + tailCacheBytes + " bytes");
        }
    }
}
