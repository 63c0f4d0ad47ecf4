package tempo.tempodb.block;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/*
 * Of each key, the distance of its upper half from that of the first key, without its lowest bits: in Elias-Fano code. The lower 8 bits of
 * each distance are stored as they are; the upper ones in unary: for each value of the upper bits, as many ones as there are distances
 * with it, and then a zero. So the distances with upper bits h are the ones between the zeros number h - 1 and h, and the number of ones
 * before them is the rank of the first. So many lowest bits are left out that there are at most twice as many values of the upper bits as
 * keys: that makes 10 to 11 bits a key, and an absent key is taken for present once in 256 to 512 times.
 *
 * Elias (1974), "Efficient storage and retrieval by content and address of static files"; Vigna (2013), "Quasi-succinct indices".
 */
/**
 * Consecutive keys of a block in some ten bits each: tells that a key is absent (surely) or present (with one error in 256 or fewer). A
 * frame is read, checked and cached as one:
 *
 * <pre>
 *  0 u32 n, number of distinct keys   4 u16 bits left out   6 u16 lower bits, always 8   8 u64 upper half of the first key
 * 16 u32 m, values of the upper bits, at most 2 n
 * 20 unary part, n + m bits in u64 words, first bit lowest; n lower parts, a byte each
 * </pre>
 *
 * Immutable and thread-safe.
 */
final class DirectoryFrame implements DecodedPart {
    private static final int LOWER_BITS = 8;
    private static final int HEADER_BYTES = 20;

    private final long first;
    private final int shift;
    private final int uppers;
    private final long[] unary;

    /** Zeros before each word of {@link #unary}. */
    private final int[] zerosBefore;

    private final byte[] frame;
    private final int lowerOffset;

    private DirectoryFrame(
            long first, int shift, int uppers, long[] unary, int[] zerosBefore, byte[] frame, int lowerOffset) {
        this.first = first;
        this.shift = shift;
        this.uppers = uppers;
        this.unary = unary;
        this.zerosBefore = zerosBefore;
        this.frame = frame;
        this.lowerOffset = lowerOffset;
    }

    /** The frame of the keys whose upper halves are {@code highs[from..to)}, in unsigned order; at least one. */
    static byte[] encode(long[] highs, int from, int to) {
        int count = to - from;
        long first = highs[from];
        long width = highs[to - 1] - first;
        int shift = 0;
        while (Long.compareUnsigned(width >>> shift >>> LOWER_BITS, 2L * count) >= 0) {
            shift++;
        }
        int uppers = (int) (width >>> shift >>> LOWER_BITS) + 1;
        int words = words(count, uppers);
        ByteBuffer bytes =
                ByteBuffer.allocate(HEADER_BYTES + words * Long.BYTES + count).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(count)
                .putShort((short) shift)
                .putShort((short) LOWER_BITS)
                .putLong(first)
                .putInt(uppers);
        long[] unary = new long[words];
        for (int i = 0; i < count; i++) {
            int bit = (int) ((highs[from + i] - first) >>> shift >>> LOWER_BITS) + i;
            unary[bit >>> 6] |= 1L << bit;
        }
        for (long word : unary) {
            bytes.putLong(word);
        }
        for (int i = from; i < to; i++) {
            bytes.put((byte) ((highs[i] - first) >>> shift));
        }
        return bytes.array();
    }

    /** Reads a frame, which is kept. */
    static DirectoryFrame decode(byte[] frame, BlockPlace place) throws CorruptBlockException {
        CheckedBytes bytes = new CheckedBytes(frame, 0, frame.length, place);
        int count = bytes.u32("directory's number of traces", BlockLayout.DIRECTORY_FRAME_TRACES_MAX);
        int shift = bytes.u16("directory's bits left out");
        int lowerBits = bytes.u16("directory's lower bits");
        long first = bytes.bits64("directory's first key");
        int uppers = bytes.u32("directory's upper values", 2 * count);
        if (count < 1 || uppers < 1 || lowerBits != LOWER_BITS || shift >= Long.SIZE) {
            throw place.corrupt("directory of " + count + " traces cannot have " + uppers + " upper values, "
                    + lowerBits + " lower bits, and leave out " + shift);
        }
        int words = words(count, uppers);
        if (bytes.remaining() != words * Long.BYTES + count) {
            throw place.corrupt("directory of " + count + " traces cannot have " + frame.length + " bytes");
        }
        long[] unary = new long[words];
        int[] zerosBefore = new int[words];
        int ones = 0;
        for (int i = 0; i < words; i++) {
            unary[i] = bytes.bits64("directory's unary part");
            zerosBefore[i] = (i << 6) - ones;
            ones += Long.bitCount(unary[i]);
        }
        int last = count + uppers - 1;
        if (ones != count || ((unary[last >>> 6] >>> last) & 1) != 0) {
            throw place.corrupt("directory of " + count + " traces has " + ones + " ones");
        }
        return new DirectoryFrame(first, shift, uppers, unary, zerosBefore, frame, bytes.position());
    }

    /** False if no key of the frame has this upper half. */
    boolean mayHold(long keyHigh) {
        long distance = (keyHigh - first) >>> shift;
        if (Long.compareUnsigned(keyHigh, first) < 0 || (distance >>> LOWER_BITS) >= uppers) {
            return false;
        }
        int upper = (int) (distance >>> LOWER_BITS);
        byte lower = (byte) distance;
        int from = upper == 0 ? 0 : positionOfZero(upper - 1) + 1 - upper;
        int to = positionOfZero(upper) - upper;
        for (int rank = from; rank < to; rank++) {
            if (frame[lowerOffset + rank] == lower) {
                return true;
            }
        }
        return false;
    }

    int traces() {
        return frame.length - lowerOffset;
    }

    @Override
    public long memoryBytes() {
        return 128 + frame.length + unary.length * 12L;
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

    private static int words(int count, int uppers) {
        return (count + uppers + 63) >>> 6;
    }
}
