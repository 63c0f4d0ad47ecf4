package tempo.tempodb.column;

import java.util.Arrays;

/** The patterns of a column of texts, as they were stored; see {@link TextDictionary#encode}. Immutable and thread-safe. */
public final class TextPatterns {
    private static final int PATTERNS_MAX = 1 << 20;
    private static final int BYTES_MAX = 256 << 20;

    private final byte[] bytes;
    private final int[] ends;
    private final int[] slotCounts;

    private TextPatterns(byte[] bytes, int[] ends, int[] slotCounts) {
        this.bytes = bytes;
        this.ends = ends;
        this.slotCounts = slotCounts;
    }

    /**
     * Reads a dictionary.
     *
     * @throws CorruptPageException if it is damaged
     */
    public static TextPatterns decode(byte[] source, int offset, int length) throws CorruptPageException {
        PageBytes in = new PageBytes(source, offset, length);
        int count = in.count("patterns", PATTERNS_MAX);
        if (count == 0) {
            in.requireEnd("patterns");
            return new TextPatterns(new byte[0], new int[0], new int[0]);
        }
        PageBytes lengthPage = in.nested("lengths of patterns");
        LongCursor lengths = LongCursor.open(lengthPage.array(), lengthPage.position(), lengthPage.remaining(), count);
        int[] ends = new int[count];
        lengths.readInts(ends, 0, count, BYTES_MAX);
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += ends[i];
            ends[i] = (int) Math.min(sum, Integer.MAX_VALUE);
        }
        int rawLength = in.count("bytes of patterns", BYTES_MAX);
        if (sum != rawLength) {
            throw new CorruptPageException("patterns are of " + sum + " bytes, not " + rawLength);
        }
        byte[] raw = in.decompress(rawLength, in.remaining());
        int[] slotCounts = new int[count];
        for (int i = 0; i < count; i++) {
            slotCounts[i] = TextPattern.slots(raw, i == 0 ? 0 : ends[i - 1], ends[i]);
        }
        return new TextPatterns(raw, ends, slotCounts);
    }

    /** How many patterns there are. */
    public int size() {
        return ends.length;
    }

    /** How many numbers have to be put into a pattern. */
    public int slots(int code) {
        return slotCounts[code];
    }

    /** The pattern's bytes; without slots, and but for zero bytes, the text itself. */
    public byte[] pattern(int code) {
        return Arrays.copyOfRange(bytes, start(code), ends[code]);
    }

    /** True if the screen lets a pattern pass. */
    public boolean passes(int code, TextScreen screen) {
        return screen.mayHold(bytes, start(code), ends[code]);
    }

    /** Appends the text of a pattern without slots. */
    public void text(int code, GrowingBytes out) {
        join(code, new long[0], 0, out);
    }

    /** Appends the text that the pattern and its slots, from {@code slots[at]} on, are of. */
    void join(int code, long[] slots, int at, GrowingBytes out) {
        TextPattern.join(bytes, start(code), ends[code], slots, at, out);
    }

    private int start(int code) {
        return code == 0 ? 0 : ends[code - 1];
    }
}
