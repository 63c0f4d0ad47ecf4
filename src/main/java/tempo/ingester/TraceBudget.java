package tempo.ingester;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds how many traces the memory of a node's ingester holds: live ones and those that were handed on and are still kept.
 * Over half of the bound ranges hand on early what they have; over the bound pushes are refused until there is room. Thread-safe.
 */
final class TraceBudget {
    /** What a trace takes, its slot in the table and its list of slices included, and as much again in the head block. */
    private static final int HEAP_BYTES_PER_TRACE = 512;

    private final long max;
    private final AtomicLong held = new AtomicLong();

    /**
     * A budget of {@code tracesMax} traces.
     *
     * @param tracesMax 0 for as many as the heap has room for
     * @param heapBytesMax the largest size of the heap
     */
    TraceBudget(long tracesMax, long heapBytesMax) {
        this.max = tracesMax > 0 ? tracesMax : Math.max(heapBytesMax / HEAP_BYTES_PER_TRACE, 1024);
    }

    /** A range holds {@code change} traces more, or fewer, than before. */
    void changed(long change) {
        held.addAndGet(change);
    }

    /** True if ranges should hand on early what they have. */
    boolean scarce() {
        return held.get() > max / 2;
    }

    /** True if no more may be taken. */
    boolean exhausted() {
        return held.get() > max;
    }
}
