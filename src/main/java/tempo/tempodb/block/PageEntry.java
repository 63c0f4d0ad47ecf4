package tempo.tempodb.block;

import java.nio.ByteBuffer;

/**
 * One page in a group's page directory:
 *
 * <pre>
 *  0 u16 kind   2 u16 encoding   4 u32 column (0: opaque)   8 u32 offset from the group's start
 * 12 u32 stored length   16 u32 raw length   20 u32 rows   24 u32 CRC-32C of the stored bytes   28 u32 0
 * </pre>
 *
 * @param rows entries in it
 */
record PageEntry(int kind, int encoding, int offset, int storedLength, int rawLength, int rows, int crc) {
    void write(ByteBuffer target) {
        target.putShort((short) kind).putShort((short) encoding).putInt(0).putInt(offset);
        target.putInt(storedLength).putInt(rawLength).putInt(rows).putInt(crc).putInt(0);
    }

    /** Reads an entry of a group of {@code groupBytes} whose header ends at {@code headerBytes}. */
    static PageEntry read(CheckedBytes bytes, int headerBytes, int groupBytes, BlockPlace place)
            throws CorruptBlockException {
        int kind = bytes.u16("page kind");
        int encoding = bytes.u16("page encoding");
        bytes.bits32("page column");
        int offset = bytes.u32("page offset", groupBytes);
        int storedLength = bytes.u32("page stored length", groupBytes - offset);
        if (offset < headerBytes) {
            throw place.corrupt("page starts in the group's header, at " + offset);
        }
        boolean table = kind == BlockLayout.PAGE_TRACE_TABLE;
        int rawMax = table ? BlockLayout.TRACE_TABLE_BYTES_MAX : BlockLayout.VALUE_BYTES_MAX;
        int rawLength = bytes.u32("page raw length", rawMax);
        int rows = bytes.u32("page rows", BlockLayout.GROUP_ENTRIES_MAX);
        int crc = bytes.bits32("page crc");
        bytes.bits32("page reserved");
        return new PageEntry(kind, encoding, offset, storedLength, rawLength, rows, crc);
    }
}
