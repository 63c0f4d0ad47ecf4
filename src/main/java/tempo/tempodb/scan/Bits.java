package tempo.tempodb.scan;

import java.util.Arrays;

/** Sets of spans of a group, a bit each. Stateless. */
final class Bits {
    private static final int ROOM_MIN = 128;

    private Bits() {}

    static int words(int rows) {
        return (rows + Long.SIZE - 1) / Long.SIZE;
    }

    /** Room for so many bits, none of them set: {@code reused} if it is large enough. */
    static long[] cleared(long[] reused, int rows) {
        int words = words(rows);
        if (reused.length < words) {
            return new long[Math.max(words, ROOM_MIN)];
        }
        Arrays.fill(reused, 0, words, 0);
        return reused;
    }

    static void fill(long[] bits, int rows) {
        Arrays.fill(bits, 0, words(rows), -1);
        if ((rows & 63) != 0) {
            bits[rows >> 6] = (1L << rows) - 1;
        }
    }

    static void and(long[] into, long[] other, int rows) {
        for (int i = 0; i < words(rows); i++) {
            into[i] &= other[i];
        }
    }

    static void or(long[] into, long[] other, int rows) {
        for (int i = 0; i < words(rows); i++) {
            into[i] |= other[i];
        }
    }

    static void andNot(long[] into, long[] other, int rows) {
        for (int i = 0; i < words(rows); i++) {
            into[i] &= ~other[i];
        }
    }

    static boolean isEmpty(long[] bits, int rows) {
        for (int i = 0; i < words(rows); i++) {
            if (bits[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** Clears the bits from {@code from} up to, but not including, {@code to}. */
    static void clear(long[] bits, int from, int to) {
        for (int bit = from; bit < to; bit++) {
            bits[bit >> 6] &= ~(1L << bit);
        }
    }

    /** How many bits are set from {@code from} up to, but not including, {@code to}. */
    static int count(long[] bits, int from, int to) {
        if (from >= to) {
            return 0;
        }
        int first = from >> 6;
        int last = to - 1 >> 6;
        long head = -1L << from;
        long tail = -1L >>> -to;
        if (first == last) {
            return Long.bitCount(bits[first] & head & tail);
        }
        int count = Long.bitCount(bits[first] & head) + Long.bitCount(bits[last] & tail);
        for (int i = first + 1; i < last; i++) {
            count += Long.bitCount(bits[i]);
        }
        return count;
    }

    /** The first set bit from {@code from} on; -1 if there is none below {@code rows}. */
    static int next(long[] bits, int from, int rows) {
        int word = from >> 6;
        if (from >= rows) {
            return -1;
        }
        long rest = bits[word] & -1L << from;
        while (rest == 0) {
            if (++word >= words(rows)) {
                return -1;
            }
            rest = bits[word];
        }
        int found = (word << 6) + Long.numberOfTrailingZeros(rest);
        return found < rows ? found : -1;
    }
}
