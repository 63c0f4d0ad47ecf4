package tempo.tempodb.block;

/**
 * The first page of a group: a row for each entry, in key order.
 *
 * <pre>
 * rows x 16 B key
 * rows x (varint value length, varint spans, varint oldest start as u64, varint newest minus oldest start)
 * </pre>
 *
 * Value frames hold as many rows as the page directory says, in the same order, one value behind the other; so frame, offset
 * and length of each value follow.
 */
final class TraceTable {
    private final long[] high;
    private final long[] low;
    private final int[] lengths;
    private final int[] spans;
    private final long[] oldest;
    private final long[] newest;

    private TraceTable(int rows) {
        high = new long[rows];
        low = new long[rows];
        lengths = new int[rows];
        spans = new int[rows];
        oldest = new long[rows];
        newest = new long[rows];
    }

    static TraceTable decode(byte[] group, PageEntry page, BlockPlace place) throws CorruptBlockException {
        int rows = page.rows();
        if (page.encoding() != BlockLayout.ENCODING_RAW || page.rawLength() != page.storedLength()) {
            throw place.corrupt("trace table must be stored raw but has encoding " + page.encoding());
        }
        if (rows < 1 || page.storedLength() < rows * (Keys.BYTES + 4)) {
            throw place.corrupt("trace table of " + page.storedLength() + " bytes cannot have " + rows + " rows");
        }
        CheckedBytes bytes = new CheckedBytes(group, page.offset(), page.storedLength(), place);
        TraceTable table = new TraceTable(rows);
        for (int i = 0; i < rows; i++) {
            table.high[i] = bytes.keyHalf("key");
            table.low[i] = bytes.keyHalf("key");
            if (i > 0 && Keys.compare(table.high[i - 1], table.low[i - 1], table.high[i], table.low[i]) > 0) {
                throw place.corrupt("trace table is not sorted at row " + i);
            }
        }
        for (int i = 0; i < rows; i++) {
            table.lengths[i] = (int) bytes.varint("value length", BlockLayout.VALUE_BYTES_MAX);
            table.spans[i] = (int) bytes.varint("span count", Integer.MAX_VALUE);
            table.oldest[i] = bytes.varint64("oldest start");
            table.newest[i] = table.oldest[i] + bytes.varint64("newest start");
        }
        bytes.requireEnd("trace table");
        return table;
    }

    int rows() {
        return high.length;
    }

    long high(int row) {
        return high[row];
    }

    long low(int row) {
        return low[row];
    }

    int length(int row) {
        return lengths[row];
    }

    int spans(int row) {
        return spans[row];
    }

    long oldest(int row) {
        return oldest[row];
    }

    long newest(int row) {
        return newest[row];
    }
}
