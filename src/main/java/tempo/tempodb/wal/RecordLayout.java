package tempo.tempodb.wal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A record as it lies in a segment, little-endian, at an offset divisible by 8:
 *
 * <pre>
 *  0        4        8                16       20       24       28   30   32       36   37
 * +--------+--------+----------------+--------+--------+--------+----+----+--------+----+-------+
 * | header | body   | commit number  | epoch  | commit | body   |ten.|uni-| offset |type| zeros |
 * | crc    | bytes  |                |        | start  | crc    |byt.|ts  |  / 8   |    |       |
 * +--------+--------+----------------+--------+--------+--------+----+----+--------+----+-------+
 * 40
 * +----------------+-------------------------------------------+- - - - - - - - - - -+
 * | tenant (UTF-8) | payload                                   | zeros to 8 bytes    |
 * +----------------+-------------------------------------------+- - - - - - - - - - -+
 * </pre>
 *
 * <ul>
 *   <li>header crc: CRC32C of bytes 4 to 40 and the segment's salt. The salt is random, in the segment's header and in
 *       its first record, and in no other: so neither a leftover of the file's former use nor a payload that imitates a
 *       record is ever taken for one, wherever the search for the next record starts.
 *   <li>commit number: counts up over the whole log; all records written and forced together have the same.
 *   <li>commit start: offset / 8 of the first record of that commit. When a commit is begun all before it is durable: a
 *       damaged place before the start of a commit that left a valid record is corruption, one behind is a torn tail.
 *   <li>body crc: CRC32C of tenant and payload.
 * </ul>
 */
final class RecordLayout {
    static final int HEADER_CRC = 0;
    static final int BODY_BYTES = 4;
    static final int COMMIT = 8;
    static final int EPOCH = 16;
    static final int COMMIT_START = 20;
    static final int BODY_CRC = 24;
    static final int TENANT_BYTES = 28;
    static final int UNITS = 30;
    static final int OFFSET = 32;
    static final int TYPE = 36;
    static final int HEADER_BYTES = 40;

    /** What a caller appended. */
    static final byte DATA = 1;
    /** First in a segment, written when the segment is prepared; the body is the salt, and the crc goes without it. */
    static final byte BEGIN = 2;
    /** First of the first commit in a segment: epoch and durable end (8 bytes each) of the segment before, or zeros. */
    static final byte LINK = 3;

    static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle BUFFER_INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private RecordLayout() {}

    /** Returns the bytes that a record with a body of {@code bodyBytes} takes in a segment, padding included. */
    static long recordBytes(long bodyBytes) {
        return HEADER_BYTES + bodyBytes + 7 & ~7L;
    }
}
