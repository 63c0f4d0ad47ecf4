package tempo.span;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A fast 64-bit hash of bytes, the same on every node and in every version, because merged spans are ordered by it. It
 * spreads well but is not made to withstand an attacker: whoever uses it compares the bytes where hashes are equal.
 */
public final class WireHash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BIG_ENDIAN_LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final long FACTOR = 0x9fb21c651e98df25L;

    private WireHash() {}

    /** The hash of {@code bytes[offset..offset + length)}. */
    public static long of(byte[] bytes, int offset, int length) {
        long hash = length * FACTOR;
        int at = offset;
        int end = offset + length;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            hash = join(hash, (long) LONGS.get(bytes, at));
        }
        return join(hash, tail(bytes, at, end));
    }

    /** Up to seven bytes as one big-endian number: cut out of eight that end with them, where there are so many. */
    private static long tail(byte[] bytes, int from, int end) {
        if (from == end) {
            return 0;
        }
        if (end >= Long.BYTES) {
            long last = (long) BIG_ENDIAN_LONGS.get(bytes, end - Long.BYTES);
            return last & (1L << Byte.SIZE * (end - from)) - 1;
        }
        long tail = 0;
        for (int at = from; at < end; at++) {
            tail = tail << 8 | bytes[at] & 0xff;
        }
        return tail;
    }

    /** A hash of two, in this order. */
    public static long join(long hash, long word) {
        long mixed = (hash ^ word) * FACTOR;
        mixed ^= mixed >>> 35;
        mixed = Long.rotateLeft(mixed, 27) * 0x9e3779b97f4a7c15L;
        return mixed ^ mixed >>> 29;
    }
}
