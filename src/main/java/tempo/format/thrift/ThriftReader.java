package tempo.format.thrift;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import tempo.format.Extent;
import tempo.format.FormatException;

/*
 * Own code, since a receiver of hostile bytes needs what libthrift's protocols over a transport do not give: no allocation by a length
 * that the bytes do not back, a bound on depth, errors with the byte.
 */
/**
 * Reads Thrift structs from a range of bytes: fields are asked for one by one, what is not known is passed over. Nothing is allocated for
 * a length or a count before its bytes are there. Not thread-safe.
 *
 * <p>Source: <a href="https://github.com/apache/thrift/tree/master/doc/specs">thrift-binary-protocol.md, thrift-compact-protocol.md</a>.
 */
public abstract sealed class ThriftReader permits BinaryThrift, CompactThrift {
    /** Types of values, as in the binary protocol. */
    public static final int STOP = 0;

    public static final int BOOL = 2;
    public static final int BYTE = 3;
    public static final int DOUBLE = 4;
    public static final int I16 = 6;
    public static final int I32 = 8;
    public static final int I64 = 10;
    public static final int STRING = 11;
    public static final int STRUCT = 12;
    public static final int MAP = 13;
    public static final int SET = 14;
    public static final int LIST = 15;

    private static final int DEPTH_MAX = 32;

    final byte[] bytes;
    final int limit;
    private final int start;
    int position;

    /** Number and type of the field that {@link #nextField} found. */
    int field;

    int type;

    /** Of the list that {@link #beginList} found. */
    int elementType;

    private int depth;

    ThriftReader(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        this.start = offset;
        this.position = offset;
        this.limit = offset + length;
    }

    /** Goes into a struct; {@link #nextField} ends it. */
    public final void beginStruct() throws FormatException {
        if (++depth > DEPTH_MAX) {
            throw malformed("structs are nested more than " + DEPTH_MAX + " deep");
        }
        enterStruct();
    }

    /** True if the struct has another field, whose value is next; if not, the struct is left. */
    public final boolean nextField() throws FormatException {
        readField();
        if (type != STOP) {
            return true;
        }
        depth--;
        leaveStruct();
        return false;
    }

    /** Number of the field that was found. */
    public final int field() {
        return field;
    }

    /** True if the field that was found has this number and type. */
    public final boolean is(int number, int wanted) {
        return field == number && type == wanted;
    }

    /** Passes over the value of the field that was found. */
    public final void skip() throws FormatException {
        skip(type);
    }

    /**
     * Begins a list or set.
     *
     * @return how many elements follow; each takes at least a byte, so there are not more than bytes are left
     * @throws FormatException if they are not of the wanted type
     */
    public final int beginList(int wanted) throws FormatException {
        int count = readListHeader();
        if (count > 0 && elementType != wanted) {
            throw malformed("list has elements of type " + elementType + " and not " + wanted);
        }
        return count;
    }

    /** Where a byte array or string is, as an {@link Extent}: nothing is copied. */
    public final long readExtent() throws FormatException {
        int length = readLength();
        int at = position;
        position += length;
        return Extent.of(at, length);
    }

    /** Index in the array of what is next. */
    public final int position() {
        return position;
    }

    /** Goes to a {@link #position} before or behind a value, while no struct inside it is open. */
    public final void seek(int before) {
        position = before;
    }

    /** A byte array; copied. */
    public final byte[] readBinary() throws FormatException {
        int length = readLength();
        byte[] value = Arrays.copyOfRange(bytes, position, position + length);
        position += length;
        return value;
    }

    /** A string in UTF-8; what is not valid is replaced. */
    public final String readString() throws FormatException {
        int length = readLength();
        String value = new String(bytes, position, length, UTF_8);
        position += length;
        return value;
    }

    public abstract boolean readBool() throws FormatException;

    public abstract int readI16() throws FormatException;

    public abstract int readI32() throws FormatException;

    public abstract long readI64() throws FormatException;

    public abstract double readDouble() throws FormatException;

    abstract void enterStruct();

    abstract void leaveStruct();

    abstract void readField() throws FormatException;

    /** Sets {@link #elementType}. */
    abstract int readListHeader() throws FormatException;

    abstract void skipMap() throws FormatException;

    abstract int readSize() throws FormatException;

    /** The message's header, of a call; its arguments are the struct that follows. Returns the method's name. */
    public abstract String readMessage() throws FormatException;

    /** Bytes that are left. */
    public final int remaining() {
        return limit - position;
    }

    final void skip(int valueType) throws FormatException {
        switch (valueType) {
            case BOOL -> readBool();
            case BYTE -> readByte();
            case I16 -> readI16();
            case I32 -> readI32();
            case I64 -> readI64();
            case DOUBLE -> readDouble();
            case STRING -> position += readLength();
            case STRUCT -> {
                beginStruct();
                while (nextField()) {
                    skip(type);
                }
            }
            case LIST, SET -> {
                int count = readListHeader();
                int of = elementType;
                descend();
                for (int i = 0; i < count; i++) {
                    skip(of);
                }
                depth--;
            }
            case MAP -> {
                descend();
                skipMap();
                depth--;
            }
            default -> throw malformed("type " + valueType + " is not known");
        }
    }

    private void descend() throws FormatException {
        if (++depth > DEPTH_MAX) {
            throw malformed("values are nested more than " + DEPTH_MAX + " deep");
        }
    }

    final int readByte() throws FormatException {
        if (position >= limit) {
            throw malformed("value is cut off");
        }
        return bytes[position++];
    }

    final int readLength() throws FormatException {
        int length = readSize();
        if (length < 0 || length > limit - position) {
            throw malformed("length is " + length + " but " + (limit - position) + " bytes are left");
        }
        return length;
    }

    final int requireCount(int count) throws FormatException {
        if (count < 0 || count > limit - position) {
            throw malformed("count is " + count + " but " + (limit - position) + " bytes are left");
        }
        return count;
    }

    final FormatException malformed(String what) {
        return new FormatException("thrift is not valid: " + what + ", at byte " + (position - start));
    }
}
