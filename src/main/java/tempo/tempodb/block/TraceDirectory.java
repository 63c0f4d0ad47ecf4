package tempo.tempodb.block;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/*
 * n sorted prefixes of b = ceil(log2 n) + 8 bits, in Elias-Fano code: the lower 8 bits of each prefix are stored as they are;
 * the upper ones in unary: for each value of the upper bits, as many ones as there are prefixes with it, and then a zero. So the
 * prefixes with upper bits h are the ones between the zeros number h - 1 and h, and the number of ones before them is their
 * rank. About 2 + 8 bits a trace. An absent key is taken for present if its prefix is, that is with n / 2^b: between 1/512 and 1/256.
 *
 * Elias (1974), "Efficient storage and retrieval by content and address of static files"; Vigna (2013), "Quasi-succinct indices".
 */
/**
 * The keys of a block in ten bits each: tells that a key is absent (surely) or present (with one error in 256 or fewer), and
 * its rank. Section bytes:
 *
 * <pre>
 * 0 u32 n, number of distinct keys   4 u16 b, bits of a prefix   6 u16 lower bits, always 8   8 u32 length of the unary part in bits
 * 12 unary part, in u64 words, first bit lowest; n lower parts, a byte each
 * </pre>
 *
 * Immutable and thread-safe.
 */
final class TraceDirectory {
    private static final int LOWER_BITS = 8;
    private static final int HEADER_BYTES = 12;

    private final int prefixBits;
    private final long[] unary;

    /** Zeros before each word of {@link #unary}. */
    private final int[] zerosBefore;

    private final byte[] section;
    private final int lowerOffset;

    private TraceDirectory(int prefixBits, long[] unary, int[] zerosBefore, byte[] section, int lowerOffset) {
        this.prefixBits = prefixBits;
        this.unary = unary;
        this.zerosBefore = zerosBefore;
        this.section = section;
        this.lowerOffset = lowerOffset;
    }

    /** Section bytes for the keys whose upper halves are {@code highs[0..count)}, in unsigned order; at least one. */
    static byte[] encode(long[] highs, int count) {
        int upperBits = upperBits(count);
        int unaryBits = count + (1 << upperBits);
        int words = (unaryBits + 63) >>> 6;
        ByteBuffer bytes =
                ByteBuffer.allocate(HEADER_BYTES + words * Long.BYTES + count).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(count)
                .putShort((short) (upperBits + LOWER_BITS))
                .putShort((short) LOWER_BITS)
                .putInt(unaryBits);
        long[] unary = new long[words];
        for (int i = 0; i < count; i++) {
            long prefix = prefix(highs[i], upperBits + LOWER_BITS);
            int bit = (int) (prefix >>> LOWER_BITS) + i;
            unary[bit >>> 6] |= 1L << bit;
        }
        for (long word : unary) {
            bytes.putLong(word);
        }
        for (int i = 0; i < count; i++) {
            bytes.put((byte) prefix(highs[i], upperBits + LOWER_BITS));
        }
        return bytes.array();
    }

    /** Reads section bytes, which are kept. */
    static TraceDirectory decode(byte[] section, BlockPlace place) throws CorruptBlockException {
        CheckedBytes bytes = new CheckedBytes(section, 0, section.length, place);
        int count = bytes.u32("directory's number of traces", BlockLayout.TRACES_MAX);
        int prefixBits = bytes.u16("directory's prefix bits");
        int lowerBits = bytes.u16("directory's lower bits");
        if (count < 1 || lowerBits != LOWER_BITS || prefixBits != upperBits(count) + LOWER_BITS) {
            throw place.corrupt("directory of " + count + " traces cannot have prefixes of " + prefixBits + " bits");
        }
        int zeros = 1 << upperBits(count);
        int unaryBits = bytes.u32("directory's unary bits", count + zeros);
        int words = (unaryBits + 63) >>> 6;
        if (unaryBits != count + zeros || bytes.remaining() != words * Long.BYTES + count) {
            throw place.corrupt("directory of " + count + " traces cannot have " + section.length + " bytes");
        }
        long[] unary = new long[words];
        int[] zerosBefore = new int[words];
        int ones = 0;
        for (int i = 0; i < words; i++) {
            unary[i] = bytes.bits64("directory's unary part");
            zerosBefore[i] = (i << 6) - ones;
            ones += Long.bitCount(unary[i]);
        }
        boolean endsWithZero = (unary[(unaryBits - 1) >>> 6] >>> (unaryBits - 1) & 1) == 0;
        if (ones != count || !endsWithZero) {
            throw place.corrupt("directory of " + count + " traces has " + ones + " ones");
        }
        return new TraceDirectory(prefixBits, unary, zerosBefore, section, bytes.position());
    }

    /** False if no key of the block has this upper half. */
    boolean mayHold(long keyHigh) {
        return rank(keyHigh) >= 0;
    }

    /** Number of keys before the first that may be the one with this upper half; -1 if it is surely absent. */
    int rank(long keyHigh) {
        long prefix = prefix(keyHigh, prefixBits);
        int upper = (int) (prefix >>> LOWER_BITS);
        byte lower = (byte) prefix;
        int from = upper == 0 ? 0 : positionOfZero(upper - 1) + 1 - upper;
        int to = positionOfZero(upper) - upper;
        for (int rank = from; rank < to; rank++) {
            if (section[lowerOffset + rank] == lower) {
                return rank;
            }
        }
        return -1;
    }

    int traces() {
        return section.length - lowerOffset;
    }

    /** What it occupies, in bytes. */
    long memoryBytes() {
        return section.length + unary.length * 12L;
    }

    /** Where in the unary part the zero with this index is. */
    private int positionOfZero(int index) {
        int from = 0;
        int to = unary.length;
        while (to - from > 1) {
            int middle = (from + to) >>> 1;
            if (zerosBefore[middle] <= index) {
                from = middle;
            } else {
                to = middle;
            }
        }
        long zeros = ~unary[from];
        for (int skip = index - zerosBefore[from]; skip > 0; skip--) {
            zeros &= zeros - 1;
        }
        return (from << 6) + Long.numberOfTrailingZeros(zeros);
    }

    private static int upperBits(int count) {
        return 32 - Integer.numberOfLeadingZeros(count - 1);
    }

    private static long prefix(long keyHigh, int bits) {
        return keyHigh >>> (64 - bits);
    }
}
