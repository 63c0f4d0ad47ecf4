package tempo.format;

/** Times in nanoseconds, of 64 bits; what is beyond them stops at their limits. */
public final class Nanos {
    private static final long PER_MICRO = 1_000;
    private static final long PER_SECOND = 1_000_000_000;

    private Nanos() {}

    /** Of microseconds. */
    public static long ofMicros(long micros) {
        return times(micros, PER_MICRO);
    }

    /** Of seconds and nanoseconds. */
    public static long of(long seconds, int nanos) {
        // The first second of all is there in part only.
        boolean borrow = seconds < 0 && nanos > 0;
        long whole = times(borrow ? seconds + 1 : seconds, PER_SECOND);
        long rest = borrow ? nanos - PER_SECOND : nanos;
        long sum = whole + rest;
        boolean overflow = ((whole ^ sum) & (rest ^ sum)) < 0;
        return overflow ? limit(whole) : sum;
    }

    private static long times(long count, long unit) {
        return Math.multiplyHigh(count, unit) == count * unit >> 63 ? count * unit : limit(count);
    }

    private static long limit(long sign) {
        return sign < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
}
