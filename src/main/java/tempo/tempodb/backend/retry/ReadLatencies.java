package tempo.tempodb.backend.retry;

import java.util.Arrays;

/**
 * How long the last reads took, by size: the 95th percentile of the last 128 of each class of size, which are four times as long each.
 * Thread-safe.
 */
final class ReadLatencies {
    /** No hedge without as many reads of the size, and none before this time: below, a second request costs more than it gains. */
    static final int SAMPLES_MIN = 32;

    static final long DELAY_NANOS_MIN = 20_000_000;

    private static final int SAMPLES_KEPT = 128;
    private static final int SAMPLES_BETWEEN_SORTS = 16;
    private static final int SMALLEST_CLASS_BITS = 16;
    private static final int CLASSES = 5;

    private final SizeClass[] classes = new SizeClass[CLASSES];

    ReadLatencies() {
        for (int i = 0; i < CLASSES; i++) {
            classes[i] = new SizeClass();
        }
    }

    /** Counts a read of {@code bytes} that took {@code nanos}, or was left after as long. */
    void add(int bytes, long nanos) {
        classOf(bytes).add(nanos);
    }

    /** After how many nanoseconds a read of {@code bytes} is slower than most; {@link Long#MAX_VALUE} if too little is known. */
    long hedgeDelayNanos(int bytes) {
        return classOf(bytes).delayNanos;
    }

    private SizeClass classOf(int bytes) {
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(0, bytes - 1));
        return classes[Math.max(0, Math.min(CLASSES - 1, (bits - SMALLEST_CLASS_BITS + 1) / 2))];
    }

    private static final class SizeClass {
        private final long[] last = new long[SAMPLES_KEPT];
        private long added;
        private volatile long delayNanos = Long.MAX_VALUE;

        synchronized void add(long nanos) {
            last[(int) (added++ % SAMPLES_KEPT)] = nanos;
            if (added >= SAMPLES_MIN && added % SAMPLES_BETWEEN_SORTS == 0) {
                long[] sorted = Arrays.copyOf(last, (int) Math.min(added, SAMPLES_KEPT));
                Arrays.sort(sorted);
                delayNanos = Math.max(DELAY_NANOS_MIN, sorted[sorted.length * 95 / 100]);
            }
        }
    }
}
