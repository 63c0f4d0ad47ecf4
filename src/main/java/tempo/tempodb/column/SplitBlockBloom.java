package tempo.tempodb.column;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A split-block Bloom filter: blocks of 256 bits, eight of which a value sets, all in one block. With ten bits a value, it takes
 * one absent value in some hundred for present. Putze, Sanders and Singler, "Cache-, hash- and space-efficient Bloom filters" (2009),
 * laid out as in Apache Parquet. Stateless.
 */
public final class SplitBlockBloom {
    /** Bytes of a block. */
    public static final int BLOCK_BYTES = 32;

    private static final int BITS_PER_VALUE = 10;
    private static final int WORDS = BLOCK_BYTES / Integer.BYTES;
    private static final int[] SALTS = {
        0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31
    };
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private SplitBlockBloom() {}

    /** Blocks for so many different values. */
    public static int blocks(int values) {
        return Math.max(1, (int) (((long) values * BITS_PER_VALUE + 8 * BLOCK_BYTES - 1) / (8 * BLOCK_BYTES)));
    }

    /** Appends a filter of so many blocks with these values. */
    public static void encode(long[] hashes, int count, int blocks, GrowingBytes out) {
        int bytes = blocks * BLOCK_BYTES;
        out.reserve(bytes);
        byte[] bits = out.array();
        int from = out.length();
        Arrays.fill(bits, from, from + bytes, (byte) 0);
        for (int i = 0; i < count; i++) {
            int block = from + blockOf(hashes[i], blocks);
            int low = (int) hashes[i];
            for (int word = 0; word < WORDS; word++) {
                int at = block + word * Integer.BYTES;
                INTS.set(bits, at, (int) INTS.get(bits, at) | 1 << (low * SALTS[word] >>> 27));
            }
        }
        out.extend(bytes);
    }

    /** False if the value with this hash is surely not in the filter of so many blocks at {@code bits[offset..)}. */
    public static boolean mayHold(byte[] bits, int offset, int blocks, long hash) {
        int block = offset + blockOf(hash, blocks);
        int low = (int) hash;
        for (int word = 0; word < WORDS; word++) {
            if (((int) INTS.get(bits, block + word * Integer.BYTES) >>> (low * SALTS[word] >>> 27) & 1) == 0) {
                return false;
            }
        }
        return true;
    }

    private static int blockOf(long hash, int blocks) {
        return (int) ((hash >>> 32) * blocks >>> 32) * BLOCK_BYTES;
    }
}
