package tempo.tempodb.column;

import java.nio.ByteBuffer;

/** Appends values of 0 to 64 bits, the lowest bit of each first. Not thread-safe. */
final class BitWriter {
    private final ByteBuffer target;
    private long pending;
    private int pendingBits;

    /** Writes from the position of a little-endian buffer that is large enough. */
    BitWriter(ByteBuffer target) {
        this.target = target;
    }

    /** Bytes that so many bits take. */
    static long bytes(long bits) {
        return (bits + 7) >>> 3;
    }

    /** Appends the lowest {@code width} bits of {@code value}; the others must be zero. */
    void put(long value, int width) {
        if (width == 0) {
            return;
        }
        pending |= value << pendingBits;
        int bits = pendingBits + width;
        if (bits < Long.SIZE) {
            pendingBits = bits;
            return;
        }
        target.putLong(pending);
        pending = pendingBits == 0 ? 0 : value >>> (Long.SIZE - pendingBits);
        pendingBits = bits - Long.SIZE;
    }

    /** Writes what is left, filled up to a byte with zeros. */
    void finish() {
        for (int bits = 0; bits < pendingBits; bits += Byte.SIZE) {
            target.put((byte) (pending >>> bits));
        }
        pending = 0;
        pendingBits = 0;
    }
}
