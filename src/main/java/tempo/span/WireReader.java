package tempo.span;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * A bounds-checked cursor over protobuf wire format in a byte array. It never reads outside its range, and allocates nothing
 * but the exception. Nested messages are walked with the same cursor: {@link #enter} narrows the limit to the message just
 * met, {@link #leave} widens it again. Not thread-safe.
 *
 * <p>Format: <a href="https://protobuf.dev/programming-guides/encoding/">protobuf.dev, Encoding</a>.
 */
public final class WireReader {
    /** Wire type of int32, int64, uint32, uint64, sint32, sint64, bool and enum. */
    public static final int VARINT = 0;

    /** Wire type of fixed64, sfixed64 and double. */
    public static final int FIXED64 = 1;

    /** Wire type of string, bytes, messages and packed repeated fields. */
    public static final int LENGTH_DELIMITED = 2;

    /** Wire type that opens a group. */
    public static final int START_GROUP = 3;

    /** Wire type that closes a group. */
    public static final int END_GROUP = 4;

    /** Wire type of fixed32, sfixed32 and float. */
    public static final int FIXED32 = 5;

    /** Groups inside groups inside a skipped field, at most: protobuf's own limit. */
    static final int GROUP_DEPTH_MAX = 100;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] bytes;
    private int start;
    private int position;
    private int limit;
    private boolean padded;

    /**
     * A cursor at the start of {@code bytes[offset..offset + length)}. The array is read in place and must not change.
     *
     * @throws IndexOutOfBoundsException if the range does not lie inside the array
     */
    public WireReader(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        this.bytes = bytes;
        this.start = offset;
        this.position = offset;
        this.limit = offset + length;
    }

    /** A cursor at the start of {@code bytes}, to its end. */
    public WireReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    /**
     * Puts this cursor at the start of another range; offsets in errors count from there.
     *
     * @throws IndexOutOfBoundsException if the range does not lie inside the array
     */
    public void reset(byte[] newBytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, newBytes.length);
        bytes = newBytes;
        start = offset;
        position = offset;
        limit = offset + length;
    }

    /** The field number of a tag: 1 to 536,870,911. */
    public static int field(int tag) {
        return tag >>> 3;
    }

    /** The wire type of a tag: 0 to 5. */
    public static int wireType(int tag) {
        return tag & 7;
    }

    /** The tag of a field. */
    public static int tag(int field, int wireType) {
        return field << 3 | wireType;
    }

    /** True until the limit is reached. */
    public boolean hasNext() {
        return position < limit;
    }

    /** True if a varint that was read, ever since the last {@link #forgetPadded}, was longer than it had to be. */
    boolean sawPadded() {
        return padded;
    }

    void forgetPadded() {
        padded = false;
    }

    /** Index in the array of the next byte to read. */
    public int position() {
        return position;
    }

    /** Index in the array after the last byte that may be read. */
    public int limit() {
        return limit;
    }

    /**
     * Goes to {@code newPosition}, an array index between the start of the range and the limit, to walk a part again.
     *
     * @throws IndexOutOfBoundsException if it lies outside
     */
    public void seek(int newPosition) {
        if (newPosition < start || newPosition > limit) {
            throw new IndexOutOfBoundsException(
                    "position must be " + start + " to " + limit + " but is " + newPosition);
        }
        position = newPosition;
    }

    /**
     * Reads a tag.
     *
     * @throws MalformedProtobufException if the range ends, the field number is 0 or over 2^29 - 1, or the wire type unknown
     */
    public int readTag() throws MalformedProtobufException {
        if (position < limit && bytes[position] > 0) {
            int tag = bytes[position];
            if (tag >= 8 && (tag & 7) <= FIXED32) {
                position++;
                return tag;
            }
        }
        return readLongTag();
    }

    private int readLongTag() throws MalformedProtobufException {
        int at = position;
        long tag = readVarint64();
        if (tag >>> 32 != 0) {
            throw malformed("field number is over 536,870,911", at);
        }
        if (tag >>> 3 == 0) {
            throw malformed("field number is 0", at);
        }
        if ((tag & 7) > FIXED32) {
            throw malformed("wire type is " + (tag & 7), at);
        }
        return (int) tag;
    }

    /**
     * Reads a varint of up to 64 bits.
     *
     * @throws MalformedProtobufException if the range ends inside it or it runs past ten bytes
     */
    public long readVarint64() throws MalformedProtobufException {
        if (position < limit && bytes[position] >= 0) {
            return bytes[position++];
        }
        int at = position;
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (position == limit) {
                throw malformed("varint is cut off", at);
            }
            byte b = bytes[position++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                padded |= b == 0;
                return value;
            }
        }
        throw malformed("varint is longer than ten bytes", at);
    }

    /**
     * Reads a varint and keeps its low 32 bits, as protobuf does for int32, uint32 and enums.
     *
     * @throws MalformedProtobufException as {@link #readVarint64}
     */
    public int readVarint32() throws MalformedProtobufException {
        return (int) readVarint64();
    }

    /**
     * Reads 8 little-endian bytes.
     *
     * @throws MalformedProtobufException if fewer are left
     */
    public long readFixed64() throws MalformedProtobufException {
        if (limit - position < Long.BYTES) {
            throw malformed("fixed64 is cut off to " + (limit - position) + " bytes", position);
        }
        long value = (long) LONGS.get(bytes, position);
        position += Long.BYTES;
        return value;
    }

    /**
     * Reads 4 little-endian bytes.
     *
     * @throws MalformedProtobufException if fewer are left
     */
    public int readFixed32() throws MalformedProtobufException {
        if (limit - position < Integer.BYTES) {
            throw malformed("fixed32 is cut off to " + (limit - position) + " bytes", position);
        }
        int value = (int) INTS.get(bytes, position);
        position += Integer.BYTES;
        return value;
    }

    /**
     * Reads the length of a length-delimited field and stays before its first byte: the payload is
     * {@code [position(), position() + length)}, and lies inside the range.
     *
     * @throws MalformedProtobufException if the length runs past the limit
     */
    public int readLength() throws MalformedProtobufException {
        int at = position;
        long length = readVarint64();
        if (length < 0 || length > limit - position) {
            throw malformed(
                    "length is " + Long.toUnsignedString(length) + " but " + (limit - position) + " bytes are left",
                    at);
        }
        return (int) length;
    }

    /**
     * Reads the length of a nested message and narrows the limit to its end.
     *
     * @return the limit before, to be given to {@link #leave}
     * @throws MalformedProtobufException if the length runs past the limit
     */
    public int enter() throws MalformedProtobufException {
        int length = readLength();
        int outerLimit = limit;
        limit = position + length;
        return outerLimit;
    }

    /** Goes to the end of the nested message, whatever of it is unread, and widens the limit again. */
    public void leave(int outerLimit) {
        position = limit;
        limit = outerLimit;
    }

    /**
     * Passes over {@code count} bytes.
     *
     * @throws MalformedProtobufException if fewer are left
     */
    public void skip(int count) throws MalformedProtobufException {
        if (count < 0 || count > limit - position) {
            throw malformed(count + " bytes are wanted but " + (limit - position) + " are left", position);
        }
        position += count;
    }

    /**
     * Passes over the value of the field whose tag was just read, groups included.
     *
     * @throws MalformedProtobufException if the value is cut off, a group ends that was not opened, is not closed or is closed
     *     by another field's end, or groups are nested more than 100 deep
     */
    public void skipField(int tag) throws MalformedProtobufException {
        skipField(tag, 0);
    }

    private void skipField(int tag, int depth) throws MalformedProtobufException {
        switch (wireType(tag)) {
            case VARINT -> readVarint64();
            case FIXED64 -> skip(Long.BYTES);
            case LENGTH_DELIMITED -> skip(readLength());
            case START_GROUP -> skipGroup(field(tag), depth + 1);
            case FIXED32 -> skip(Integer.BYTES);
            default -> throw malformed("group " + field(tag) + " ends but was not opened", position);
        }
    }

    private void skipGroup(int field, int depth) throws MalformedProtobufException {
        int at = position;
        if (depth > GROUP_DEPTH_MAX) {
            throw malformed("groups are nested more than " + GROUP_DEPTH_MAX + " deep", at);
        }
        while (position < limit) {
            int tag = readTag();
            if (wireType(tag) == END_GROUP) {
                if (field(tag) != field) {
                    throw malformed("group " + field + " is closed as group " + field(tag), position);
                }
                return;
            }
            skipField(tag, depth);
        }
        throw malformed("group " + field + " is not closed", at);
    }

    /** A fault at an array index of the current range. */
    public MalformedProtobufException malformed(String what, int at) {
        return new MalformedProtobufException(what, at - start);
    }
}
