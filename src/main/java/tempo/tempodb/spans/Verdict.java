package tempo.tempodb.spans;

/** What a template alone says of whether its spans pass: so ordered that "and" is the least, "or" the greatest. */
public final class Verdict {
    public static final byte NO = 0;

    /** It takes the values of the span. */
    public static final byte DEPENDS = 1;

    public static final byte YES = 2;

    private Verdict() {}

    /** Sets the bit of each row of some ranges whose number, of a template or a resource, has the verdict {@link #YES}. */
    public static void selectYes(byte[] verdicts, int[] numbers, RowRanges ranges, long[] into) {
        for (int range = 0; range < ranges.count(); range++) {
            int to = ranges.to(range);
            for (int row = ranges.from(range); row < to; ) {
                int end = Math.min(to, (row | Long.SIZE - 1) + 1);
                long word = 0;
                for (int i = row; i < end; i++) {
                    word |= (verdicts[numbers[i]] >> 1 & 1L) << i;
                }
                into[row >> 6] |= word;
                row = end;
            }
        }
    }

    /** The opposite. */
    public static byte not(byte verdict) {
        return (byte) (YES - verdict);
    }
}
