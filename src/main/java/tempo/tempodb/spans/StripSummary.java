package tempo.tempodb.spans;

import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.QuarterOctave;
import tempo.tempodb.column.Zstd;

/**
 * Which templates are in each group of a strip, with how many spans, and what is known of their durations and starts. Immutable
 * and thread-safe.
 */
public final class StripSummary {
    private static final int BYTES_MAX = 64 << 20;
    private static final int TEMPLATES_MAX = 1 << 24;

    /** By group: its first row in what follows; behind the last group, how many rows there are. */
    private final int[] firsts;

    private final long[] oldest;
    private final long[] newest;
    private final int[] templates;
    private final int[] spans;

    /** The raw part, of which the last bytes are three codes for each row. */
    private final byte[] raw;

    private final int longestAt;
    private final int rows;

    private StripSummary(byte[] raw, int groups) throws CorruptPageException {
        this.raw = raw;
        firsts = new int[groups + 1];
        oldest = new long[groups];
        newest = new long[groups];
        TableBytes in = new TableBytes(raw, 0, raw.length);
        long sum = 0;
        for (int i = 0; i < groups; i++) {
            sum += in.count("templates of a group", raw.length);
            firsts[i + 1] = (int) Math.min(sum, Integer.MAX_VALUE);
            oldest[i] = in.varint64("oldest start of a group");
            newest[i] = oldest[i] + in.varint64("newest start of a group");
        }
        if (sum > raw.length) {
            throw new CorruptPageException(sum + " templates in a summary of " + raw.length + " bytes");
        }
        rows = (int) sum;
        templates = new int[rows];
        spans = new int[rows];
        for (int group = 0; group < groups; group++) {
            int last = -1;
            for (int i = firsts[group]; i < firsts[group + 1]; i++) {
                last += in.small("template in a summary", TEMPLATES_MAX) + 1;
                templates[i] = last;
            }
        }
        for (int i = 0; i < rows; i++) {
            spans[i] = in.small("spans in a summary", Integer.MAX_VALUE);
        }
        longestAt = in.position();
        in.skip(Math.min(in.remaining(), 3 * rows));
        in.requireEnd("summary");
        if (longestAt + 3 * rows != raw.length) {
            throw new CorruptPageException("summary ends too early");
        }
    }

    /** Reads the part of a strip of so many groups. */
    public static StripSummary decode(byte[] bytes, int groups) throws CorruptPageException {
        TableBytes in = new TableBytes(bytes, 0, bytes.length);
        int rawLength = in.count("length of a summary", BYTES_MAX);
        if (rawLength > Zstd.rawLengthMax(in.remaining())) {
            throw new CorruptPageException("summary of " + in.remaining() + " bytes cannot be of " + rawLength);
        }
        byte[] raw = new byte[rawLength];
        Zstd.decompress(bytes, in.position(), in.remaining(), raw, rawLength);
        return new StripSummary(raw, groups);
    }

    /** The first row of a group; of the number of groups, how many rows there are. */
    public int first(int group) {
        return firsts[group];
    }

    /** The template of a row; rising within a group. */
    public int template(int row) {
        return templates[row];
    }

    /** How many spans of the group have the template of a row. */
    public int spans(int row) {
        return spans[row];
    }

    /** The code of the longest duration in a row, as a strip's durations have it. */
    public int longest(int row) {
        return raw[longestAt + row] & 0xff;
    }

    /** The newest start of a group, unix nanoseconds, unsigned. */
    public long newest(int group) {
        return newest[group];
    }

    /** No start of a row of a group is after this. */
    public long newest(int group, int row) {
        return newest[group] - QuarterOctave.least(raw[longestAt + rows + row] & 0xff);
    }

    /** The oldest start of a group, unix nanoseconds, unsigned. */
    public long oldest(int group) {
        return oldest[group];
    }

    /** No start of a row of a group is before this. */
    public long oldest(int group, int row) {
        return oldest[group] + QuarterOctave.least(raw[longestAt + 2 * rows + row] & 0xff);
    }
}
