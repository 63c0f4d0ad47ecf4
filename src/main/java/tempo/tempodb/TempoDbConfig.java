package tempo.tempodb;

import java.time.Duration;

/**
 * How the storage engine behaves.
 *
 * @param window length of the interval of arrival whose blocks compaction merges; whole seconds, at least one
 * @param tailCacheBytes memory for tails of blocks, and frames of trace directories and segments, that are kept decoded, in bytes
 * @param retention how long traces are kept: from then on they are not found any more
 * @param readThreads most threads of the engine's own that ask blocks for callers; 0 if callers ask them one after the other, as is best
 *     where a read takes microseconds
 */
public record TempoDbConfig(Duration window, long tailCacheBytes, Retention retention, int readThreads) {
    /** Half an hour; 64 MiB; all is kept; no threads. */
    public static final TempoDbConfig DEFAULT =
            new TempoDbConfig(Duration.ofMinutes(30), 64 << 20, Retention.FOREVER, 0);

    /** This, with other periods. */
    public TempoDbConfig withRetention(Retention other) {
        return new TempoDbConfig(window, tailCacheBytes, other, readThreads);
    }

    /** This, with so many threads that read. */
    public TempoDbConfig withReadThreads(int threads) {
        return new TempoDbConfig(window, tailCacheBytes, retention, threads);
    }

    public TempoDbConfig {
        if (window.toSeconds() < 1) {
            throw new IllegalArgumentException("window must be at least 1 s but is " + window);
        }
        if (tailCacheBytes < 0) {
            throw new IllegalArgumentException(
                    "tail cache must not be negative but is of " + tailCacheBytes + " bytes");
        }
        if (readThreads < 0) {
            throw new IllegalArgumentException("read threads must not be negative but are " + readThreads);
        }
    }
}
