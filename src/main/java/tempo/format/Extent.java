package tempo.format;

import java.util.Arrays;

/** A run of bytes inside an array, as one number: where it begins and how long it is. */
public final class Extent {
    /** None, and empty. */
    public static final long EMPTY = 0;

    private Extent() {}

    /** The bytes {@code [at, at + length)}. */
    public static long of(int at, int length) {
        return (long) at << Integer.SIZE | length;
    }

    /** Index of the first byte. */
    public static int at(long extent) {
        return (int) (extent >>> Integer.SIZE);
    }

    /** How many bytes. */
    public static int length(long extent) {
        return (int) extent;
    }

    /** True if two runs of one array have the same bytes. */
    public static boolean equal(byte[] source, long one, long other) {
        return Arrays.equals(source, at(one), end(one), source, at(other), end(other));
    }

    /** True if a run has these bytes. */
    public static boolean equal(byte[] source, long one, byte[] other) {
        return Arrays.equals(source, at(one), end(one), other, 0, other.length);
    }

    private static int end(long extent) {
        return at(extent) + length(extent);
    }
}
