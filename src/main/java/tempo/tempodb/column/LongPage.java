package tempo.tempodb.column;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * One page of a column of 64-bit integers: times, durations, counts, codes of dictionaries. The writer takes whichever of the
 * encodings is smallest for the values at hand; all arithmetic wraps, so every value of 64 bits has its place. Bits are packed
 * from the lowest of the first byte on; varints are base 128, signed ones zigzag.
 *
 * <pre>
 * page = encoding: u8, then
 *   0 CONSTANT  value: signed varint
 *   1 FRAME     base: signed varint, divisor: varint, width: u8, then (value - base) / divisor in width bits each
 *   2 DELTA     first: signed varint, then the differences to the one before as signed varints
 *   3 CLASS     base: signed varint, divisor: varint, class base: u8, class width: u8; with n = (value - base) / divisor:
 *               bit length of each n, less the class base, in class width bits; filled up to a byte; then the bits of each n
 *               below its highest
 *   4 ZIGZAG    as 3, with n = zigzag(value), base and divisor left out
 *   5 BYTES     base: signed varint, divisor: varint, width: u8 (1 to 8), then a zstd frame of (value - base) / divisor in
 *               width bytes each
 *   6 RAW       8 bytes each
 *   7 CLASS_Z   as 3, but for the class width, and the classes are bytes in a zstd frame, its length before it: varint
 *   8 ZIGZAG_Z  as 4, likewise
 *   9 DECIMAL   scale: u8 (0 to 9), then a page of n; each value is the bits of the double n / 10^scale
 * </pre>
 *
 * How many values there are is not in the page. Frame of reference and delta are as in Lemire and Boytsov, "Decoding billions of
 * integers per second through vectorization" (2015); the bit-length class suits values spread over many orders of magnitude, as
 * durations are: what is below the highest bit is noise and kept as it is, and the lengths themselves compress well. Stateless.
 */
public final class LongPage {
    static final byte CONSTANT = 0;
    static final byte FRAME = 1;
    static final byte DELTA = 2;
    static final byte CLASS = 3;
    static final byte ZIGZAG = 4;
    static final byte BYTES = 5;
    static final byte RAW = 6;
    static final byte CLASS_Z = 7;
    static final byte ZIGZAG_Z = 8;
    static final byte DECIMAL = 9;

    /** Most values in a page; more than a group of a block ever has. */
    public static final int VALUES_MAX = 1 << 24;

    /** zstd pays for its frame only with some values to it. */
    private static final int ZSTD_VALUES_MIN = 24;

    private static final int SAMPLE = 64;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private LongPage() {}

    /**
     * Appends a page of the first {@code count} values.
     *
     * @throws IllegalArgumentException if there is none, or more than {@link #VALUES_MAX}
     */
    public static void encode(long[] values, int count, GrowingBytes out) {
        requireCount(count);
        LongShape shape = LongShape.of(values, count);
        if (shape.offsetMax == 0) {
            out.put(CONSTANT);
            out.putVarint(zigzag(values[0]));
            return;
        }
        int start = out.length();
        long best = shape.smallest();
        if (best == shape.frameBits()) {
            frame(values, shape, out);
        } else if (best == shape.deltaBits()) {
            delta(values, count, out);
        } else {
            classes(values, shape, best == shape.zigzag.bits(count), out);
        }
        if (count >= ZSTD_VALUES_MIN && mayRepeat(values, shape)) {
            compressed(values, shape, start, out);
        }
    }

    /** Appends a page of the first {@code count} values as they are: for random ids, in which there is nothing to find. */
    public static void encodeRaw(long[] values, int count, GrowingBytes out) {
        requireCount(count);
        out.put(RAW);
        out.reserve(count * Long.BYTES);
        for (int i = 0; i < count; i++) {
            out.putLong(values[i]);
        }
    }

    /** Appends a page of the first {@code count} values, which are the bits of doubles: small where these are short decimals. */
    public static void encodeDoubles(long[] values, int count, GrowingBytes out) {
        requireCount(count);
        long[] scaled = new long[count];
        int scale = Decimals.scale(values, count, scaled);
        if (scale == Decimals.NONE) {
            encode(values, count, out);
            return;
        }
        out.put(DECIMAL);
        out.put(scale);
        encode(scaled, count, out);
    }

    private static void requireCount(int count) {
        if (count < 1 || count > VALUES_MAX) {
            throw new IllegalArgumentException(count + " values are no page");
        }
    }

    private static void frame(long[] values, LongShape shape, GrowingBytes out) {
        int width = shape.frameWidth();
        out.put(FRAME);
        out.putVarint(zigzag(shape.base));
        out.putVarint(shape.divisor);
        out.put(width);
        BitWriter bits = new BitWriter(out);
        for (int i = 0; i < shape.count; i++) {
            bits.put(shape.quotient(values[i]), width);
        }
        bits.finish();
    }

    private static void delta(long[] values, int count, GrowingBytes out) {
        out.put(DELTA);
        out.putVarint(zigzag(values[0]));
        for (int i = 1; i < count; i++) {
            out.putVarint(zigzag(values[i] - values[i - 1]));
        }
    }

    private static void classes(long[] values, LongShape shape, boolean zigzag, GrowingBytes out) {
        LongShape.Classes classes = zigzag ? shape.zigzag : shape.classes;
        int count = shape.count;
        int start = out.length();
        out.put(zigzag ? ZIGZAG : CLASS);
        if (!zigzag) {
            out.putVarint(zigzag(shape.base));
            out.putVarint(shape.divisor);
        }
        out.put(classes.min);
        byte[] lengths = new byte[count];
        for (int i = 0; i < count; i++) {
            lengths[i] = (byte) (bitLength(zigzag ? zigzag(values[i]) : shape.quotient(values[i])) - classes.min);
        }
        int lengthsAt = out.length();
        int packed = BitWriter.bytes((long) count * classes.width());
        boolean small = count >= ZSTD_VALUES_MIN && compressClasses(lengths, packed, lengthsAt, out);
        BitWriter bits = new BitWriter(out);
        if (small) {
            out.array()[start] = zigzag ? ZIGZAG_Z : CLASS_Z;
        } else {
            out.put(classes.width());
            for (int i = 0; i < count; i++) {
                bits.put(lengths[i], classes.width());
            }
            bits.finish();
        }
        for (int i = 0; i < count; i++) {
            long n = zigzag ? zigzag(values[i]) : shape.quotient(values[i]);
            int mantissa = mantissaBits(lengths[i] + classes.min);
            bits.put(n & (1L << mantissa) - 1, mantissa);
        }
        bits.finish();
    }

    /** Appends the classes as a zstd frame if that is smaller than {@code packed} bytes by a tenth. */
    private static boolean compressClasses(byte[] lengths, int packed, int at, GrowingBytes out) {
        GrowingBytes frame = new GrowingBytes(Zstd.bound(lengths.length));
        int bytes = Zstd.compress(lengths, 0, lengths.length, frame);
        if (bytes + 2 > packed - packed / 10) {
            out.truncate(at);
            return false;
        }
        out.putVarint(bytes);
        out.put(frame.array(), 0, bytes);
        return true;
    }

    /** A cheap look at whether zstd has anything to find: few different values, or few bits. */
    private static boolean mayRepeat(long[] values, LongShape shape) {
        if (shape.frameWidth() <= 12) {
            return true;
        }
        int step = Math.max(1, shape.count / SAMPLE);
        long[] sample = new long[Math.min(SAMPLE, shape.count)];
        for (int i = 0; i < sample.length; i++) {
            sample[i] = values[i * step];
        }
        Arrays.sort(sample);
        int distinct = 1;
        for (int i = 1; i < sample.length; i++) {
            distinct += sample[i] == sample[i - 1] ? 0 : 1;
        }
        return distinct * 3 < sample.length * 2;
    }

    /** Puts the values as compressed bytes in place of the page from {@code start} on if that is at least 5 % smaller. */
    private static void compressed(long[] values, LongShape shape, int start, GrowingBytes out) {
        int width = (shape.frameWidth() + 7) / 8;
        int length = shape.count * width;
        byte[] raw = new byte[length + Long.BYTES];
        for (int i = 0, at = 0; i < shape.count; i++, at += width) {
            // What is written too much is written over by the next.
            LONGS.set(raw, at, shape.quotient(values[i]));
        }
        GrowingBytes frame = new GrowingBytes(Zstd.bound(length));
        int bytes = Zstd.compress(raw, 0, length, frame);
        int now = out.length() - start;
        if (bytes + 8 < now - now / 20) {
            out.truncate(start);
            out.put(BYTES);
            out.putVarint(zigzag(shape.base));
            out.putVarint(shape.divisor);
            out.put(width);
            out.put(frame.array(), 0, bytes);
        }
    }

    static long zigzag(long value) {
        return (value << 1) ^ (value >> 63);
    }

    static long unzigzag(long value) {
        return (value >>> 1) ^ -(value & 1);
    }

    /** How many bits the value has without leading zeros: 0 to 64. */
    static int bitLength(long value) {
        return Long.SIZE - Long.numberOfLeadingZeros(value);
    }

    /** The highest bit is known from the bit length. */
    static int mantissaBits(int bitLength) {
        return Math.max(0, bitLength - 1);
    }
}
