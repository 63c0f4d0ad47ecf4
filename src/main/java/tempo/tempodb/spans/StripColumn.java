package tempo.tempodb.spans;

import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.LongCursor;

/** One of the columns of a strip: a page for each of its groups. Immutable and thread-safe. */
public final class StripColumn {
    private final byte[] bytes;
    private final int[] starts;

    private StripColumn(byte[] bytes, int[] starts) {
        this.bytes = bytes;
        this.starts = starts;
    }

    /** Reads the part of a strip of so many groups; {@code bytes} is kept and must not change. */
    public static StripColumn decode(byte[] bytes, int groups) throws CorruptPageException {
        return new StripColumn(bytes, starts(bytes, groups));
    }

    /** The values of a group with so many spans, at least one. */
    public LongCursor values(int group, int spans) throws CorruptPageException {
        return LongCursor.open(bytes, starts[group], starts[group + 1] - starts[group], spans);
    }

    /** Where the bytes of each group begin, whose lengths stand before all of them; and where those of the last end. */
    static int[] starts(byte[] bytes, int groups) throws CorruptPageException {
        TableBytes in = new TableBytes(bytes, 0, bytes.length);
        int[] starts = new int[groups + 1];
        long sum = 0;
        for (int i = 0; i < groups; i++) {
            sum += in.length("length in a strip");
            starts[i + 1] = (int) Math.min(sum, Integer.MAX_VALUE);
        }
        if (sum != in.remaining()) {
            throw new CorruptPageException("part of a strip is of " + in.remaining() + " bytes, not " + sum);
        }
        for (int i = 0; i <= groups; i++) {
            starts[i] += in.position();
        }
        return starts;
    }
}
