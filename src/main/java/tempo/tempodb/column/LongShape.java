package tempo.tempodb.column;

/** What the sizes of the encodings of some integers follow from. */
final class LongShape {
    private static final int HEADER_BITS = 8 * 8;

    final int count;
    final long base;

    /** The greatest difference to the base, unsigned. */
    final long offsetMax;

    /** The greatest number that divides all differences to the base; at least 1. */
    final long divisor;

    /** Of the quotients. */
    final Classes classes = new Classes();

    /** Of the values themselves, zigzag. */
    final Classes zigzag = new Classes();

    private long deltaBytes;

    private LongShape(int count, long base, long offsetMax, long divisor) {
        this.count = count;
        this.base = base;
        this.offsetMax = offsetMax;
        this.divisor = divisor;
    }

    /** The bit lengths of some numbers. */
    static final class Classes {
        int min = Long.SIZE;
        int max;
        long mantissaBits;

        void add(long n) {
            int bits = LongPage.bitLength(n);
            min = Math.min(min, bits);
            max = Math.max(max, bits);
            mantissaBits += LongPage.mantissaBits(bits);
        }

        int width() {
            return LongPage.bitLength(max - min);
        }

        long bits(int count) {
            return HEADER_BITS + (long) count * width() + mantissaBits;
        }
    }

    static LongShape of(long[] values, int count) {
        long min = values[0];
        long max = values[0];
        for (int i = 1; i < count; i++) {
            min = Math.min(min, values[i]);
            max = Math.max(max, values[i]);
        }
        long divisor = 0;
        for (int i = 0; i < count && divisor != 1; i++) {
            divisor = commonDivisor(divisor, values[i] - min);
        }
        LongShape shape = new LongShape(count, min, max - min, Math.max(1, divisor));
        if (shape.offsetMax != 0) {
            shape.measure(values, min < 0 && max > 0);
        }
        return shape;
    }

    private void measure(long[] values, boolean signed) {
        long last = values[0];
        for (int i = 0; i < count; i++) {
            classes.add(quotient(values[i]));
            deltaBytes += (LongPage.bitLength(LongPage.zigzag(values[i] - last) | 1) + 6) / 7;
            last = values[i];
        }
        if (signed) {
            for (int i = 0; i < count; i++) {
                zigzag.add(LongPage.zigzag(values[i]));
            }
        } else {
            zigzag.mantissaBits = Long.MAX_VALUE / 2;
        }
    }

    long quotient(long value) {
        long offset = value - base;
        return divisor == 1 ? offset : Long.divideUnsigned(offset, divisor);
    }

    int frameWidth() {
        return LongPage.bitLength(Long.divideUnsigned(offsetMax, divisor));
    }

    long frameBits() {
        return HEADER_BITS + (long) count * frameWidth();
    }

    long deltaBits() {
        return HEADER_BITS + 8 * deltaBytes;
    }

    /** The bits of the smallest encoding; of several, of the one that is the fastest to read. */
    long smallest() {
        return Math.min(Math.min(frameBits(), deltaBits()), Math.min(classes.bits(count), zigzag.bits(count)));
    }

    private static long commonDivisor(long a, long b) {
        long greater = a;
        long rest = b;
        while (rest != 0) {
            long next = Long.remainderUnsigned(greater, rest);
            greater = rest;
            rest = next;
        }
        return greater;
    }
}
