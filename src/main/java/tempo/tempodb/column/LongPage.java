package tempo.tempodb.column;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One page of a column of 64-bit integers: times, durations, counts, codes of dictionaries. The writer takes whichever of the
 * encodings is smallest for the values at hand; all arithmetic wraps, so every value of 64 bits has its place. All numbers are
 * little-endian.
 *
 * <pre>
 * page = encoding: u8, then
 *   0 CONSTANT   value: u64
 *   1 FRAME      base: u64, divisor: u64, width: u8, then (value - base) / divisor in width bits each
 *   2 DELTA      first: u64, then the differences to the one before, zigzag, as varints
 *   3 CLASS      base: u64, class base: u8, class width: u8, then bit length - class base of each (value - base) in class width
 *                bits, filled up to a byte, then its bits below the highest
 * </pre>
 *
 * How many values there are is not in the page. Frame of reference and delta are as in Lemire and Boytsov, "Decoding billions of
 * integers per second through vectorization" (2015); the bit-length class suits values spread over many orders of magnitude, as
 * durations are. Stateless.
 */
public final class LongPage {
    static final byte CONSTANT = 0;
    static final byte FRAME = 1;
    static final byte DELTA = 2;
    static final byte CLASS = 3;

    static final int CONSTANT_BYTES = 1 + Long.BYTES;
    static final int FRAME_HEADER_BYTES = 1 + 2 * Long.BYTES + 1;
    static final int DELTA_HEADER_BYTES = 1 + Long.BYTES;
    static final int CLASS_HEADER_BYTES = 1 + Long.BYTES + 2;

    /** Most values in a page; more than a group of a block ever has. */
    public static final int VALUES_MAX = 1 << 24;

    private LongPage() {}

    /**
     * Encodes the first {@code count} values.
     *
     * @return a new page
     * @throws IllegalArgumentException if there is none, or more than {@link #VALUES_MAX}
     */
    public static byte[] encode(long[] values, int count) {
        if (count < 1 || count > VALUES_MAX) {
            throw new IllegalArgumentException(count + " values are no page");
        }
        Shape shape = Shape.of(values, count);
        long frame = shape.frameBytes();
        long delta = shape.deltaBytes();
        long classes = shape.classBytes();
        if (shape.offsetMax == 0) {
            return page(CONSTANT_BYTES, CONSTANT).putLong(values[0]).array();
        }
        if (frame <= delta && frame <= classes) {
            return frame(values, shape, Math.toIntExact(frame));
        }
        return delta <= classes
                ? delta(values, count, Math.toIntExact(delta))
                : classes(values, shape, Math.toIntExact(classes));
    }

    private static ByteBuffer page(int bytes, byte encoding) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN).put(encoding);
    }

    private static byte[] frame(long[] values, Shape shape, int bytes) {
        int width = shape.frameWidth();
        ByteBuffer page =
                page(bytes, FRAME).putLong(shape.base).putLong(shape.divisor).put((byte) width);
        BitWriter bits = new BitWriter(page);
        for (int i = 0; i < shape.count; i++) {
            bits.put(Long.divideUnsigned(values[i] - shape.base, shape.divisor), width);
        }
        bits.finish();
        return page.array();
    }

    private static byte[] delta(long[] values, int count, int bytes) {
        ByteBuffer page = page(bytes, DELTA).putLong(values[0]);
        for (int i = 1; i < count; i++) {
            long left = zigzag(values[i] - values[i - 1]);
            while ((left & ~0x7fL) != 0) {
                page.put((byte) (left | 0x80));
                left >>>= 7;
            }
            page.put((byte) left);
        }
        return page.array();
    }

    private static byte[] classes(long[] values, Shape shape, int bytes) {
        int width = shape.classWidth();
        ByteBuffer page = page(bytes, CLASS)
                .putLong(shape.base)
                .put((byte) shape.classMin)
                .put((byte) width);
        BitWriter bits = new BitWriter(page);
        for (int i = 0; i < shape.count; i++) {
            bits.put(bitLength(values[i] - shape.base) - shape.classMin, width);
        }
        bits.finish();
        for (int i = 0; i < shape.count; i++) {
            long offset = values[i] - shape.base;
            int mantissa = mantissaBits(bitLength(offset));
            bits.put(offset & ((1L << mantissa) - 1), mantissa);
        }
        bits.finish();
        return page.array();
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

    /** What the sizes of the encodings follow from. */
    private static final class Shape {
        final int count;
        final long base;
        long offsetMax;
        long divisor;
        int classMin = Long.SIZE;
        int classMax;
        private long deltaVarintBytes;
        private long mantissaBits;

        private Shape(int count, long base) {
            this.count = count;
            this.base = base;
        }

        static Shape of(long[] values, int count) {
            long base = values[0];
            for (int i = 1; i < count; i++) {
                base = Math.min(base, values[i]);
            }
            Shape shape = new Shape(count, base);
            for (int i = 0; i < count; i++) {
                long offset = values[i] - base;
                shape.offsetMax = Long.compareUnsigned(offset, shape.offsetMax) > 0 ? offset : shape.offsetMax;
                shape.divisor = shape.divisor == 1 ? 1 : commonDivisor(shape.divisor, offset);
                int bits = bitLength(offset);
                shape.classMin = Math.min(shape.classMin, bits);
                shape.classMax = Math.max(shape.classMax, bits);
                shape.mantissaBits += LongPage.mantissaBits(bits);
                if (i > 0) {
                    shape.deltaVarintBytes += Math.max(1, (bitLength(zigzag(values[i] - values[i - 1])) + 6) / 7);
                }
            }
            return shape;
        }

        private static long commonDivisor(long a, long b) {
            while (b != 0) {
                long rest = Long.remainderUnsigned(a, b);
                a = b;
                b = rest;
            }
            return a;
        }

        int frameWidth() {
            return bitLength(Long.divideUnsigned(offsetMax, divisor));
        }

        int classWidth() {
            return bitLength(classMax - classMin);
        }

        long frameBytes() {
            return offsetMax == 0 ? CONSTANT_BYTES : FRAME_HEADER_BYTES + BitWriter.bytes((long) count * frameWidth());
        }

        long deltaBytes() {
            return DELTA_HEADER_BYTES + deltaVarintBytes;
        }

        long classBytes() {
            return CLASS_HEADER_BYTES + BitWriter.bytes((long) count * classWidth()) + BitWriter.bytes(mantissaBits);
        }
    }
}
