package tempo.tempodb.block;

import java.util.Arrays;

/** A group of opaque values with header and trace table checked; a frame is checked when it is decoded. Immutable. */
final class OpaqueGroup extends Group {
    private final byte[] bytes;
    private final PageEntry[] pages;
    private final TraceTable table;
    private final BlockPlace place;

    /** First row of each page's frame; of the last page, where it ends. {@code firstRows[0]} is not used. */
    private final int[] firstRows;

    private OpaqueGroup(byte[] bytes, PageEntry[] pages, TraceTable table, int[] firstRows, BlockPlace place) {
        this.bytes = bytes;
        this.pages = pages;
        this.table = table;
        this.firstRows = firstRows;
        this.place = place;
    }

    static OpaqueGroup decode(byte[] bytes, BlockPlace place) throws CorruptBlockException {
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
        return new OpaqueGroup(bytes, pages, table, firstRows, place);
    }

    @Override
    int rows() {
        return table.rows();
    }

    @Override
    long keyHigh(int row) {
        return table.high(row);
    }

    @Override
    long keyLow(int row) {
        return table.low(row);
    }

    @Override
    int spans(int row) {
        return table.spans(row);
    }

    @Override
    Values values() {
        return new Frames();
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

    /** Decodes all frames, and so checks them. */
    void checkFrames() throws CorruptBlockException {
        for (int page = 1; page < pages.length; page++) {
            frame(page);
        }
    }

    /** The values of one frame, behind one another. */
    byte[] frame(int page) throws CorruptBlockException {
        PageEntry entry = pages[page];
        BlockPlace here = place.page(page);
        requireCrc(bytes, entry, here);
        long sum = 0;
        for (int row = firstRows[page]; row < firstRows[page + 1]; row++) {
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

    /** Decodes one frame after the other. */
    private final class Frames extends Values {
        private int page;
        private byte[] frame = {};
        private int frameRow;
        private int offset;
        private int row = -1;

        @Override
        byte[] read(int wanted) throws CorruptBlockException {
            if (page == 0 || wanted >= firstRows[page + 1]) {
                int next = Math.max(page, 1);
                while (wanted >= firstRows[next + 1]) {
                    next++;
                }
                frame = frame(next);
                page = next;
                frameRow = firstRows[page];
                offset = 0;
            }
            for (; frameRow < wanted; frameRow++) {
                offset += table.length(frameRow);
            }
            row = wanted;
            int length = table.length(wanted);
            return length == frame.length ? frame : Arrays.copyOfRange(frame, offset, offset + length);
        }

        @Override
        int behind(int damaged) {
            int end = 1;
            while (firstRows[end] <= damaged) {
                end++;
            }
            return firstRows[end];
        }

        @Override
        long oldest() {
            return table.oldest(row);
        }

        @Override
        long newest() {
            return table.newest(row);
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
