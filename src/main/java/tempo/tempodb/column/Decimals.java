package tempo.tempodb.column;

/** Doubles that are decimals of a few digits, as whole numbers and a power of ten. Stateless. */
final class Decimals {
    static final int NONE = -1;
    static final int SCALE_MAX = 9;

    /** Up to here each whole number is a double of its own. */
    private static final double WHOLE_MAX = 1L << 53;

    private static final double[] POWERS = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

    private Decimals() {}

    /** The bits of {@code n / 10^scale}. */
    static long bits(long n, int scale) {
        return Double.doubleToRawLongBits(n / POWERS[scale]);
    }

    /**
     * Finds the smallest scale that fits the first {@code count} values, the bits of doubles, and puts the whole numbers into
     * {@code scaled}; {@link #NONE} if there is none.
     */
    static int scale(long[] values, int count, long[] scaled) {
        int scale = 0;
        int fitting = 0;
        for (int i = 0; fitting < count; i = (i + 1) % count) {
            double whole = Math.rint(Double.longBitsToDouble(values[i]) * POWERS[scale]);
            if (Math.abs(whole) <= WHOLE_MAX && bits((long) whole, scale) == values[i]) {
                scaled[i] = (long) whole;
                fitting++;
            } else if (scale == SCALE_MAX) {
                return NONE;
            } else {
                scale++;
                fitting = 0;
                i--;
            }
        }
        return scale;
    }
}
