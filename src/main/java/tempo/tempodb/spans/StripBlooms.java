package tempo.tempodb.spans;

import java.util.Arrays;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.SplitBlockBloom;

/** The blooms of a strip's groups; see {@link BloomWriter}. Immutable and thread-safe. */
public final class StripBlooms {
    private final byte[] bytes;

    /** By group: where its blooms begin; behind the last, where they end. */
    private final int[] starts;

    private StripBlooms(byte[] bytes, int[] starts) {
        this.bytes = bytes;
        this.starts = starts;
    }

    /** Reads the part of a strip of so many groups; {@code bytes} is kept and must not change. */
    public static StripBlooms decode(byte[] bytes, int groups) throws CorruptPageException {
        return new StripBlooms(bytes, StripColumn.starts(bytes, groups));
    }

    /** A copy of a group's blooms. */
    public byte[] of(int group) {
        return Arrays.copyOfRange(bytes, starts[group], starts[group + 1]);
    }

    /**
     * False if a value is surely not in a column of a group.
     *
     * @param numberHash its hash in a page of numbers, or anything for a text
     * @param patternHash its hash in a page of patterns, or anything for a number
     * @param textHash its hash in a plain page, or anything for a number
     */
    boolean mayHold(int group, int column, long numberHash, long patternHash, long textHash)
            throws CorruptPageException {
        TableBytes in = new TableBytes(bytes, starts[group], starts[group + 1] - starts[group]);
        int columns = in.count("columns with blooms", in.remaining());
        int number = -1;
        for (int i = 0; i < columns; i++) {
            number += in.count("column with a bloom", Pages.PAGE_NUMBERS_MAX) + 1;
            int kind = in.u8("kind of a bloom");
            int blocks = in.count("blocks of a bloom", in.remaining() / SplitBlockBloom.BLOCK_BYTES);
            if (number == column) {
                long hash = kind == BloomWriter.NUMBERS
                        ? numberHash
                        : kind == BloomWriter.PATTERNS ? patternHash : textHash;
                return kind > BloomWriter.PLAIN
                        || blocks == 0
                        || SplitBlockBloom.mayHold(bytes, in.position(), blocks, hash);
            }
            if (number > column) {
                return true;
            }
            in.skip(blocks * SplitBlockBloom.BLOCK_BYTES);
        }
        return true;
    }
}
