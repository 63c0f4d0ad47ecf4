package tempo.tempodb.column;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A 64-bit hash of bytes for tables in memory: nothing that is stored depends on it. Sixteen bytes a step, each step one product of
 * 128 bits, as in Wang Yi's wyhash (2019, public domain). It is not made to withstand an attacker: whoever uses it compares the
 * bytes where hashes are equal. Stateless.
 */
public final class ByteHash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long SECRET = 0xa0761d6478bd642fL;
    private static final long LENGTH_SECRET = 0xe7037ed1a0b428dbL;

    private ByteHash() {}

    /** The hash of {@code bytes[offset..offset + length)}. */
    public static long of(byte[] bytes, int offset, int length) {
        int end = offset + length;
        if (length < Long.BYTES) {
            return length < Integer.BYTES
                    ? join(length, few(bytes, offset, end))
                    : join(length ^ (long) (int) INTS.get(bytes, offset) << Integer.SIZE, (int)
                            INTS.get(bytes, end - Integer.BYTES));
        }
        long hash = length;
        for (int at = offset; end - at > 2 * Long.BYTES; at += 2 * Long.BYTES) {
            hash = product((long) LONGS.get(bytes, at) ^ SECRET, (long) LONGS.get(bytes, at + Long.BYTES) ^ hash);
        }
        // What is left, 1 to 16 bytes, with some of the bytes before if it is less.
        long low = length < 2 * Long.BYTES ? (long) LONGS.get(bytes, offset) : (long) LONGS.get(bytes, end - 16);
        return join(hash ^ low, (long) LONGS.get(bytes, end - Long.BYTES));
    }

    /** A hash of two, in this order. */
    public static long join(long hash, long word) {
        return product(product(hash ^ SECRET, word ^ LENGTH_SECRET) ^ SECRET, word ^ hash);
    }

    /** Up to three bytes as one number. */
    private static long few(byte[] bytes, int offset, int end) {
        long few = 0;
        for (int at = offset; at < end; at++) {
            few = few << 8 | bytes[at] & 0xff;
        }
        return few;
    }

    private static long product(long a, long b) {
        return a * b ^ Math.multiplyHigh(a, b);
    }
}
