package tempo.tempodb.spans;

import java.util.Arrays;

/** Stretches of a group's rows, rising, each of whole entries. Not thread-safe. */
public final class RowRanges {
    private int[] bounds = new int[64];
    private int count;

    RowRanges() {}

    /** How many stretches there are. */
    public int count() {
        return count;
    }

    /** The first row of a stretch. */
    public int from(int range) {
        return bounds[2 * range];
    }

    /** The row behind the last of a stretch. */
    public int to(int range) {
        return bounds[2 * range + 1];
    }

    /** The only stretch is that of the first rows. */
    void setAll(int rows) {
        count = 0;
        add(0, rows);
    }

    /** The stretches are the entries that have a row whose bit is set. */
    void setEntries(SpanGroup group, long[] bits) {
        count = 0;
        for (int entry = 0; entry < group.entries(); entry++) {
            int from = group.firstSpan(entry);
            int to = group.firstSpan(entry + 1);
            if (isAnySet(bits, from, to)) {
                add(from, to);
            }
        }
    }

    /** Adds a stretch behind the last, or to it. */
    private void add(int from, int to) {
        if (count > 0 && bounds[2 * count - 1] == from) {
            bounds[2 * count - 1] = to;
            return;
        }
        if (2 * count == bounds.length) {
            bounds = Arrays.copyOf(bounds, 4 * count);
        }
        bounds[2 * count] = from;
        bounds[2 * count + 1] = to;
        count++;
    }

    private static boolean isAnySet(long[] bits, int from, int to) {
        if (from >= to) {
            return false;
        }
        int first = from >> 6;
        int last = to - 1 >> 6;
        long head = -1L << from;
        long tail = -1L >>> -to;
        if (first == last) {
            return (bits[first] & head & tail) != 0;
        }
        long any = bits[first] & head | bits[last] & tail;
        for (int i = first + 1; i < last; i++) {
            any |= bits[i];
        }
        return any != 0;
    }
}
