package tempo.tempodb.column;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Reads a {@link LongPage} from its first value to its last, in batches. The page stays where it is; no object is made per value.
 * Not thread-safe.
 */
public abstract class LongCursor {
    /** Values in a batch that stays in the first-level cache. */
    public static final int BATCH = 1024;

    private final int count;
    private int next;

    private LongCursor(int count) {
        this.count = count;
    }

    /**
     * Opens a page.
     *
     * @param page the bytes of the page, between position and limit, which do not move
     * @param count how many values it has, as the block's directory says
     * @throws CorruptPageException if these bytes cannot be a page of so many values
     */
    public static LongCursor open(ByteBuffer page, int count) throws CorruptPageException {
        ByteBuffer bytes = page.slice().order(ByteOrder.LITTLE_ENDIAN);
        if (count < 1 || count > LongPage.VALUES_MAX || bytes.remaining() < 1) {
            throw new CorruptPageException(count + " integers in " + bytes.remaining() + " bytes");
        }
        byte encoding = bytes.get();
        return switch (encoding) {
            case LongPage.CONSTANT -> Constant.of(bytes, count);
            case LongPage.FRAME -> Frame.of(bytes, count);
            case LongPage.DELTA -> Delta.of(bytes, count);
            case LongPage.CLASS -> Classes.of(bytes, count);
            default -> throw new CorruptPageException("encoding " + encoding + " of integers is not known");
        };
    }

    /** Values that have not been read. */
    public final int remaining() {
        return count - next;
    }

    /**
     * Reads as many values as there is room for, or are left.
     *
     * @return how many were read; 0 at the end
     * @throws CorruptPageException if the bytes are not what the encoding allows; the values read so far are not to be used
     */
    public final int read(long[] into) throws CorruptPageException {
        int values = Math.min(into.length, remaining());
        if (values > 0) {
            read(next, values, into);
            next += values;
        }
        return values;
    }

    /** Reads {@code values} values from number {@code from} on, which follow those that were read before. */
    abstract void read(int from, int values, long[] into) throws CorruptPageException;

    private static void expect(ByteBuffer bytes, int header, String encoding) throws CorruptPageException {
        if (bytes.limit() < header) {
            throw new CorruptPageException(encoding + ": " + bytes.limit() + " bytes, its header has " + header);
        }
    }

    private static void expectWidth(int width, String encoding) throws CorruptPageException {
        if (width > Long.SIZE) {
            throw new CorruptPageException(encoding + ": width of " + width + " bits");
        }
    }

    private static void expectLength(ByteBuffer bytes, long length, String encoding) throws CorruptPageException {
        if (bytes.limit() != length) {
            throw new CorruptPageException(encoding + ": " + bytes.limit() + " bytes instead of " + length);
        }
    }

    private static final class Constant extends LongCursor {
        private final long value;

        private Constant(int count, long value) {
            super(count);
            this.value = value;
        }

        static LongCursor of(ByteBuffer bytes, int count) throws CorruptPageException {
            expectLength(bytes, LongPage.CONSTANT_BYTES, "constant");
            return new Constant(count, bytes.getLong());
        }

        @Override
        void read(int from, int values, long[] into) {
            Arrays.fill(into, 0, values, value);
        }
    }

    private static final class Frame extends LongCursor {
        private final long base;
        private final long divisor;
        private final int width;
        private final BitReader bits;

        private Frame(int count, long base, long divisor, int width, BitReader bits) {
            super(count);
            this.base = base;
            this.divisor = divisor;
            this.width = width;
            this.bits = bits;
        }

        static LongCursor of(ByteBuffer bytes, int count) throws CorruptPageException {
            expect(bytes, LongPage.FRAME_HEADER_BYTES, "frame of reference");
            long base = bytes.getLong();
            long divisor = bytes.getLong();
            int width = bytes.get() & 0xff;
            expectWidth(width, "frame of reference");
            expectLength(
                    bytes, LongPage.FRAME_HEADER_BYTES + BitWriter.bytes((long) count * width), "frame of reference");
            return new Frame(count, base, divisor, width, new BitReader(bytes));
        }

        @Override
        void read(int from, int values, long[] into) {
            long at = (long) from * width;
            for (int i = 0; i < values; i++) {
                into[i] = base + bits.get(at, width) * divisor;
                at += width;
            }
        }
    }

    private static final class Delta extends LongCursor {
        private final ByteBuffer bytes;
        private long last;

        private Delta(int count, ByteBuffer bytes, long first) {
            super(count);
            this.bytes = bytes;
            this.last = first;
        }

        static LongCursor of(ByteBuffer bytes, int count) throws CorruptPageException {
            expect(bytes, LongPage.DELTA_HEADER_BYTES, "delta");
            return new Delta(count, bytes, bytes.getLong());
        }

        @Override
        void read(int from, int values, long[] into) throws CorruptPageException {
            for (int i = 0; i < values; i++) {
                if (from + i > 0) {
                    last += LongPage.unzigzag(varint());
                }
                into[i] = last;
            }
            if (values == remaining() && bytes.hasRemaining()) {
                throw new CorruptPageException("delta: " + bytes.remaining() + " bytes too many");
            }
        }

        private long varint() throws CorruptPageException {
            long value = 0;
            for (int shift = 0; shift < Long.SIZE; shift += 7) {
                if (!bytes.hasRemaining()) {
                    throw new CorruptPageException("delta: ends within its values");
                }
                byte next = bytes.get();
                value |= (next & 0x7fL) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            throw new CorruptPageException("delta: varint of more than 10 bytes");
        }
    }

    private static final class Classes extends LongCursor {
        private final long base;
        private final int classMin;
        private final int classWidth;
        private final BitReader bits;
        private final long mantissaEnd;
        private long mantissaAt;

        private Classes(int count, long base, int classMin, int classWidth, BitReader bits, long mantissaEnd) {
            super(count);
            this.base = base;
            this.classMin = classMin;
            this.classWidth = classWidth;
            this.bits = bits;
            this.mantissaAt = BitWriter.bytes((long) count * classWidth) * Byte.SIZE;
            this.mantissaEnd = mantissaEnd;
        }

        static LongCursor of(ByteBuffer bytes, int count) throws CorruptPageException {
            expect(bytes, LongPage.CLASS_HEADER_BYTES, "bit-length class");
            long base = bytes.getLong();
            int classMin = bytes.get() & 0xff;
            int classWidth = bytes.get() & 0xff;
            expectWidth(classMin, "bit-length class");
            if (classWidth > 7) {
                throw new CorruptPageException("bit-length class: class of " + classWidth + " bits");
            }
            if (bytes.remaining() < BitWriter.bytes((long) count * classWidth)) {
                throw new CorruptPageException("bit-length class: ends within its classes");
            }
            return new Classes(
                    count, base, classMin, classWidth, new BitReader(bytes), (long) bytes.remaining() * Byte.SIZE);
        }

        @Override
        void read(int from, int values, long[] into) throws CorruptPageException {
            long classAt = (long) from * classWidth;
            for (int i = 0; i < values; i++) {
                int length = classMin + (int) bits.get(classAt, classWidth);
                int mantissa = LongPage.mantissaBits(length);
                if (length > Long.SIZE || mantissaAt + mantissa > mantissaEnd) {
                    throw new CorruptPageException("bit-length class: a value of " + length + " bits does not fit");
                }
                long high = length == 0 ? 0 : 1L << mantissa;
                into[i] = base + (high | bits.get(mantissaAt, mantissa));
                classAt += classWidth;
                mantissaAt += mantissa;
            }
            if (values == remaining() && BitWriter.bytes(mantissaAt) != BitWriter.bytes(mantissaEnd)) {
                throw new CorruptPageException("bit-length class: bytes too many");
            }
        }
    }
}
