package tempo.span;

import java.util.Arrays;

/**
 * Sorts row numbers by an order over rows, without a box or an object for each: a merge sort from the bottom up that takes
 * runs as it finds them, so that what is in order already costs one pass. Stable; O(n log n) comparisons whatever comes in.
 */
final class IndexSort {
    private IndexSort() {}

    /** An order over rows. */
    interface RowOrder {
        /** Negative, zero or positive as row {@code a} comes before, with or after row {@code b}. */
        int compare(int a, int b);
    }

    /** The numbers 0 to {@code count - 1} in the order of the rows they stand for. */
    static int[] sort(int count, RowOrder order) {
        int[] rows = new int[count];
        for (int i = 0; i < count; i++) {
            rows[i] = i;
        }
        int[] runEnds = new int[16];
        int runCount = 0;
        for (int i = 1; i <= count; i++) {
            if (i == count || order.compare(i - 1, i) > 0) {
                if (runCount == runEnds.length) {
                    runEnds = Arrays.copyOf(runEnds, runCount * 2);
                }
                runEnds[runCount++] = i;
            }
        }
        int[] from = rows;
        int[] to = runCount > 1 ? new int[count] : rows;
        while (runCount > 1) {
            int start = 0;
            int merged = 0;
            for (int run = 0; run < runCount; run += 2) {
                int middle = runEnds[run];
                int end = run + 1 < runCount ? runEnds[run + 1] : middle;
                merge(from, start, middle, end, to, order);
                runEnds[merged++] = end;
                start = end;
            }
            runCount = merged;
            int[] swap = from;
            from = to;
            to = swap;
        }
        return from;
    }

    private static void merge(int[] from, int start, int middle, int end, int[] to, RowOrder order) {
        int left = start;
        int right = middle;
        int at = start;
        while (left < middle && right < end) {
            to[at++] = order.compare(from[left], from[right]) <= 0 ? from[left++] : from[right++];
        }
        System.arraycopy(from, left, to, at, middle - left);
        System.arraycopy(from, right, to, at + middle - left, end - right);
    }
}
