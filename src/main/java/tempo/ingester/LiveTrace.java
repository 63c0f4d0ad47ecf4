package tempo.ingester;

import org.jspecify.annotations.Nullable;

/**
 * A trace that is being received, or has been handed on and is kept until nobody can miss it. Once handed on it does not change
 * any more, so the head block may share it.
 */
final class LiveTrace {
    final String tenant;
    final long keyHigh;
    final long keyLow;
    final SliceRefs refs = new SliceRefs();
    final long firstMillis;
    long lastMillis;
    long bytes;
    int spans;

    /** True from the moment it is offered to the head block. */
    boolean handedOn;

    /** What was handed on of the same trace before, and is still kept. */
    @Nullable
    LiveTrace previous;

    LiveTrace(String tenant, long keyHigh, long keyLow, long nowMillis) {
        this.tenant = tenant;
        this.keyHigh = keyHigh;
        this.keyLow = keyLow;
        this.firstMillis = nowMillis;
        this.lastMillis = nowMillis;
    }
}
