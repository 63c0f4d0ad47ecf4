package tempo.tempodb.cache;

/**
 * How often a key was asked for of late, about: a count-min sketch of four rows of 4-bit counters (G. Cormode, S. Muthukrishnan,
 * "An Improved Data Stream Summary", 2005), all halved after ten times as many increments as there are slots, so that what was
 * popular once is forgotten (G. Einziger et al., "TinyLFU", 2017). Keys are hashes that are uniform already. Not thread-safe.
 */
final class FrequencySketch {
    static final int FREQUENCY_MAX = 15;

    private static final int ROWS = 4;
    private static final int SAMPLES_PER_SLOT = 10;
    private static final long EACH_COUNTER_HALVED = 0x7777_7777_7777_7777L;
    private static final long NEXT_ROW = 0x9e37_79b9_7f4a_7c15L;

    /** Sixteen counters in each long: four of each row. */
    private final long[] counters;

    private final int mask;
    private final int samplesMax;
    private int samples;

    FrequencySketch(int slots) {
        int longs = Math.max(16, Integer.highestOneBit(Math.max(1, slots - 1)) << 1);
        counters = new long[longs];
        mask = longs - 1;
        samplesMax = (int) Math.min(Integer.MAX_VALUE, (long) SAMPLES_PER_SLOT * Math.max(16, slots));
    }

    void increment(long hash) {
        boolean counted = false;
        long row = hash;
        for (int i = 0; i < ROWS; i++, row = row * NEXT_ROW + NEXT_ROW) {
            int at = (int) (row >>> 32) & mask;
            int shift = shift(row, i);
            if ((counters[at] >>> shift & FREQUENCY_MAX) < FREQUENCY_MAX) {
                counters[at] += 1L << shift;
                counted = true;
            }
        }
        if (counted && ++samples >= samplesMax) {
            age();
        }
    }

    /** At most {@link #FREQUENCY_MAX}; seldom too high, and too low only by what aging took. */
    int frequency(long hash) {
        int least = FREQUENCY_MAX;
        long row = hash;
        for (int i = 0; i < ROWS; i++, row = row * NEXT_ROW + NEXT_ROW) {
            least = Math.min(least, (int) (counters[(int) (row >>> 32) & mask] >>> shift(row, i)) & FREQUENCY_MAX);
        }
        return least;
    }

    long memoryBytes() {
        return (long) counters.length * Long.BYTES;
    }

    private void age() {
        for (int i = 0; i < counters.length; i++) {
            counters[i] = counters[i] >>> 1 & EACH_COUNTER_HALVED;
        }
        samples /= 2;
    }

    /** Where in its long the counter of row {@code i} is, by bits that do not choose the long. */
    private static int shift(long row, int i) {
        return i * 16 + ((int) (row >>> 28) & 0xc);
    }
}
