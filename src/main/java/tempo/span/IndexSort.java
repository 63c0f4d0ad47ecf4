package tempo.span;

import java.util.Arrays;

/**
 * Sorts row numbers by a 64-bit key and then by an order over rows, without a box or an object for each: a merge sort from the
 * bottom up that takes runs as it finds them, so that what is in order already costs one pass. Keys move along with the row
 * numbers, since to look them up by row costs a cache miss each. Stable; O(n log n) comparisons whatever comes in.
 */
public final class IndexSort {
    private final RowOrder order;
    private int[] rows;
    private long[] keys;
    private int[] runEnds = new int[16];
    private int runCount;

    private IndexSort(long[] keys, RowOrder order) {
        this.keys = keys;
        this.order = order;
        rows = new int[keys.length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i;
        }
    }

    /** An order over rows. */
    public interface RowOrder {
        /** Negative, zero or positive as row {@code a} comes before, with or after row {@code b}. */
        int compare(int a, int b);
    }

    /**
     * The numbers of the rows in order.
     *
     * @param keys by row, ordered as unsigned numbers; overwritten
     * @param ties the order of rows that have equal keys
     */
    public static int[] sort(long[] keys, RowOrder ties) {
        IndexSort sort = new IndexSort(keys, ties);
        sort.findRuns();
        sort.mergeRuns();
        return sort.rows;
    }

    private void findRuns() {
        for (int i = 1; i <= rows.length; i++) {
            if (i == rows.length || compare(i - 1, i) > 0) {
                if (runCount == runEnds.length) {
                    runEnds = Arrays.copyOf(runEnds, runCount * 2);
                }
                runEnds[runCount++] = i;
            }
        }
    }

    private void mergeRuns() {
        int[] rowsTo = runCount > 1 ? new int[rows.length] : rows;
        long[] keysTo = runCount > 1 ? new long[rows.length] : keys;
        while (runCount > 1) {
            int start = 0;
            int merged = 0;
            for (int run = 0; run < runCount; run += 2) {
                int middle = runEnds[run];
                int end = run + 1 < runCount ? runEnds[run + 1] : middle;
                merge(start, middle, end, rowsTo, keysTo);
                runEnds[merged++] = end;
                start = end;
            }
            runCount = merged;
            int[] rowsBefore = rows;
            rows = rowsTo;
            rowsTo = rowsBefore;
            long[] keysBefore = keys;
            keys = keysTo;
            keysTo = keysBefore;
        }
    }

    private void merge(int start, int middle, int end, int[] rowsTo, long[] keysTo) {
        int left = start;
        int right = middle;
        int at = start;
        while (left < middle && right < end) {
            int from = compare(left, right) <= 0 ? left++ : right++;
            rowsTo[at] = rows[from];
            keysTo[at++] = keys[from];
        }
        copy(left, middle, at, rowsTo, keysTo);
        copy(right, end, at + middle - left, rowsTo, keysTo);
    }

    private void copy(int from, int to, int at, int[] rowsTo, long[] keysTo) {
        System.arraycopy(rows, from, rowsTo, at, to - from);
        System.arraycopy(keys, from, keysTo, at, to - from);
    }

    private int compare(int a, int b) {
        int byKey = Long.compareUnsigned(keys[a], keys[b]);
        return byKey != 0 ? byKey : order.compare(rows[a], rows[b]);
    }
}
