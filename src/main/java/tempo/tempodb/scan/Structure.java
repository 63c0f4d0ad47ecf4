package tempo.tempodb.scan;

import java.util.Arrays;

/**
 * How spans stand to each other, from their pre-order and depth alone: the parent of a span is the nearest one before it that is
 * one less deep, its descendants are those that follow and are deeper. One pass and a stack, no join. Keeps its room from call to
 * call. Not thread-safe.
 */
final class Structure {
    private static final int NONE = -1;

    /** By depth: the last span there. */
    private int[] path = new int[64];

    private int[] counts = {};

    /**
     * Sets in {@code into} the spans of {@code right} that stand so to one of {@code left}; arrays of bits by span.
     *
     * @param from the first span, with which an entry begins
     * @param to the span behind the last
     */
    void relate(Spanset.Relation relation, int[] depths, int from, int to, long[] left, long[] right, long[] into) {
        switch (relation) {
            case CHILD -> children(depths, from, to, left, right, into);
            case DESCENDANT -> descendants(depths, from, to, left, right, into);
            case SIBLING -> siblings(depths, from, to, left, right, into);
            case PARENT -> parents(depths, from, to, left, right, into);
            case ANCESTOR -> ancestors(depths, from, to, left, right, into);
        }
    }

    private void children(int[] depths, int from, int to, long[] left, long[] right, long[] into) {
        for (int i = from; i < to; i++) {
            int parent = step(depths[i], i);
            if (parent != NONE && isSet(right, i) && isSet(left, parent)) {
                set(into, i);
            }
        }
    }

    /** A span is below one of the left side as long as those that follow that one are deeper. */
    private static void descendants(int[] depths, int from, int to, long[] left, long[] right, long[] into) {
        int below = Integer.MAX_VALUE;
        for (int i = from; i < to; i++) {
            if (depths[i] <= below) {
                below = Integer.MAX_VALUE;
            }
            if (below != Integer.MAX_VALUE && isSet(right, i)) {
                set(into, i);
            }
            if (below == Integer.MAX_VALUE && isSet(left, i)) {
                below = depths[i];
            }
        }
    }

    /** First how many children of each parent are of the left side, then who is another one than them. */
    private void siblings(int[] depths, int from, int to, long[] left, long[] right, long[] into) {
        startCounts(from, to);
        for (int i = from; i < to; i++) {
            int parent = step(depths[i], i);
            if (parent != NONE && isSet(left, i)) {
                counts[parent]++;
            }
        }
        for (int i = from; i < to; i++) {
            int parent = step(depths[i], i);
            if (parent != NONE && isSet(right, i) && counts[parent] > (isSet(left, i) ? 1 : 0)) {
                set(into, i);
            }
        }
    }

    private void parents(int[] depths, int from, int to, long[] left, long[] right, long[] into) {
        for (int i = from; i < to; i++) {
            int parent = step(depths[i], i);
            if (parent != NONE && isSet(left, i) && isSet(right, parent)) {
                set(into, parent);
            }
        }
    }

    /** Who was seen above one of the left side was seen with all above: so each span is gone up from once. */
    private void ancestors(int[] depths, int from, int to, long[] left, long[] right, long[] into) {
        startCounts(from, to);
        for (int i = from; i < to; i++) {
            step(depths[i], i);
            int depth = isSet(left, i) ? depths[i] - 1 : NONE;
            for (; depth >= 0 && counts[path[depth]] == 0; depth--) {
                int above = path[depth];
                counts[above] = 1;
                if (isSet(right, above)) {
                    set(into, above);
                }
            }
        }
    }

    private void startCounts(int from, int to) {
        if (counts.length < to) {
            counts = new int[Math.max(to, 8192)];
        }
        Arrays.fill(counts, from, to, 0);
    }

    /** Goes on to a span; returns its parent, or {@link #NONE}. */
    private int step(int depth, int span) {
        if (depth == path.length) {
            path = Arrays.copyOf(path, 2 * depth);
        }
        path[depth] = span;
        return depth == 0 ? NONE : path[depth - 1];
    }

    private static boolean isSet(long[] bits, int at) {
        return (bits[at >> 6] >>> at & 1) != 0;
    }

    private static void set(long[] bits, int at) {
        bits[at >> 6] |= 1L << at;
    }
}
