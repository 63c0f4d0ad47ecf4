package tempo.tempodb.column;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Reads a {@link LongPage} from its first value to its last, in batches, or passing over some. The page stays where it is, unless
 * it is compressed; no object is made per value. Not thread-safe.
 */
public abstract class LongCursor {
    /** Values in a batch that stays in the first-level cache. */
    public static final int BATCH = 1024;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final int count;
    private int next;

    LongCursor(int count) {
        this.count = count;
    }

    /**
     * Opens the page {@code bytes[offset..offset + length)}, which must not change.
     *
     * @param count how many values it has, as the block's directory says
     * @throws CorruptPageException if these bytes cannot be a page of so many values
     */
    public static LongCursor open(byte[] bytes, int offset, int length, int count) throws CorruptPageException {
        if (count < 1 || count > LongPage.VALUES_MAX || length < 1) {
            throw new CorruptPageException(count + " integers in " + length + " bytes");
        }
        PageBytes in = new PageBytes(bytes, offset, length);
        int encoding = in.u8("encoding");
        return switch (encoding) {
            case LongPage.CONSTANT -> Constant.of(in, count);
            case LongPage.FRAME -> Frame.of(in, count);
            case LongPage.DELTA -> Delta.of(in, count);
            case LongPage.CLASS -> ClassesCursor.of(in, count, false);
            case LongPage.ZIGZAG -> ClassesCursor.of(in, count, true);
            case LongPage.BYTES -> Bytes.of(in, count);
            case LongPage.RAW -> Bytes.raw(in, count);
            case LongPage.CLASS_Z -> ClassesCursor.ofCompressed(in, count, false);
            case LongPage.ZIGZAG_Z -> ClassesCursor.ofCompressed(in, count, true);
            case LongPage.DECIMAL -> Decimal.of(in, count);
            default -> throw new CorruptPageException("encoding " + encoding + " of integers is not known");
        };
    }

    /** Values that have not been read. */
    public final int remaining() {
        return count - next;
    }

    /**
     * Passes over {@code values} values.
     *
     * @throws IllegalArgumentException if fewer are left
     * @throws CorruptPageException as {@link #read}
     */
    public final void skip(int values) throws CorruptPageException {
        if (values < 0 || values > remaining()) {
            throw new IllegalArgumentException(values + " of " + remaining() + " values cannot be passed over");
        }
        if (values > 0) {
            pass(next, values);
            next += values;
        }
    }

    /**
     * Reads up to {@code max} values to {@code into[at..)}.
     *
     * @return how many were read; 0 at the end
     * @throws CorruptPageException if the bytes are not what the encoding allows; the values read so far are not to be used
     */
    public final int read(long[] into, int at, int max) throws CorruptPageException {
        int values = Math.min(max, remaining());
        if (values > 0) {
            decode(next, values, into, at);
            next += values;
        }
        return values;
    }

    /**
     * As {@link #read}, for values that have to be 0 to {@code limit - 1}.
     *
     * @throws CorruptPageException also if one is not
     */
    public final int readInts(int[] into, int at, int max, int limit) throws CorruptPageException {
        int values = Math.min(max, remaining());
        if (values > 0) {
            decodeInts(next, values, into, at, limit);
            next += values;
        }
        return values;
    }

    /** As {@link #decode}, for values below a limit. */
    void decodeInts(int from, int values, int[] into, int at, int limit) throws CorruptPageException {
        long[] batch = new long[Math.min(BATCH, values)];
        for (int done = 0; done < values; ) {
            int count = Math.min(batch.length, values - done);
            decode(from + done, count, batch, 0);
            long outside = 0;
            for (int i = 0; i < count; i++) {
                outside |= batch[i] | limit - 1 - batch[i];
                into[at + done + i] = (int) batch[i];
            }
            requireInside(outside, limit);
            done += count;
        }
    }

    /** Of values of which none may be negative nor reach a limit, all that they and what is left to the limit have in their signs. */
    static void requireInside(long outside, int limit) throws CorruptPageException {
        if (outside < 0) {
            throw new CorruptPageException("a value is not below " + limit);
        }
    }

    /** Reads {@code values} values from number {@code from} on, which follow those before. */
    abstract void decode(int from, int values, long[] into, int at) throws CorruptPageException;

    /** Passes over {@code values} values from number {@code from} on; for encodings in which each has its place, nothing. */
    void pass(int from, int values) throws CorruptPageException {}

    private static final class Constant extends LongCursor {
        private final long value;

        private Constant(int count, long value) {
            super(count);
            this.value = value;
        }

        static LongCursor of(PageBytes in, int count) throws CorruptPageException {
            long value = in.signedVarint("constant");
            in.requireEnd("constant");
            return new Constant(count, value);
        }

        @Override
        void decode(int from, int values, long[] into, int at) {
            Arrays.fill(into, at, at + values, value);
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

        static LongCursor of(PageBytes in, int count) throws CorruptPageException {
            long base = in.signedVarint("base");
            long divisor = in.varint("divisor");
            int width = in.width("width", Long.SIZE);
            in.requireBits((long) count * width);
            return new Frame(count, base, divisor, width, in.bits());
        }

        @Override
        void decode(int from, int values, long[] into, int at) {
            long bit = (long) from * width;
            for (int i = 0; i < values; i++) {
                into[at + i] = base + bits.get(bit, width) * divisor;
                bit += width;
            }
        }
    }

    private static final class Decimal extends LongCursor {
        private final int scale;
        private final LongCursor numbers;

        private Decimal(int count, int scale, LongCursor numbers) {
            super(count);
            this.scale = scale;
            this.numbers = numbers;
        }

        static LongCursor of(PageBytes in, int count) throws CorruptPageException {
            int scale = in.width("scale", Decimals.SCALE_MAX);
            if (in.remaining() > 0 && in.array()[in.position()] == LongPage.DECIMAL) {
                throw new CorruptPageException("decimals of decimals");
            }
            return new Decimal(count, scale, open(in.array(), in.position(), in.remaining(), count));
        }

        @Override
        void decode(int from, int values, long[] into, int at) throws CorruptPageException {
            numbers.read(into, at, values);
            for (int i = at; i < at + values; i++) {
                into[i] = Decimals.bits(into[i], scale);
            }
        }

        @Override
        void pass(int from, int values) throws CorruptPageException {
            numbers.skip(values);
        }
    }

    private static final class Delta extends LongCursor {
        private final PageBytes in;
        private long last;

        private Delta(int count, PageBytes in, long first) {
            super(count);
            this.in = in;
            this.last = first;
        }

        static LongCursor of(PageBytes in, int count) throws CorruptPageException {
            return new Delta(count, in, in.signedVarint("first value"));
        }

        @Override
        void decode(int from, int values, long[] into, int at) throws CorruptPageException {
            for (int i = 0; i < values; i++) {
                step(from + i);
                into[at + i] = last;
            }
            if (values == remaining()) {
                in.requireEnd("delta");
            }
        }

        @Override
        void pass(int from, int values) throws CorruptPageException {
            for (int i = 0; i < values; i++) {
                step(from + i);
            }
        }

        private void step(int number) throws CorruptPageException {
            if (number > 0) {
                last += in.signedVarint("difference");
            }
        }
    }

    private static final class Bytes extends LongCursor {
        private final byte[] bytes;
        private final int offset;
        private final int width;
        private final long base;
        private final long divisor;

        private Bytes(int count, byte[] bytes, int offset, int width, long base, long divisor) {
            super(count);
            this.bytes = bytes;
            this.offset = offset;
            this.width = width;
            this.base = base;
            this.divisor = divisor;
        }

        static LongCursor raw(PageBytes in, int count) throws CorruptPageException {
            in.requireBits((long) count * Long.SIZE);
            return new Bytes(count, in.array(), in.position(), Long.BYTES, 0, 1);
        }

        static LongCursor of(PageBytes in, int count) throws CorruptPageException {
            long base = in.signedVarint("base");
            long divisor = in.varint("divisor");
            int width = in.width("width", Long.BYTES);
            if (width < 1) {
                throw new CorruptPageException("integers of 0 bytes");
            }
            byte[] raw = in.decompress((long) count * width, in.remaining());
            in.requireEnd("compressed integers");
            return new Bytes(count, raw, 0, width, base, divisor);
        }

        @Override
        void decode(int from, int values, long[] into, int at) {
            int place = offset + from * width;
            if (width == 1) {
                for (int i = 0; i < values; i++) {
                    into[at + i] = base + (bytes[place + i] & 0xffL) * divisor;
                }
                return;
            }
            long mask = width == Long.BYTES ? -1 : (1L << 8 * width) - 1;
            for (int i = 0; i < values; i++, place += width) {
                into[at + i] = base + (word(place) & mask) * divisor;
            }
        }

        @Override
        void decodeInts(int from, int values, int[] into, int at, int limit) throws CorruptPageException {
            if (width > Short.BYTES) {
                super.decodeInts(from, values, into, at, limit);
                return;
            }
            int place = offset + from * width;
            long outside = 0;
            for (int i = 0; i < values; i++, place += width) {
                int n = width == 1 ? bytes[place] & 0xff : bytes[place] & 0xff | (bytes[place + 1] & 0xff) << 8;
                long value = base + n * divisor;
                outside |= value | limit - 1 - value;
                into[at + i] = (int) value;
            }
            requireInside(outside, limit);
        }

        private long word(int place) {
            if (place + Long.BYTES <= bytes.length) {
                return (long) LONGS.get(bytes, place);
            }
            long value = 0;
            for (int b = 0; b < width; b++) {
                value |= (bytes[place + b] & 0xffL) << 8 * b;
            }
            return value;
        }
    }
}
