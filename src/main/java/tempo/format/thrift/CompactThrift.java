package tempo.format.thrift;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import tempo.format.FormatException;

/** The compact protocol: numbers as varints in zigzag, fields by their distance to the one before. */
public final class CompactThrift extends ThriftReader {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int PROTOCOL_ID = 0x82;
    private static final int VERSION_MASK = 0x1f;
    private static final int VERSION = 1;
    private static final int VARINT_BYTES_MAX = 10;
    private static final int TRUE = 1;
    private static final int SHORT_COUNT_MAX = 14;

    /** By type of this protocol: that of the binary one. */
    private static final int[] TYPES = {STOP, BOOL, BOOL, BYTE, I16, I32, I64, DOUBLE, STRING, LIST, SET, MAP, STRUCT};

    /** By struct that is open: the number of its last field. */
    private int[] lastFields = new int[8];

    private int open;
    private boolean fieldIsBool;
    private boolean fieldValue;

    /** Reads {@code bytes[offset..offset + length)}. */
    public CompactThrift(byte[] bytes, int offset, int length) {
        super(bytes, offset, length);
    }

    @Override
    public boolean readBool() throws FormatException {
        if (fieldIsBool) {
            fieldIsBool = false;
            return fieldValue;
        }
        return readByte() == TRUE;
    }

    @Override
    public int readI16() throws FormatException {
        return (short) readI64();
    }

    @Override
    public int readI32() throws FormatException {
        return (int) readI64();
    }

    @Override
    public long readI64() throws FormatException {
        long value = readVarint();
        return value >>> 1 ^ -(value & 1);
    }

    @Override
    public double readDouble() throws FormatException {
        if (limit - position < Long.BYTES) {
            throw malformed("value is cut off");
        }
        double value = Double.longBitsToDouble((long) LONGS.get(bytes, position));
        position += Long.BYTES;
        return value;
    }

    @Override
    public String readMessage() throws FormatException {
        int id = readByte() & 0xff;
        if (id != PROTOCOL_ID) {
            throw malformed(
                    "message begins with " + Integer.toHexString(id) + " and not " + Integer.toHexString(PROTOCOL_ID));
        }
        int version = readByte() & VERSION_MASK;
        if (version != VERSION) {
            throw malformed("message has version " + version);
        }
        readVarint();
        return readString();
    }

    @Override
    void enterStruct() {
        if (open == lastFields.length) {
            lastFields = Arrays.copyOf(lastFields, 2 * open);
        }
        lastFields[open++] = 0;
    }

    @Override
    void leaveStruct() {
        open--;
    }

    @Override
    void readField() throws FormatException {
        int header = readByte() & 0xff;
        int compact = header & 0xf;
        type = typeOf(compact);
        if (type == STOP) {
            field = 0;
            return;
        }
        int distance = header >>> 4;
        field = distance == 0 ? readI16() : lastFields[open - 1] + distance;
        lastFields[open - 1] = field;
        fieldIsBool = type == BOOL;
        fieldValue = compact == TRUE;
    }

    @Override
    int readListHeader() throws FormatException {
        int header = readByte() & 0xff;
        int count = header >>> 4;
        if (count > SHORT_COUNT_MAX) {
            count = readSize();
        }
        requireCount(count);
        elementType = typeOf(header & 0xf);
        fieldIsBool = false;
        return count;
    }

    @Override
    void skipMap() throws FormatException {
        int count = requireCount(readSize());
        if (count == 0) {
            return;
        }
        int header = readByte() & 0xff;
        int keys = typeOf(header >>> 4);
        int values = typeOf(header & 0xf);
        for (int i = 0; i < count; i++) {
            skip(keys);
            skip(values);
        }
    }

    @Override
    int readSize() throws FormatException {
        long size = readVarint();
        return size < 0 || size > Integer.MAX_VALUE ? -1 : (int) size;
    }

    private int typeOf(int compact) throws FormatException {
        if (compact >= TYPES.length) {
            throw malformed("type " + compact + " is not known");
        }
        return TYPES[compact];
    }

    private long readVarint() throws FormatException {
        long value = 0;
        for (int i = 0; i < VARINT_BYTES_MAX; i++) {
            int next = readByte();
            value |= (long) (next & 0x7f) << 7 * i;
            if (next >= 0) {
                return value;
            }
        }
        throw malformed("varint has more than " + VARINT_BYTES_MAX + " bytes");
    }
}
