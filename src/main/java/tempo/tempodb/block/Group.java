package tempo.tempodb.block;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A group's bytes with header and trace table checked; a frame is checked when it is decoded. Immutable. */
final class Group {
    private final byte[] bytes;
    private final PageEntry[] pages;
    private final TraceTable table;
    private final BlockPlace place;

    /** First row of each page's frame; of the last page, where it ends. {@code firstRows[0]} is not used. */
    private final int[] firstRows;

    private Group(byte[] bytes, PageEntry[] pages, TraceTable table, int[] firstRows, BlockPlace place) {
        this.bytes = bytes;
        this.pages = pages;
        this.table = table;
        this.firstRows = firstRows;
        this.place = place;
    }

    static Group decode(byte[] bytes, BlockPlace place) throws CorruptBlockException {
        PageEntry[] pages = GroupHeader.decode(bytes, place);
        requireCrc(bytes, pages[0], place.page(0));
        TraceTable table = TraceTable.decode(bytes, pages[0], place.page(0));
        int[] firstRows = new int[pages.length + 1];
        for (int page = 1; page < pages.length; page++) {
            firstRows[page + 1] = firstRows[page] + pages[page].rows();
        }
        if (firstRows[pages.length] != table.rows()) {
            throw place.corrupt(
                    "frames have " + firstRows[pages.length] + " rows but the trace table has " + table.rows());
        }
        return new Group(bytes, pages, table, firstRows, place);
    }

    TraceTable table() {
        return table;
    }

    int pageCount() {
        return pages.length;
    }

    int firstRow(int page) {
        return firstRows[page];
    }

    int endRow(int page) {
        return firstRows[page + 1];
    }

    /** Adds the values of a key to {@code target}; those of a bad frame are missing, and thrown about at the end. */
    void find(long high, long low, List<byte[]> target) throws CorruptBlockException {
        int row = table.firstAtLeast(high, low);
        @Nullable CorruptBlockException first = null;
        for (int page = 1; page < pages.length && row < table.rows() && table.isAt(row, high, low); page++) {
            if (endRow(page) <= row) {
                continue;
            }
            try {
                copyValues(page, row, high, low, target);
            } catch (CorruptBlockException e) {
                first = first == null ? e : first;
            }
            row = endRow(page);
        }
        if (first != null) {
            throw first;
        }
    }

    /** The values of one frame, behind one another. */
    byte[] frame(int page) throws CorruptBlockException {
        PageEntry entry = pages[page];
        BlockPlace here = place.page(page);
        requireCrc(bytes, entry, here);
        long sum = 0;
        for (int row = firstRow(page); row < endRow(page); row++) {
            sum += table.length(row);
        }
        if (sum != entry.rawLength()) {
            throw here.corrupt("frame is of " + entry.rawLength() + " raw bytes but its values of " + sum);
        }
        byte[] frame = new byte[entry.rawLength()];
        FrameCodec.decode(
                entry.encoding(), bytes, entry.offset(), entry.storedLength(), frame, entry.rawLength(), here);
        return frame;
    }

    private void copyValues(int page, int from, long high, long low, List<byte[]> target) throws CorruptBlockException {
        byte[] frame = frame(page);
        int offset = 0;
        for (int row = firstRow(page); row < endRow(page); row++) {
            int length = table.length(row);
            if (row >= from) {
                if (!table.isAt(row, high, low)) {
                    return;
                }
                target.add(length == frame.length ? frame : Arrays.copyOfRange(frame, offset, offset + length));
            }
            offset += length;
        }
    }

    private static void requireCrc(byte[] bytes, PageEntry page, BlockPlace place) throws CorruptBlockException {
        int actual = BlockLayout.crc(bytes, page.offset(), page.storedLength());
        if (actual != page.crc()) {
            throw place.corrupt("page crc is " + Integer.toHexString(actual) + " but the page directory says "
                    + Integer.toHexString(page.crc()));
        }
    }
}
