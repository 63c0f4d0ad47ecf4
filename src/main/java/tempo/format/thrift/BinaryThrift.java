package tempo.format.thrift;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import tempo.format.FormatException;

/** The binary protocol: big-endian numbers. */
public final class BinaryThrift extends ThriftReader {
    private static final VarHandle SHORTS = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int VERSION_MASK = 0xffff_0000;
    private static final int VERSION = 0x8001_0000;

    /** Reads {@code bytes[offset..offset + length)}. */
    public BinaryThrift(byte[] bytes, int offset, int length) {
        super(bytes, offset, length);
    }

    @Override
    public boolean readBool() throws FormatException {
        return readByte() != 0;
    }

    @Override
    public int readI16() throws FormatException {
        return (short) SHORTS.get(bytes, take(Short.BYTES));
    }

    @Override
    public int readI32() throws FormatException {
        return (int) INTS.get(bytes, take(Integer.BYTES));
    }

    @Override
    public long readI64() throws FormatException {
        return (long) LONGS.get(bytes, take(Long.BYTES));
    }

    @Override
    public double readDouble() throws FormatException {
        return Double.longBitsToDouble(readI64());
    }

    /** Both with a version, which all write now, and without. */
    @Override
    public String readMessage() throws FormatException {
        int first = readI32();
        String name;
        if (first < 0) {
            if ((first & VERSION_MASK) != VERSION) {
                throw malformed("message has version " + Integer.toHexString(first & VERSION_MASK));
            }
            name = readString();
        } else {
            position -= Integer.BYTES;
            name = readString();
            readByte();
        }
        readI32();
        return name;
    }

    @Override
    void enterStruct() {
        // Nothing marks it.
    }

    @Override
    void leaveStruct() {
        // Nothing marks it.
    }

    @Override
    void readField() throws FormatException {
        type = readByte();
        field = type == STOP ? 0 : readI16();
    }

    @Override
    int readListHeader() throws FormatException {
        int of = readByte();
        int count = requireCount(readI32());
        elementType = of;
        return count;
    }

    @Override
    void skipMap() throws FormatException {
        int keys = readByte();
        int values = readByte();
        int count = requireCount(readI32());
        for (int i = 0; i < count; i++) {
            skip(keys);
            skip(values);
        }
    }

    @Override
    int readSize() throws FormatException {
        return readI32();
    }

    private int take(int count) throws FormatException {
        if (limit - position < count) {
            throw malformed("value is cut off");
        }
        int at = position;
        position += count;
        return at;
    }
}
