package tempo.tempodb.column;

import java.util.Arrays;

/** Integers that are appended; keeps its room when cleared. Not thread-safe. */
public final class GrowingLongs {
    private static final int KEPT = 1 << 15;

    private long[] values = new long[64];
    private int count;

    /** Appends a value. */
    public void add(long value) {
        if (count == values.length) {
            values = Arrays.copyOf(values, count * 2);
        }
        values[count++] = value;
    }

    /** Appends {@code value} so many times. */
    public void add(long value, int times) {
        reserve(times);
        Arrays.fill(values, count, count + times, value);
        count += times;
    }

    /** Makes room for {@code more} values. */
    public void reserve(int more) {
        int needed = Math.addExact(count, more);
        if (needed > values.length) {
            values = Arrays.copyOf(values, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, 2L * values.length)));
        }
    }

    /** Takes {@code more} values that were written to {@link #array()} behind the end. */
    public void extend(int more) {
        count += more;
    }

    public long get(int index) {
        return values[index];
    }

    public int count() {
        return count;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    /** The values themselves, of which the first {@link #count} are set; replaced when it grows. */
    public long[] array() {
        return values;
    }

    /** Takes back all but the first {@code newCount}. */
    public void truncate(int newCount) {
        count = newCount;
    }

    /** Empties it, and gives back very much room. */
    public void clear() {
        count = 0;
        if (values.length > KEPT) {
            values = new long[64];
        }
    }
}
