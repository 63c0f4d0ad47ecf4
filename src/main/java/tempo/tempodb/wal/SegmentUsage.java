package tempo.tempodb.wal;

import java.util.concurrent.atomic.AtomicLong;

/** How many units of a segment were committed and not released. Any thread may call. */
final class SegmentUsage {
    private static final long SEALED = 1L << 62;

    /** Outstanding units, plus {@link #SEALED}. */
    private final AtomicLong state = new AtomicLong();

    /** Those of the outstanding units that are guests'. Never more than there are: counted up later, and down earlier. */
    private final AtomicLong guests = new AtomicLong();

    /**
     * Counts units of a commit that is durable; only before {@link #seal}.
     *
     * @param ofGuests how many of them are guests'
     */
    void add(long units, long ofGuests) {
        state.addAndGet(units);
        guests.addAndGet(ofGuests);
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

    /** As {@link #release}, of a guest. */
    boolean releaseGuest(int units) {
        guests.updateAndGet(before -> Math.max(0, before - units));
        return release(units);
    }

    /** Whether there is, or may still come, anything outstanding that is no guest's. */
    boolean inOwnUse() {
        long ofGuests = guests.get();
        long now = state.get();
        return (now & SEALED) == 0 || (now & SEALED - 1) > ofGuests;
    }

    long outstanding() {
        return state.get() & SEALED - 1;
    }
}
