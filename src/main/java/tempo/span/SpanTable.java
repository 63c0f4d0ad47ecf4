package tempo.span;

import java.util.Arrays;

/** The spans of a request as parallel primitive arrays: key, start, where their bytes are, and under which context. */
final class SpanTable {
    private static final int CAPACITY_MIN = 1024;
    private static final int INDEX_BITS = 22;
    private static final long INDEX_MASK = (1L << INDEX_BITS) - 1;

    long[] keyHigh = new long[CAPACITY_MIN];
    long[] keyLow = new long[CAPACITY_MIN];
    long[] startTime = new long[CAPACITY_MIN];
    int[] start = new int[CAPACITY_MIN];
    int[] end = new int[CAPACITY_MIN];
    int[] context = new int[CAPACITY_MIN];
    int count;

    /** Forgets all spans, and the arrays too where a single large request made them larger than {@code keep}. */
    void reset(int keep) {
        count = 0;
        if (keyHigh.length > keep) {
            resize(CAPACITY_MIN);
        }
    }

    void add(long high, long low, long startNanos, int from, int to, int underContext) {
        if (count == keyHigh.length) {
            resize(count * 2);
        }
        keyHigh[count] = high;
        keyLow[count] = low;
        startTime[count] = startNanos;
        start[count] = from;
        end[count] = to;
        context[count] = underContext;
        count++;
    }

    boolean sameKey(int a, int b) {
        return keyHigh[a] == keyHigh[b] && keyLow[a] == keyLow[b];
    }

    /**
     * The spans' indices by key, and by place in the request within a key. Sorts 42 leading bits of the key with the index
     * below them as plain longs; the few neighbours that agree in those bits but not in the rest are put right afterwards.
     */
    int[] inKeyOrder() {
        long[] sortable = new long[count];
        for (int i = 0; i < count; i++) {
            sortable[i] = (keyHigh[i] ^ Long.MIN_VALUE) & ~INDEX_MASK | i;
        }
        Arrays.sort(sortable);
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            order[i] = (int) (sortable[i] & INDEX_MASK);
        }
        int from = 0;
        while (from < count) {
            int to = from + 1;
            boolean differs = false;
            while (to < count && (sortable[to] & ~INDEX_MASK) == (sortable[from] & ~INDEX_MASK)) {
                differs |= !sameKey(order[to], order[from]);
                to++;
            }
            if (differs) {
                sortExactly(order, from, to);
            }
            from = to;
        }
        return order;
    }

    private void sortExactly(int[] order, int from, int to) {
        Integer[] run = new Integer[to - from];
        for (int i = 0; i < run.length; i++) {
            run[i] = order[from + i];
        }
        Arrays.sort(run, (a, b) -> {
            int byHigh = Long.compareUnsigned(keyHigh[a], keyHigh[b]);
            int byKey = byHigh != 0 ? byHigh : Long.compareUnsigned(keyLow[a], keyLow[b]);
            return byKey != 0 ? byKey : Integer.compare(a, b);
        });
        for (int i = 0; i < run.length; i++) {
            order[from + i] = run[i];
        }
    }

    private void resize(int capacity) {
        keyHigh = Arrays.copyOf(keyHigh, capacity);
        keyLow = Arrays.copyOf(keyLow, capacity);
        startTime = Arrays.copyOf(startTime, capacity);
        start = Arrays.copyOf(start, capacity);
        end = Arrays.copyOf(end, capacity);
        context = Arrays.copyOf(context, capacity);
    }
}
