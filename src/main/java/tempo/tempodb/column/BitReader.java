package tempo.tempodb.column;

import java.nio.ByteBuffer;

/** Reads what {@link BitWriter} wrote, at any place. Thread-safe as long as nobody writes to the bytes. */
final class BitReader {
    private final ByteBuffer bytes;
    private final int limit;

    /** Over the bytes between position and limit of a little-endian buffer, whose position is not moved. */
    BitReader(ByteBuffer source) {
        this.bytes = source.slice().order(source.order());
        this.limit = bytes.limit();
    }

    /**
     * The {@code width} bits from bit {@code at} on, as the lowest of the result.
     *
     * @throws IndexOutOfBoundsException if they are not all there
     */
    long get(long at, int width) {
        if (width == 0) {
            return 0;
        }
        int first = (int) (at >>> 3);
        int shift = (int) (at & 7);
        if (at + width > (long) limit << 3) {
            throw new IndexOutOfBoundsException("bit " + at + " + " + width + " of " + limit + " bytes");
        }
        long value = (first + Long.BYTES <= limit ? bytes.getLong(first) : tail(first)) >>> shift;
        if (shift + width > Long.SIZE) {
            value |= (bytes.get(first + Long.BYTES) & 0xffL) << (Long.SIZE - shift);
        }
        return width == Long.SIZE ? value : value & ((1L << width) - 1);
    }

    private long tail(int first) {
        long value = 0;
        for (int i = first; i < limit; i++) {
            value |= (bytes.get(i) & 0xffL) << ((i - first) << 3);
        }
        return value;
    }
}
