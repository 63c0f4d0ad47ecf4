package tempo.tempodb.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/*
 * Of each key, the distance of its prefix from that of the first key, in Elias-Fano code. The lower bits of each distance are stored as
 * they are, in whole bytes; the upper ones in unary: for each value of the upper bits, as many ones as there are distances with it, and
 * then a zero. So the distances with upper bits h are the ones between the zeros number h - 1 and h, and the number of ones before them is
 * the rank of the first. Prefixes are so long that there are at most twice as many values of the upper bits as keys.
 *
 * A prefix has 32 bits or more, so that directories of many blocks can be merged without looking at the blocks' keys again; it needs more
 * lower bytes for that if the keys are few.
 *
 * Elias (1974), "Efficient storage and retrieval by content and address of static files"; Vigna (2013), "Quasi-succinct indices".
 */
/**
 * Consecutive keys of a block in some 19 bits each: tells that a key is absent (surely) or present (with one error in 65,536 or fewer). A
 * frame is read, checked and cached as one:
 *
 * <pre>
 *  0 u32 n, number of distinct keys   4 u16 bits left out   6 u16 lower bits, a multiple of 8   8 u64 upper half of the first key
 * 16 u32 m, values of the upper bits, at most 2 n
 * 20 unary part, n + m bits in u64 words, first bit lowest; n lower parts of whole bytes, lowest first
 * </pre>
 *
 * Immutable and thread-safe.
 */
final class DirectoryFrame implements DecodedPart {
    /** Most bits of a key's upper half that are left out, if its prefix is to be merged into others. */
    static final int SHIFT_MAX = 32;

    private static final int LOWER_BYTES_MIN = 2;
    private static final int LOWER_BYTES_MAX = 5;
    private static final int HEADER_BYTES = 20;

    private final long first;
    private final int shift;
    private final int lowerBytes;
    private final int count;
    private final int uppers;
    private final long[] unary;

    /** Zeros before each word of {@link #unary}. */
    private final int[] zerosBefore;

    private final byte[] frame;
    private final int lowerOffset;

    private DirectoryFrame(
            long first,
            int shift,
            int lowerBytes,
            int count,
            int uppers,
            long[] unary,
            int[] zerosBefore,
            byte[] frame,
            int lowerOffset) {
        this.first = first;
        this.shift = shift;
        this.lowerBytes = lowerBytes;
        this.count = count;
        this.uppers = uppers;
        this.unary = unary;
        this.zerosBefore = zerosBefore;
        this.frame = frame;
        this.lowerOffset = lowerOffset;
    }

    /** The frame of the keys whose upper halves are {@code highs[from..to)}, in unsigned order; at least one. */
    static byte[] encode(long[] highs, int from, int to) {
        return encode(highs, from, to, LOWER_BYTES_MIN, 0);
    }

    /**
     * As {@link #encode(long[], int, int)}, of keys of which no more is known than their prefixes.
     *
     * @param lowerBytesMin the more, the fewer errors
     * @param shiftMin bits that are left out at least, 32 at most
     */
    static byte[] encode(long[] highs, int from, int to, int lowerBytesMin, int shiftMin) {
        int count = to - from;
        long first = highs[from];
        long last = highs[to - 1];
        int lowerBytes = lowerBytesMin;
        int shift = shiftFor(first, last, count, lowerBytes, shiftMin);
        while (shift > SHIFT_MAX) {
            lowerBytes++;
            shift = shiftFor(first, last, count, lowerBytes, shiftMin);
        }
        int lowerBits = lowerBytes * Byte.SIZE;
        int uppers = (int) (distance(last, first, shift) >>> lowerBits) + 1;
        int words = words(count, uppers);
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + words * Long.BYTES + count * lowerBytes)
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(count)
                .putShort((short) shift)
                .putShort((short) lowerBits)
                .putLong(first)
                .putInt(uppers);
        long[] unary = new long[words];
        for (int i = 0; i < count; i++) {
            int bit = (int) (distance(highs[from + i], first, shift) >>> lowerBits) + i;
            unary[bit >>> 6] |= 1L << bit;
        }
        for (long word : unary) {
            bytes.putLong(word);
        }
        for (int i = from; i < to; i++) {
            long lower = distance(highs[i], first, shift);
            for (int each = 0; each < lowerBytes; each++) {
                bytes.put((byte) (lower >>> each * Byte.SIZE));
            }
        }
        return bytes.array();
    }

    private static int shiftFor(long first, long last, int count, int lowerBytes, int shiftMin) {
        int shift = shiftMin;
        while (Long.compareUnsigned(distance(last, first, shift) >>> lowerBytes * Byte.SIZE, 2L * count) >= 0) {
            shift++;
        }
        return shift;
    }

    /** Prefixes are cut from keys, and not from distances: so those of different frames fall on each other. */
    private static long distance(long high, long first, int shift) {
        return (high >>> shift) - (first >>> shift);
    }

    /** Reads a frame, which is kept. */
    static DirectoryFrame decode(byte[] frame, BlockPlace place) throws CorruptBlockException {
        CheckedBytes bytes = new CheckedBytes(frame, 0, frame.length, place);
        int count = bytes.u32("directory's number of traces", BlockLayout.DIRECTORY_FRAME_TRACES_MAX);
        int shift = bytes.u16("directory's bits left out");
        int lowerBits = bytes.u16("directory's lower bits");
        long first = bytes.bits64("directory's first key");
        int uppers = bytes.u32("directory's upper values", 2 * count);
        int lowerBytes = lowerBits / Byte.SIZE;
        if (count < 1
                || uppers < 1
                || lowerBits % Byte.SIZE != 0
                || lowerBytes < 1
                || lowerBytes > LOWER_BYTES_MAX
                || shift > SHIFT_MAX) {
            throw place.corrupt("directory of " + count + " traces cannot have " + uppers + " upper values, "
                    + lowerBits + " lower bits, and leave out " + shift);
        }
        int words = words(count, uppers);
        if (bytes.remaining() != words * Long.BYTES + count * lowerBytes) {
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
        return new DirectoryFrame(first, shift, lowerBytes, count, uppers, unary, zerosBefore, frame, bytes.position());
    }

    /** Takes the rank of a key in its frame. */
    interface RankVisitor {
        void rank(int rank);
    }

    /** Takes a key's prefix, in the upper bits of a number whose other bits are 0. */
    interface PrefixVisitor {
        void prefix(long prefix) throws IOException;
    }

    /** False if no key of the frame has this upper half. */
    boolean mayHold(long keyHigh) {
        boolean[] found = new boolean[1];
        ranksOf(keyHigh, rank -> found[0] = true);
        return found[0];
    }

    /** Passes the ranks of all keys in the frame that may have this upper half. */
    void ranksOf(long keyHigh, RankVisitor visitor) {
        long distance = distance(keyHigh, first, shift);
        int lowerBits = lowerBytes * Byte.SIZE;
        if (Long.compareUnsigned(keyHigh, first) < 0 || (distance >>> lowerBits) >= uppers) {
            return;
        }
        int upper = (int) (distance >>> lowerBits);
        long lower = distance & (1L << lowerBits) - 1;
        int from = upper == 0 ? 0 : positionOfZero(upper - 1) + 1 - upper;
        int to = positionOfZero(upper) - upper;
        for (int rank = from; rank < to; rank++) {
            if (lower(rank) == lower) {
                visitor.rank(rank);
            }
        }
    }

    /** Passes the prefixes of all keys, in order. */
    void prefixes(PrefixVisitor visitor) throws IOException {
        int bit = 0;
        long start = first >>> shift;
        for (int rank = 0; rank < count; rank++, bit++) {
            while ((unary[bit >>> 6] >>> bit & 1) == 0) {
                bit++;
            }
            long distance = ((long) (bit - rank) << lowerBytes * Byte.SIZE) + lower(rank);
            visitor.prefix(start + distance << shift);
        }
    }

    private long lower(int rank) {
        long lower = 0;
        for (int each = lowerBytes - 1; each >= 0; each--) {
            lower = lower << Byte.SIZE | frame[lowerOffset + rank * lowerBytes + each] & 0xFF;
        }
        return lower;
    }

    int traces() {
        return count;
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
