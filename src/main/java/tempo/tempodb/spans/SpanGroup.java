package tempo.tempodb.spans;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.LongCursor;
import tempo.tempodb.column.TextCursor;

/** A group of spans as it was read, its entries known and its other pages not looked at. Immutable and thread-safe. */
public final class SpanGroup {
    private static final VarHandle BIG_ENDIAN_LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int KEY_BYTES = 16;

    private final byte[] bytes;
    private final PageDirectory directory;
    private final Segment segment;
    private final int keysAt;
    private final int[] firstSpans;
    private final long[] bases;

    private SpanGroup(byte[] bytes, PageDirectory directory, Segment segment, int entries) throws CorruptPageException {
        this.bytes = bytes;
        this.directory = directory;
        this.segment = segment;
        this.keysAt = directory.offset(directory.find(Pages.KEYS));
        this.firstSpans = new int[entries + 1];
        this.bases = new long[entries];
    }

    /**
     * Reads a group's directory and the keys of its entries.
     *
     * @param group the whole group, which is kept and must not change
     * @param directoryAt where the directory begins
     * @param directoryLength its length
     * @param pagesAt where the pages begin
     * @throws CorruptPageException if these are damaged, or the keys are out of order
     */
    public static SpanGroup decode(byte[] group, int directoryAt, int directoryLength, int pagesAt, Segment segment)
            throws CorruptPageException {
        PageDirectory directory = PageDirectory.decode(group, directoryAt, directoryLength, pagesAt);
        int keys = directory.find(Pages.KEYS);
        int entries = keys < 0 ? 0 : directory.rows(keys);
        if (entries < 1 || directory.length(keys) != (long) entries * KEY_BYTES) {
            throw new CorruptPageException("group has no page with the keys of " + entries + " entries");
        }
        directory.check(keys);
        SpanGroup decoded = new SpanGroup(group, directory, segment, entries);
        decoded.readEntries(entries);
        return decoded;
    }

    /** How many entries there are. */
    public int entries() {
        return bases.length;
    }

    /** The more significant half of an entry's key. */
    public long keyHigh(int entry) {
        return (long) BIG_ENDIAN_LONGS.get(bytes, keysAt + entry * KEY_BYTES);
    }

    /** The less significant half of an entry's key. */
    public long keyLow(int entry) {
        return (long) BIG_ENDIAN_LONGS.get(bytes, keysAt + entry * KEY_BYTES + Long.BYTES);
    }

    /** The number of an entry's first span; of {@link #entries()}, how many spans there are. */
    public int firstSpan(int entry) {
        return firstSpans[entry];
    }

    /** The oldest start in an entry, unix nanoseconds, unsigned; 0 if there is none. */
    public long base(int entry) {
        return bases[entry];
    }

    /**
     * Checks the checksum of each page.
     *
     * @throws CorruptPageException that names the first page whose checksum is wrong
     */
    public void checkPages() throws CorruptPageException {
        for (int i = 0; i < directory.count(); i++) {
            try {
                directory.check(i);
            } catch (CorruptPageException e) {
                throw named(directory.number(i), e);
            }
        }
    }

    Segment segment() {
        return segment;
    }

    PageDirectory directory() {
        return directory;
    }

    /** How many rows a page has; 0 if the group has no such page. */
    int rows(int page) {
        int index = directory.find(page);
        return index < 0 ? 0 : directory.rows(index);
    }

    /** Opens a page of numbers, after checking it. */
    LongCursor numbers(int page) throws CorruptPageException {
        int index = find(page);
        try {
            directory.check(index);
            return LongCursor.open(bytes, directory.offset(index), directory.length(index), directory.rows(index));
        } catch (CorruptPageException e) {
            throw named(page, e);
        }
    }

    /** Opens a page of texts, after checking it. */
    TextCursor texts(int column) throws CorruptPageException {
        int page = Pages.COLUMNS + column;
        int index = find(page);
        try {
            directory.check(index);
            return TextCursor.open(
                    bytes,
                    directory.offset(index),
                    directory.length(index),
                    directory.rows(index),
                    segment.patterns(column));
        } catch (CorruptPageException e) {
            throw named(page, e);
        }
    }

    /** The failure with the name of the page that it is in. */
    CorruptPageException named(int page, CorruptPageException failure) {
        return new CorruptPageException(name(page) + ": " + failure.getMessage());
    }

    private String name(int page) {
        int column = page - Pages.COLUMNS;
        return column >= 0 && column < segment.columns()
                ? "column " + segment.column(column)
                : "column " + Pages.name(page);
    }

    private int find(int page) throws CorruptPageException {
        int index = directory.find(page);
        if (index < 0) {
            throw new CorruptPageException(name(page) + " is missing");
        }
        return index;
    }

    private void readEntries(int entries) throws CorruptPageException {
        for (int i = 1; i < entries; i++) {
            int order = Long.compareUnsigned(keyHigh(i - 1), keyHigh(i));
            if (order > 0 || order == 0 && Long.compareUnsigned(keyLow(i - 1), keyLow(i)) > 0) {
                throw new CorruptPageException("keys are not sorted at entry " + i);
            }
        }
        requireRows(Pages.SPAN_COUNTS, entries);
        requireRows(Pages.BASES, entries);
        int[] counts = new int[entries];
        numbers(Pages.SPAN_COUNTS).readInts(counts, 0, entries, Integer.MAX_VALUE);
        numbers(Pages.BASES).read(bases, 0, entries);
        long spans = 0;
        for (int i = 0; i < entries; i++) {
            spans += counts[i];
            firstSpans[i + 1] = (int) Math.min(spans, Integer.MAX_VALUE);
        }
        if (spans > 0 || rows(Pages.TEMPLATES) > 0) {
            requireRows(Pages.TEMPLATES, spans);
            requireRows(Pages.RESOURCES, spans);
            requireRows(Pages.DEPTHS, spans);
        }
    }

    private void requireRows(int page, long rows) throws CorruptPageException {
        if (rows(page) != rows) {
            throw new CorruptPageException(name(page) + " must have " + rows + " rows but has " + rows(page));
        }
    }
}
