package tempo.tempodb.column;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Reads numbers of 0 to 64 bits at any bit of a stretch of bytes, the lowest bit first. */
final class BitReader {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes;
    private final int offset;
    private final int end;

    BitReader(byte[] bytes, int offset, int end) {
        this.bytes = bytes;
        this.offset = offset;
        this.end = end;
    }

    /** How many bits there are. */
    long bits() {
        return (long) (end - offset) << 3;
    }

    /** The {@code width} bits from bit {@code at} on, which have to be there, as the lowest of the result. */
    long get(long at, int width) {
        if (width == 0) {
            return 0;
        }
        int first = offset + (int) (at >>> 3);
        int shift = (int) (at & 7);
        long value = (first + Long.BYTES <= end ? (long) LONGS.get(bytes, first) : tail(first)) >>> shift;
        if (shift + width > Long.SIZE) {
            value |= (bytes[first + Long.BYTES] & 0xffL) << Long.SIZE - shift;
        }
        return width == Long.SIZE ? value : value & (1L << width) - 1;
    }

    /** At least the 57 bits from bit {@code at} on, as the lowest of the result; 64 bits have to be there. */
    long word(long at) {
        return (long) LONGS.get(bytes, offset + (int) (at >>> 3)) >>> (int) (at & 7);
    }

    /** A whole byte. */
    int u8(int index) {
        return bytes[offset + index] & 0xff;
    }

    private long tail(int first) {
        long value = 0;
        for (int i = first; i < end; i++) {
            value |= (bytes[i] & 0xffL) << ((i - first) << 3);
        }
        return value;
    }
}
