package tempo.tempodb.wal;

import java.util.concurrent.atomic.AtomicLong;

/** How many units of a segment were committed and not released. Any thread may call. */
final class SegmentUsage {
    private static final long SEALED = 1L << 62;

    /** Outstanding units, plus {@link #SEALED}. */
    private final AtomicLong state = new AtomicLong();

    /** Counts units of a commit that is durable; only before {@link #seal}. */
    void add(long units) {
        state.addAndGet(units);
    }

    /**
     * Says that no more units come.
     *
     * @return whether the segment is empty by that; exactly one call of seal and release returns true
     */
    boolean seal() {
        return state.addAndGet(SEALED) == SEALED;
    }

    /**
     * Takes units off.
     *
     * @return whether the segment is sealed and empty now
     * @throws IllegalStateException if more is released than was committed
     */
    boolean release(int units) {
        while (true) {
            long before = state.get();
            long outstanding = before & SEALED - 1;
            if (units > outstanding) {
                throw new IllegalStateException(
                        "released units must be committed ones, outstanding are " + outstanding + " but were " + units);
            }
            if (state.compareAndSet(before, before - units)) {
                return before - units == SEALED;
            }
        }
    }

    long outstanding() {
        return state.get() & SEALED - 1;
    }
}
