package tempo.tempodb.column;

/**
 * Numbers on a logarithmic scale with four linear steps to each octave, in a byte: a code for each unsigned 64-bit number, which
 * rises with it. Of a code only the interval is known that its numbers lie in, the greatest of which is at most a quarter more
 * than the least. As the buckets of an HDR histogram with two bits of precision. Stateless.
 */
public final class QuarterOctave {
    /** One more than the greatest code. */
    public static final int CODES = 252;

    private QuarterOctave() {}

    /** The code of an unsigned number: itself below 4, else 4 for each octave and its two bits below the highest. */
    public static int code(long number) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(number);
        return bits < 3 ? (int) number : 4 * (bits - 2) + (int) (number >>> bits - 3 & 3);
    }

    /** The least number with this code, unsigned. */
    public static long least(int code) {
        if (code < 4) {
            return code;
        }
        int bits = code / 4 + 2;
        return 4L + (code & 3) << bits - 3;
    }

    /** The greatest number with this code, unsigned. */
    public static long greatest(int code) {
        return code == CODES - 1 ? -1 : least(code + 1) - 1;
    }
}
