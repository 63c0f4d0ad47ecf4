package tempo.tempodb.wal;

/** Packs the place of a record into a long below 2^52: the segment's epoch (28 bits) and the offset in 8 bytes (24). */
public final class WalPosition {
    static final int EPOCH_MAX = (1 << 28) - 1;
    private static final int OFFSET_BITS = 24;

    private WalPosition() {}

    static long of(int epoch, long offset) {
        return (long) epoch << OFFSET_BITS | offset >>> 3;
    }

    /** Returns the epoch of the segment: later segments have larger ones. */
    public static int epoch(long position) {
        long epoch = position >>> OFFSET_BITS;
        return epoch > EPOCH_MAX ? 0 : (int) epoch;
    }

    /** Returns the offset in the segment file in bytes. */
    public static long offset(long position) {
        return (position & (1 << OFFSET_BITS) - 1) << 3;
    }
}
