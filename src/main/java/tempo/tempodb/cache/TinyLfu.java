package tempo.tempodb.cache;

import java.util.function.IntPredicate;

/**
 * Which slot to give up for a newcomer: W-TinyLFU (G. Einziger, R. Friedman, B. Manes, "TinyLFU: A Highly Efficient Cache Admission
 * Policy", 2017). Newcomers pass a window of 1 % in LRU order. Leaving it, one stays only if it was asked for more often than the one
 * that would have to go for it: so a pass over much that nobody asks for again takes the window and no more. What stays is in two LRU
 * queues: on probation until it is asked for again, then protected, up to 80 %.
 *
 * <p>Slots are numbers below the capacity. Not thread-safe.
 */
final class TinyLfu {
    static final int NONE = -1;

    private static final int WINDOW = 0;
    private static final int PROBATION = 1;
    private static final int PROTECTED = 2;
    private static final int QUEUES = 3;

    /** So many slots that cannot go are passed over before a newcomer is turned away. */
    private static final int LOOK_MAX = 64;

    private final FrequencySketch sketch;

    /** Doubly linked rings; the head of queue q is the pseudo-slot {@code capacity + q}, its successor the newest. */
    private final int[] next;

    private final int[] previous;
    private final byte[] queues;
    private final long[] hashes;
    private final int[] sizes = new int[QUEUES];
    private final int capacity;
    private final int windowMax;
    private final int protectedMax;

    TinyLfu(int capacity) {
        this.capacity = capacity;
        sketch = new FrequencySketch(capacity);
        next = new int[capacity + QUEUES];
        previous = new int[capacity + QUEUES];
        queues = new byte[capacity];
        hashes = new long[capacity];
        for (int head = capacity; head < next.length; head++) {
            next[head] = head;
            previous[head] = head;
        }
        windowMax = Math.max(1, capacity / 100);
        protectedMax = (int) ((capacity - windowMax) * 8L / 10);
    }

    /** Counts that somebody asked for a key, whether it is here or not. */
    void asked(long hash) {
        sketch.increment(hash);
    }

    /** Somebody asked for what is in the slot. */
    void hit(int slot) {
        int queue = queues[slot];
        unlink(slot);
        link(queue == WINDOW ? WINDOW : PROTECTED, slot);
        if (sizes[PROTECTED] > protectedMax) {
            move(previous[capacity + PROTECTED], PROBATION);
        }
    }

    /** A newcomer is in the slot. */
    void add(int slot, long hash) {
        hashes[slot] = hash;
        link(WINDOW, slot);
        // Several may have come in at once, each having found the window with room for one.
        while (sizes[WINDOW] > windowMax) {
            move(previous[capacity + WINDOW], PROBATION);
        }
    }

    void remove(int slot) {
        unlink(slot);
    }

    /** Chooses a slot to give up, and removes it; {@link #NONE} if those that might go may not. */
    int evict(IntPredicate evictable) {
        int oldest = oldest(WINDOW, evictable);
        int victim = oldest(PROBATION, evictable);
        victim = victim == NONE ? oldest(PROTECTED, evictable) : victim;
        boolean windowFull = oldest != NONE && sizes[WINDOW] >= windowMax;
        if (victim == NONE) {
            victim = oldest;
        } else if (windowFull) {
            if (sketch.frequency(hashes[oldest]) > sketch.frequency(hashes[victim])) {
                move(oldest, PROBATION);
            } else {
                victim = oldest;
            }
        }
        if (victim != NONE) {
            unlink(victim);
        }
        return victim;
    }

    /** The hash with which the slot was added last. */
    long hash(int slot) {
        return hashes[slot];
    }

    int size() {
        return sizes[WINDOW] + sizes[PROBATION] + sizes[PROTECTED];
    }

    long memoryBytes() {
        return sketch.memoryBytes() + (long) next.length * 2 * Integer.BYTES + (long) capacity * (1 + Long.BYTES);
    }

    private int oldest(int queue, IntPredicate evictable) {
        int slot = previous[capacity + queue];
        for (int looked = 0; slot < capacity && looked < LOOK_MAX; looked++, slot = previous[slot]) {
            if (evictable.test(slot)) {
                return slot;
            }
        }
        return NONE;
    }

    private void move(int slot, int queue) {
        unlink(slot);
        link(queue, slot);
    }

    private void link(int queue, int slot) {
        int head = capacity + queue;
        next[slot] = next[head];
        previous[slot] = head;
        previous[next[head]] = slot;
        next[head] = slot;
        queues[slot] = (byte) queue;
        sizes[queue]++;
    }

    private void unlink(int slot) {
        next[previous[slot]] = next[slot];
        previous[next[slot]] = previous[slot];
        sizes[queues[slot]]--;
    }
}
