package tempo.tempodb.spans;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.LongCursor;
import tempo.tempodb.column.TextCursor;

/**
 * A group of spans as it was read. Either all of it is in memory, and its entries are known: then it is immutable and
 * thread-safe. Or only its head is, and pages are loaded when they are wanted: then it is for one thread.
 */
public final class SpanGroup {
    private static final VarHandle BIG_ENDIAN_LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int KEY_BYTES = 16;

    /** Pages no further apart than this are loaded with one read. */
    private static final int GAP_MAX = 8 << 10;

    private final PageDirectory directory;
    private final Segment segment;

    /** By index of a page: what its bytes are in, null as long as it is not loaded; and where they begin. */
    private final byte[] @Nullable [] arrays;

    private final int[] offsets;
    private int[] firstSpans = {};
    private long[] bases = {};
    private byte[] keys = {};
    private int keysAt;

    private SpanGroup(PageDirectory directory, Segment segment, byte[] head) {
        this.directory = directory;
        this.segment = segment;
        this.arrays = new byte[directory.count()][];
        this.offsets = new int[directory.count()];
        for (int i = 0; i < arrays.length; i++) {
            if (directory.offset(i) + directory.length(i) <= head.length) {
                arrays[i] = head;
                offsets[i] = directory.offset(i);
            }
        }
    }

    /** Where the bytes of a group come from. */
    @FunctionalInterface
    public interface Source {
        /** The {@code length} bytes from {@code offset} of the group on. */
        byte[] read(int offset, int length) throws IOException;
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
        SpanGroup decoded = open(group, directoryAt, directoryLength, pagesAt, group.length, segment);
        decoded.readEntries();
        return decoded;
    }

    /**
     * Reads a group's directory.
     *
     * @param head the first bytes of the group, at least up to its pages, which are kept and must not change
     * @param groupLength the length of the whole group
     * @throws CorruptPageException if it is damaged
     */
    public static SpanGroup open(
            byte[] head, int directoryAt, int directoryLength, int pagesAt, int groupLength, Segment segment)
            throws CorruptPageException {
        return new SpanGroup(
                PageDirectory.decode(head, directoryAt, directoryLength, pagesAt, groupLength), segment, head);
    }

    /**
     * How many bytes the pages of a group have together, by its directory alone.
     *
     * @param bytesMax more is not believed
     * @throws CorruptPageException if the directory is damaged
     */
    public static int pageBytes(byte[] head, int directoryAt, int directoryLength, int bytesMax)
            throws CorruptPageException {
        PageDirectory directory = PageDirectory.decode(head, directoryAt, directoryLength, 0, bytesMax, false);
        return directory.offset(directory.count());
    }

    /** Loads the pages with these numbers, rising, as far as there are such and they are not loaded; with few reads. */
    public void load(Source source, int... pages) throws IOException {
        int first = -1;
        int last = -1;
        for (int page : pages) {
            int index = directory.find(page);
            if (index < 0 || arrays[index] != null) {
                continue;
            }
            if (first >= 0 && directory.offset(index) - directory.offset(last + 1) > GAP_MAX) {
                loadRun(source, first, last);
                first = index;
            }
            first = first < 0 ? index : first;
            last = index;
        }
        if (first >= 0) {
            loadRun(source, first, last);
        }
    }

    private void loadRun(Source source, int first, int last) throws IOException {
        int from = directory.offset(first);
        byte[] bytes = source.read(from, directory.offset(last + 1) - from);
        for (int i = first; i <= last; i++) {
            if (arrays[i] == null) {
                arrays[i] = bytes;
                offsets[i] = directory.offset(i) - from;
            }
        }
    }

    /**
     * Makes the entries known, if they are not.
     *
     * @throws CorruptPageException if their pages are damaged
     */
    public void loadEntries(Source source) throws IOException {
        if (bases.length == 0) {
            load(source, Pages.KEYS, Pages.SPAN_COUNTS, Pages.BASES);
            readEntries();
        }
    }

    /** How many entries there are. */
    public int entries() {
        return bases.length;
    }

    /** The more significant half of an entry's key. */
    public long keyHigh(int entry) {
        return (long) BIG_ENDIAN_LONGS.get(keys, keysAt + entry * KEY_BYTES);
    }

    /** The less significant half of an entry's key. */
    public long keyLow(int entry) {
        return (long) BIG_ENDIAN_LONGS.get(keys, keysAt + entry * KEY_BYTES + Long.BYTES);
    }

    /** The number of an entry's first span; of {@link #entries()}, how many spans there are. */
    public int firstSpan(int entry) {
        return firstSpans[entry];
    }

    /** The entry that a span is in. */
    int entryOf(int span) {
        int found = Arrays.binarySearch(firstSpans, span);
        if (found < 0) {
            return -found - 2;
        }
        // Entries without a span begin where the next does.
        while (firstSpans[found + 1] == span) {
            found++;
        }
        return found;
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
                directory.check(i, bytes(i), offsets[i]);
            } catch (CorruptPageException e) {
                throw named(directory.number(i), e);
            }
        }
    }

    /** The tables that the group needs. */
    public Segment segment() {
        return segment;
    }

    PageDirectory directory() {
        return directory;
    }

    /** The first byte of a loaded page, by its index in the directory; negative if the page is empty. */
    int firstByte(int index) {
        return directory.length(index) == 0 ? -1 : bytes(index)[offsets[index]];
    }

    /** How many rows a page has; 0 if the group has no such page. */
    int rows(int page) {
        int index = directory.find(page);
        return index < 0 ? 0 : directory.rows(index);
    }

    /** False if the directory says that no value of a page lies between two, both included. */
    boolean mayHold(int page, long least, long greatest) {
        int index = directory.find(page);
        return index >= 0
                && (!directory.hasRange(index)
                        || directory.minimum(index) <= greatest && directory.maximum(index) >= least);
    }

    /** Opens a page of numbers, after checking it. */
    LongCursor numbers(int page) throws CorruptPageException {
        int index = find(page);
        try {
            byte[] bytes = bytes(index);
            directory.check(index, bytes, offsets[index]);
            return LongCursor.open(bytes, offsets[index], directory.length(index), directory.rows(index));
        } catch (CorruptPageException e) {
            throw named(page, e);
        }
    }

    /** Opens a page of texts, after checking it. */
    TextCursor texts(int column) throws CorruptPageException {
        int page = Pages.COLUMNS + column;
        int index = find(page);
        try {
            byte[] bytes = bytes(index);
            directory.check(index, bytes, offsets[index]);
            return TextCursor.open(
                    bytes, offsets[index], directory.length(index), directory.rows(index), segment.patterns(column));
        } catch (CorruptPageException e) {
            throw named(page, e);
        }
    }

    /** The patterns in a loaded page of texts; null if it is without. */
    int @Nullable [] patterns(int column) throws CorruptPageException {
        int page = Pages.COLUMNS + column;
        int index = find(page);
        try {
            byte[] bytes = bytes(index);
            directory.check(index, bytes, offsets[index]);
            return TextCursor.patterns(
                    bytes, offsets[index], directory.length(index), directory.rows(index), segment.patterns(column));
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

    private byte[] bytes(int index) {
        byte[] bytes = arrays[index];
        if (bytes == null) {
            throw new IllegalStateException(name(directory.number(index)) + " was not loaded");
        }
        return bytes;
    }

    private void readEntries() throws CorruptPageException {
        int page = directory.find(Pages.KEYS);
        int entries = page < 0 ? 0 : directory.rows(page);
        if (entries < 1 || directory.length(page) != (long) entries * KEY_BYTES) {
            throw new CorruptPageException("group has no page with the keys of " + entries + " entries");
        }
        directory.check(page, bytes(page), offsets[page]);
        keys = bytes(page);
        keysAt = offsets[page];
        firstSpans = new int[entries + 1];
        bases = new long[entries];
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
