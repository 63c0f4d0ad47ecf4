package tempo.tempodb.scan;

import java.util.ArrayList;
import java.util.List;
import tempo.span.TraceKey;

/** How many spans of each trace were met, in primitive arrays. Not thread-safe. */
final class TraceCounts {
    private long[] highs = new long[1024];
    private long[] lows = new long[1024];
    private int[] counts = new int[1024];
    private long[] newest = new long[1024];
    private int used;

    void add(long high, long low, int spans, long start) {
        if (2 * used >= highs.length) {
            grow();
        }
        int slot = slot(high, low);
        used += counts[slot] == 0 ? 1 : 0;
        highs[slot] = high;
        lows[slot] = low;
        counts[slot] += spans;
        newest[slot] = Long.compareUnsigned(start, newest[slot]) > 0 ? start : newest[slot];
    }

    /** Up to {@code limit} traces of which at least so many spans were met. */
    List<TraceSearch.Found> atLeast(int spans, int limit) {
        List<TraceSearch.Found> found = new ArrayList<>();
        for (int slot = 0; slot < counts.length && found.size() < limit; slot++) {
            if (counts[slot] > 0 && counts[slot] >= spans) {
                found.add(new TraceSearch.Found(new TraceKey(highs[slot], lows[slot]), counts[slot], newest[slot]));
            }
        }
        return found;
    }

    /** Keys are uniform already. */
    private int slot(long high, long low) {
        int mask = highs.length - 1;
        int slot = (int) high & mask;
        while (counts[slot] != 0 && (highs[slot] != high || lows[slot] != low)) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldHighs = highs;
        long[] oldLows = lows;
        int[] oldCounts = counts;
        long[] oldNewest = newest;
        highs = new long[2 * oldHighs.length];
        lows = new long[highs.length];
        counts = new int[highs.length];
        newest = new long[highs.length];
        for (int i = 0; i < oldCounts.length; i++) {
            if (oldCounts[i] != 0) {
                int slot = slot(oldHighs[i], oldLows[i]);
                highs[slot] = oldHighs[i];
                lows[slot] = oldLows[i];
                counts[slot] = oldCounts[i];
                newest[slot] = oldNewest[i];
            }
        }
    }
}
