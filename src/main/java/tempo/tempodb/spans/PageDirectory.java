package tempo.tempodb.spans;

import java.util.Arrays;
import java.util.zip.CRC32C;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.column.GrowingLongs;

/**
 * Where the pages of a group are. As bytes:
 *
 * <pre>
 * count: varint, then for each page, by number
 *   number, less the one before and 1: varint
 *   flags: u8                 1: minimum and maximum follow
 *   rows: varint, length in bytes: varint, CRC-32C of these bytes: u32
 *   minimum: varint, zigzag; maximum, less the minimum: varint
 * </pre>
 *
 * The pages stand one behind the other from the end of the group's header on. Immutable.
 */
final class PageDirectory {
    static final int PAGES_MAX = 1 << 16;
    private static final int ROWS_MAX = 1 << 24;
    private static final int RANGE = 1;

    private final int[] numbers;
    private final int[] rows;
    private final int[] offsets;
    private final int[] crcs;
    private final long[] minimums;
    private final long[] maximums;
    private final boolean[] ranged;

    private PageDirectory(int count) {
        numbers = new int[count];
        rows = new int[count];
        offsets = new int[count + 1];
        crcs = new int[count];
        minimums = new long[count];
        maximums = new long[count];
        ranged = new boolean[count];
    }

    /**
     * Reads the directory at {@code group[offset..offset + length)}, whose pages begin at {@code pagesAt} and end with the
     * group, at {@code groupLength}.
     */
    static PageDirectory decode(byte[] group, int offset, int length, int pagesAt, int groupLength)
            throws CorruptPageException {
        return decode(group, offset, length, pagesAt, groupLength, true);
    }

    /** As the other, where the pages may end before {@code groupLength} if {@code wholly} is false. */
    static PageDirectory decode(byte[] group, int offset, int length, int pagesAt, int groupLength, boolean wholly)
            throws CorruptPageException {
        TableBytes in = new TableBytes(group, offset, length);
        int count = in.count("page count", Math.min(PAGES_MAX, length / 8));
        PageDirectory directory = new PageDirectory(count);
        int at = pagesAt;
        int last = -1;
        for (int i = 0; i < count; i++) {
            int number = last + 1 + in.count("page number", Pages.PAGE_NUMBERS_MAX);
            int flags = in.u8("page flags");
            directory.numbers[i] = number;
            directory.rows[i] = in.count("page rows", ROWS_MAX);
            directory.offsets[i] = at;
            at += in.count("page length", groupLength - at);
            directory.crcs[i] = in.int32("page crc");
            directory.ranged[i] = (flags & RANGE) != 0;
            if (directory.ranged[i]) {
                long zigzag = in.varint64("page minimum");
                directory.minimums[i] = (zigzag >>> 1) ^ -(zigzag & 1);
                directory.maximums[i] = directory.minimums[i] + in.varint64("page maximum");
            }
            if (number < last || number > Pages.PAGE_NUMBERS_MAX) {
                throw new CorruptPageException("page numbers are out of order");
            }
            last = number;
        }
        directory.offsets[count] = at;
        in.requireEnd("page directory");
        if (wholly && at != groupLength) {
            throw new CorruptPageException("pages end at " + at + " of " + groupLength + " bytes");
        }
        return directory;
    }

    /** The index of a page by its number; negative if the group has none. */
    int find(int number) {
        int index = Arrays.binarySearch(numbers, number);
        return index < 0 ? -1 : index;
    }

    int count() {
        return numbers.length;
    }

    int number(int index) {
        return numbers[index];
    }

    int rows(int index) {
        return rows[index];
    }

    int offset(int index) {
        return offsets[index];
    }

    int length(int index) {
        return offsets[index + 1] - offsets[index];
    }

    /** True if the page says what its least and its greatest value are. */
    boolean hasRange(int index) {
        return ranged[index];
    }

    long minimum(int index) {
        return minimums[index];
    }

    long maximum(int index) {
        return maximums[index];
    }

    /** Checks the checksum of a page whose bytes begin at {@code bytes[at]}. */
    void check(int index, byte[] bytes, int at) throws CorruptPageException {
        CRC32C crc = new CRC32C();
        crc.update(bytes, at, length(index));
        if ((int) crc.getValue() != crcs[index]) {
            throw new CorruptPageException("page crc is " + Integer.toHexString((int) crc.getValue())
                    + " but the page directory says " + Integer.toHexString(crcs[index]));
        }
    }

    /** Makes a directory while the pages are appended. */
    static final class Writer {
        private final GrowingBytes entries = new GrowingBytes(1024);
        private final GrowingBytes directory;
        private final GrowingBytes pages;
        private final CRC32C crc;
        private int count;
        private int last = -1;

        Writer(GrowingBytes directory, GrowingBytes pages, CRC32C crc) {
            this.directory = directory;
            this.pages = pages;
            this.crc = crc;
        }

        /** A page that was appended from {@code at} on. */
        void add(int number, int rows, int at) {
            put(number, 0, rows, at);
        }

        /** A page of these values, signed, that was appended from {@code at} on. */
        void add(int number, GrowingLongs values, int at) {
            put(number, RANGE, values.count(), at);
            long minimum = values.get(0);
            long maximum = minimum;
            for (int i = 1; i < values.count(); i++) {
                minimum = Math.min(minimum, values.get(i));
                maximum = Math.max(maximum, values.get(i));
            }
            entries.putVarint((minimum << 1) ^ (minimum >> 63));
            entries.putVarint(maximum - minimum);
        }

        /** Appends the directory. */
        void finish() {
            directory.putVarint(count);
            directory.put(entries.array(), 0, entries.length());
        }

        private void put(int number, int flags, int rows, int at) {
            int length = pages.length() - at;
            entries.putVarint(number - last - 1L);
            entries.put(flags);
            entries.putVarint(rows);
            entries.putVarint(length);
            crc.reset();
            crc.update(pages.array(), at, length);
            entries.putInt((int) crc.getValue());
            last = number;
            count++;
        }
    }
}
