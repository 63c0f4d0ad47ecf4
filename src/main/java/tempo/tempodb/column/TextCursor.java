package tempo.tempodb.column;

import org.jspecify.annotations.Nullable;

/**
 * Reads a page of texts from its first value to its last, or passing over some; see {@link TextColumn}. Only the numbers of the
 * patterns that are met are decoded. Not thread-safe.
 */
public abstract class TextCursor {
    /** Lines of a page; more than its bytes could ever be split into. */
    private static final int LINES_MAX = 1 << 24;

    private static final int RAW_BYTES_MAX = 256 << 20;

    private final int count;
    private int next;

    private TextCursor(int count) {
        this.count = count;
    }

    /**
     * Opens the page {@code bytes[offset..offset + length)}, which must not change.
     *
     * @param count how many values it has
     * @param patterns the dictionary of the column
     * @throws CorruptPageException if these bytes cannot be a page of so many values
     */
    public static TextCursor open(byte[] bytes, int offset, int length, int count, TextPatterns patterns)
            throws CorruptPageException {
        PageBytes in = new PageBytes(bytes, offset, length);
        if (count < 1 || count > LongPage.VALUES_MAX) {
            throw new CorruptPageException(count + " texts");
        }
        int kind = in.u8("kind of texts");
        return switch (kind) {
            case TextColumn.PLAIN -> Plain.of(in, count);
            case TextColumn.PATTERNS -> new Patterned(count, PatternPage.decode(in, count, patterns), patterns);
            case TextColumn.LINES -> {
                LongCursor lines = open(in.nested("lines"), count);
                int lineCount = in.count("number of lines", LINES_MAX);
                yield new Lines(count, lines, lineCount, PatternPage.decode(in, lineCount, patterns));
            }
            default -> throw new CorruptPageException("kind of texts is not known: " + kind);
        };
    }

    /**
     * The patterns of a page, without reading more of it: of its texts, or, if these have several lines, of the lines.
     *
     * @return null if it is a page without patterns
     */
    public static int @Nullable [] patterns(byte[] bytes, int offset, int length, int count, TextPatterns patterns)
            throws CorruptPageException {
        PageBytes in = new PageBytes(bytes, offset, length);
        int kind = in.u8("kind of texts");
        if (kind == TextColumn.PLAIN) {
            return null;
        }
        int texts = count;
        if (kind == TextColumn.LINES) {
            in.nested("lines");
            texts = in.count("number of lines", LINES_MAX);
        }
        return PatternPage.codes(in, texts, patterns);
    }

    static LongCursor open(PageBytes nested, int count) throws CorruptPageException {
        return LongCursor.open(nested.array(), nested.position(), nested.remaining(), count);
    }

    /** Values that have not been read. */
    public final int remaining() {
        return count - next;
    }

    /**
     * Passes over {@code values} values.
     *
     * @throws IllegalArgumentException if fewer are left
     * @throws CorruptPageException as {@link #next}
     */
    public final void skip(int values) throws CorruptPageException {
        if (values < 0 || values > remaining()) {
            throw new IllegalArgumentException(values + " of " + remaining() + " texts cannot be passed over");
        }
        pass(values);
        next += values;
    }

    /**
     * Appends the next value to {@code into}.
     *
     * @return its length
     * @throws IllegalArgumentException if there is none
     * @throws CorruptPageException if the page is damaged; what was appended is not to be used
     */
    public final int next(GrowingBytes into) throws CorruptPageException {
        if (remaining() == 0) {
            throw new IllegalArgumentException("there is no text left");
        }
        int before = into.length();
        append(into);
        next++;
        return into.length() - before;
    }

    /**
     * Appends the next {@code values} values to a column, patterns as their codes in its dictionary.
     *
     * @param patterns from the dictionary of this page to that of {@code into}
     * @throws IllegalArgumentException if fewer are left
     * @throws CorruptPageException as {@link #next}
     */
    public final void copy(int values, TextColumn into, PatternCodes patterns) throws CorruptPageException {
        if (values < 0 || values > remaining()) {
            throw new IllegalArgumentException(values + " of " + remaining() + " texts cannot be copied");
        }
        copyTo(into, values, patterns);
        next += values;
    }

    /** True if each value has a code of the dictionary: the page was made of patterns, and not of lines. */
    public boolean hasCodes() {
        return false;
    }

    /**
     * The pattern of the next value, which stays the next.
     *
     * @throws UnsupportedOperationException if {@link #hasCodes} is false
     */
    public int code() {
        throw new UnsupportedOperationException("these texts have no codes");
    }

    /**
     * Reads the patterns of up to {@code max} values, and passes over these.
     *
     * @return how many were read
     * @throws UnsupportedOperationException if {@link #hasCodes} is false
     */
    public final int readCodes(int[] into, int at, int max) throws CorruptPageException {
        int values = Math.min(max, remaining());
        codes(into, at, values);
        next += values;
        return values;
    }

    abstract void pass(int values) throws CorruptPageException;

    abstract void append(GrowingBytes into) throws CorruptPageException;

    abstract void copyTo(TextColumn into, int values, PatternCodes patterns) throws CorruptPageException;

    void codes(int[] into, int at, int values) throws CorruptPageException {
        throw new UnsupportedOperationException("these texts have no codes");
    }

    private static final class Plain extends TextCursor {
        private final LongCursor lengths;
        private final byte[] bytes;
        private final int end;
        private int at;
        private final long[] batch = new long[64];

        private Plain(int count, LongCursor lengths, byte[] bytes, int at, int end) {
            super(count);
            this.lengths = lengths;
            this.bytes = bytes;
            this.at = at;
            this.end = end;
        }

        static TextCursor of(PageBytes in, int count) throws CorruptPageException {
            PageBytes nested = in.nested("lengths of texts");
            long total = 0;
            LongCursor sizes = open(nested, count);
            long[] batch = new long[LongCursor.BATCH];
            while (sizes.remaining() > 0) {
                int values = sizes.read(batch, 0, batch.length);
                for (int i = 0; i < values; i++) {
                    total += batch[i];
                    if (batch[i] < 0 || total > RAW_BYTES_MAX) {
                        throw new CorruptPageException("text of " + batch[i] + " bytes");
                    }
                }
            }
            boolean compressed = in.u8("compressed") != 0;
            LongCursor lengths = open(nested, count);
            if (compressed) {
                byte[] raw = in.decompress(total, in.remaining());
                return new Plain(count, lengths, raw, 0, raw.length);
            }
            if (in.remaining() != total) {
                throw new CorruptPageException("texts are of " + in.remaining() + " bytes, not " + total);
            }
            return new Plain(count, lengths, in.array(), in.position(), in.position() + in.remaining());
        }

        @Override
        void pass(int values) throws CorruptPageException {
            for (int done = 0; done < values; ) {
                int read = lengths.read(batch, 0, Math.min(batch.length, values - done));
                for (int i = 0; i < read; i++) {
                    at += (int) batch[i];
                }
                done += read;
            }
        }

        @Override
        void append(GrowingBytes into) throws CorruptPageException {
            lengths.read(batch, 0, 1);
            if (batch[0] > end - at) {
                throw new CorruptPageException("text ends behind the page");
            }
            into.put(bytes, at, (int) batch[0]);
            at += (int) batch[0];
        }

        @Override
        void copyTo(TextColumn into, int values, PatternCodes patterns) throws CorruptPageException {
            for (int done = 0; done < values; ) {
                int read = lengths.read(batch, 0, Math.min(batch.length, values - done));
                for (int i = 0; i < read; i++) {
                    if (batch[i] > end - at) {
                        throw new CorruptPageException("text ends behind the page");
                    }
                    into.add(bytes, at, (int) batch[i]);
                    at += (int) batch[i];
                }
                done += read;
            }
        }
    }

    private static final class Patterned extends TextCursor {
        private final PatternPage page;
        private final TextPatterns patterns;

        private Patterned(int count, PatternPage page, TextPatterns patterns) {
            super(count);
            this.page = page;
            this.patterns = patterns;
        }

        @Override
        public boolean hasCodes() {
            return true;
        }

        @Override
        public int code() {
            return page.code();
        }

        @Override
        void pass(int values) throws CorruptPageException {
            page.skip(values);
        }

        @Override
        void append(GrowingBytes into) throws CorruptPageException {
            page.next(into);
        }

        @Override
        void copyTo(TextColumn into, int values, PatternCodes patternCodes) throws CorruptPageException {
            into.copy(page, values, patternCodes);
        }

        @Override
        void codes(int[] into, int at, int values) throws CorruptPageException {
            for (int i = 0; i < values; i++) {
                into[at + i] = page.nextCode();
            }
            assert patterns.size() > 0;
        }
    }

    private static final class Lines extends TextCursor {
        private final LongCursor lines;
        private final int lineCount;
        private final PatternPage page;
        private final long[] batch = new long[1];
        private long read;

        private Lines(int count, LongCursor lines, int lineCount, PatternPage page) {
            super(count);
            this.lines = lines;
            this.lineCount = lineCount;
            this.page = page;
        }

        @Override
        void pass(int values) throws CorruptPageException {
            for (int i = 0; i < values; i++) {
                page.skip(nextLines());
            }
        }

        @Override
        void append(GrowingBytes into) throws CorruptPageException {
            page.nextLines(nextLines(), into);
        }

        @Override
        void copyTo(TextColumn into, int values, PatternCodes patterns) throws CorruptPageException {
            for (int i = 0; i < values; i++) {
                into.copyLines(page, nextLines(), patterns);
            }
        }

        private int nextLines() throws CorruptPageException {
            lines.read(batch, 0, 1);
            if (batch[0] < 1 || batch[0] > lineCount - read) {
                throw new CorruptPageException("text of " + batch[0] + " lines");
            }
            read += batch[0];
            return (int) batch[0];
        }
    }
}
