package tempo.span;

/**
 * A trace id put through a fixed bijective 128-bit mixer, so that keys are uniform over the key space whatever the ids look
 * like (64-bit ids padded with zeros, ids that start with a time stamp). Blocks are sorted by key and ranges are intervals of
 * it. Keys are ordered as unsigned 128-bit numbers.
 *
 * <p>The mixer is a four-round Feistel network whose round function is the 64-bit finalizer of MurmurHash3; it is part of the
 * block format and never changes.
 *
 * @param high the more significant half
 * @param low the less significant half
 */
public record TraceKey(long high, long low) implements Comparable<TraceKey> {
    /** Length of a key as stored, in bytes: both halves, big-endian. */
    public static final int BYTES = 16;

    private static final long ROUND_1 = 0x9e3779b97f4a7c15L;
    private static final long ROUND_2 = 0xbf58476d1ce4e5b9L;
    private static final long ROUND_3 = 0x94d049bb133111ebL;
    private static final long ROUND_4 = 0xd6e8feb86659fd93L;

    /** The key of a trace id. */
    public static TraceKey of(TraceId id) {
        return of(id.high(), id.low());
    }

    /** The key of the trace id with these two big-endian halves. */
    public static TraceKey of(long idHigh, long idLow) {
        long h = idHigh;
        long l = idLow;
        l += mix(h ^ ROUND_1);
        h += mix(l ^ ROUND_2);
        l += mix(h ^ ROUND_3);
        h += mix(l ^ ROUND_4);
        return new TraceKey(h, l);
    }

    /** The trace id of this key: the inverse of {@link #of(TraceId)}. */
    public TraceId traceId() {
        long h = high;
        long l = low;
        h -= mix(l ^ ROUND_4);
        l -= mix(h ^ ROUND_3);
        h -= mix(l ^ ROUND_2);
        l -= mix(h ^ ROUND_1);
        return new TraceId(h, l);
    }

    /**
     * The range that holds this key, of {@code rangeCount} equal intervals of the key space.
     *
     * @param rangeCount 1 to 65,536
     * @return 0 to {@code rangeCount - 1}
     */
    public int range(int rangeCount) {
        return range(high, rangeCount);
    }

    /** As {@link #range(int)}, for the key whose more significant half is {@code keyHigh}. */
    public static int range(long keyHigh, int rangeCount) {
        return (int) ((keyHigh >>> 32) * rangeCount >>> 32);
    }

    @Override
    public int compareTo(TraceKey other) {
        int order = Long.compareUnsigned(high, other.high);
        return order != 0 ? order : Long.compareUnsigned(low, other.low);
    }

    /** 32 lower-case hex digits of the key (not of the trace id). */
    @Override
    public String toString() {
        return new TraceId(high, low).toHex();
    }

    private static long mix(long value) {
        long mixed = value;
        mixed ^= mixed >>> 33;
        mixed *= 0xff51afd7ed558ccdL;
        mixed ^= mixed >>> 33;
        mixed *= 0xc4ceb9fe1a85ec53L;
        mixed ^= mixed >>> 33;
        return mixed;
    }
}
