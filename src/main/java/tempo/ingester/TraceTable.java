package tempo.ingester;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A hash table from trace key to {@code V} with open addressing and linear probing: the keys are kept as primitives and, being
 * mixed already, are their own hash. Removal shifts the entries behind back, so there are no tombstones. Not thread-safe.
 */
final class TraceTable<V> {
    private static final int CAPACITY_MIN = 16;

    private long[] highs = new long[CAPACITY_MIN];
    private long[] lows = new long[CAPACITY_MIN];
    private @Nullable Object[] values = new Object[CAPACITY_MIN];
    private int size;

    int size() {
        return size;
    }

    @Nullable
    V get(long high, long low) {
        return value(find(high, low));
    }

    /** Sets the value of a key, whether it had one or not. */
    void put(long high, long low, V value) {
        int slot = find(high, low);
        if (values[slot] == null) {
            if (size >= values.length / 2) {
                grow();
                slot = find(high, low);
            }
            size++;
            highs[slot] = high;
            lows[slot] = low;
        }
        values[slot] = value;
    }

    /** Forgets a key, if it is known. */
    void remove(long high, long low) {
        int gap = find(high, low);
        if (values[gap] == null) {
            return;
        }
        size--;
        int mask = values.length - 1;
        int slot = gap;
        while (true) {
            values[gap] = null;
            int home;
            do {
                slot = slot + 1 & mask;
                if (values[slot] == null) {
                    return;
                }
                home = (int) lows[slot] & mask;
            } while (gap <= slot ? gap < home && home <= slot : gap < home || home <= slot);
            highs[gap] = highs[slot];
            lows[gap] = lows[slot];
            values[gap] = values[slot];
            gap = slot;
        }
    }

    /** Visits all values in no particular order; the table must not be changed meanwhile. */
    void forEach(Consumer<V> visitor) {
        for (int slot = 0; slot < values.length; slot++) {
            V value = value(slot);
            if (value != null) {
                visitor.accept(value);
            }
        }
    }

    /** True if any value fulfils the condition. */
    boolean any(Predicate<V> condition) {
        for (int slot = 0; slot < values.length; slot++) {
            V value = value(slot);
            if (value != null && condition.test(value)) {
                return true;
            }
        }
        return false;
    }

    /** The slot of the key, or the empty slot where it would go. */
    private int find(long high, long low) {
        int mask = values.length - 1;
        int slot = (int) low & mask;
        while (values[slot] != null && (lows[slot] != low || highs[slot] != high)) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    @SuppressWarnings("unchecked")
    private @Nullable V value(int slot) {
        return (V) values[slot];
    }

    private void grow() {
        long[] oldHighs = highs;
        long[] oldLows = lows;
        @Nullable Object[] oldValues = values;
        int capacity = oldValues.length * 2;
        highs = new long[capacity];
        lows = new long[capacity];
        values = Arrays.copyOf(new Object[0], capacity);
        for (int i = 0; i < oldValues.length; i++) {
            if (oldValues[i] != null) {
                int slot = find(oldHighs[i], oldLows[i]);
                highs[slot] = oldHighs[i];
                lows[slot] = oldLows[i];
                values[slot] = oldValues[i];
            }
        }
    }
}
