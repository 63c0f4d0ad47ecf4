package tempo.ingester;

import java.time.Duration;

/**
 * When traces are finished and blocks are cut.
 *
 * @param traceIdle a trace without a new span for this long goes to the head block
 * @param traceAge a trace this old goes to the head block even if spans still come
 * @param traceBytesMax a trace with this many bytes goes to the head block at once; what follows starts it again
 * @param liveTracesMax traces held in memory at once, those kept for queries after they were handed on included; 0 for as many as
 *     the heap has room for
 * @param headBytesMax the head block is cut once its finished traces have this many bytes, as received
 * @param headAge the head block is cut this long after its first trace
 * @param headTracesMax the head block is cut at this many traces; bounds its memory
 */
public record IngesterConfig(
        Duration traceIdle,
        Duration traceAge,
        long traceBytesMax,
        long liveTracesMax,
        long headBytesMax,
        Duration headAge,
        int headTracesMax) {
    /** The defaults of reference.conf. */
    public static final IngesterConfig DEFAULT = new IngesterConfig(
            Duration.ofSeconds(10), Duration.ofSeconds(60), 4L << 20, 0, 256L << 20, Duration.ofMinutes(5), 400_000);

    public IngesterConfig {
        if (traceIdle.toMillis() < 1) {
            throw new IllegalArgumentException("trace-idle must be at least 1 ms but was " + traceIdle);
        }
        if (traceAge.compareTo(traceIdle) < 0) {
            throw new IllegalArgumentException("trace-age must be at least trace-idle but was " + traceAge);
        }
        if (traceBytesMax < 1024) {
            throw new IllegalArgumentException("trace-bytes-max must be at least 1 KiB but was " + traceBytesMax);
        }
        if (liveTracesMax < 0) {
            throw new IllegalArgumentException("live-traces-max must not be negative but was " + liveTracesMax);
        }
        if (headBytesMax < 1024) {
            throw new IllegalArgumentException("head-bytes-max must be at least 1 KiB but was " + headBytesMax);
        }
        if (headAge.toMillis() < 1) {
            throw new IllegalArgumentException("head-age must be at least 1 ms but was " + headAge);
        }
        if (headTracesMax < 1) {
            throw new IllegalArgumentException("head-traces-max must be at least 1 but was " + headTracesMax);
        }
    }
}
