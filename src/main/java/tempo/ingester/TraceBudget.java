package tempo.ingester;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds how many traces the memory of a node's ingester holds, live ones and those of the head block, those included that are only
 * kept for queries under way. Over half of the bound ranges hand on early what they have and blocks are cut early; over the bound
 * pushes are refused until there is room. Thread-safe.
 */
final class TraceBudget {
    /** Twice what a trace of a few slices takes, its slot in the table included: the rest of the heap is for requests. */
    private static final int HEAP_BYTES_PER_TRACE = 384;

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
