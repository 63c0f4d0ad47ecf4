package tempo.span;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * Writes protobuf wire format into a byte array that grows, up to 2^31 - 9 bytes. Nested messages are opened with
 * {@link #begin} and closed with {@link #end}, which puts the length in front. Writes what it is told: leaving out default
 * values is the caller's business. Not thread-safe.
 */
public final class WireWriter {
    private static final int CAPACITY_MIN = 64;
    static final int CAPACITY_MAX = Integer.MAX_VALUE - 8;
    private static final int VARINT_BYTES_MAX = 10;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] bytes;
    private int size;

    /** A writer with room for {@code capacity} bytes before it first grows. */
    public WireWriter(int capacity) {
        bytes = new byte[Math.max(capacity, CAPACITY_MIN)];
    }

    /** Bytes written so far. */
    public int size() {
        return size;
    }

    /** A copy of what was written. */
    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    /** What was written; the buffer itself if it is exactly full, so a size known before costs no copy. Ends the writing. */
    public byte[] take() {
        return size == bytes.length ? bytes : toByteArray();
    }

    /** The buffer itself, of which {@code [0..size())} is written; valid until the next write. */
    public byte[] buffer() {
        return bytes;
    }

    /** Forgets what was written and keeps the buffer. */
    public void clear() {
        size = 0;
    }

    /** Forgets everything after the first {@code newSize} bytes, to take back a field. */
    public void truncate(int newSize) {
        Objects.checkIndex(newSize, size + 1);
        size = newSize;
    }

    /** Bytes that {@link #rawVarint} writes for {@code value}: 1 to 10. */
    public static int varintSize(long value) {
        return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }

    /** A tag alone. */
    public void tag(int field, int wireType) {
        rawVarint(Integer.toUnsignedLong(WireReader.tag(field, wireType)));
    }

    /** A varint without a tag. */
    public void rawVarint(long value) {
        if (bytes.length - size < VARINT_BYTES_MAX) {
            ensure(varintSize(value));
        }
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** Bytes as they are, without tag or length. */
    public void raw(byte[] source, int offset, int length) {
        ensure(length);
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
    }

    /** A field of int32, int64, uint32, uint64, bool or enum; negative numbers take ten bytes, as in protobuf. */
    public void varint(int field, long value) {
        tag(field, WireReader.VARINT);
        rawVarint(value);
    }

    /** A field of fixed64, or of double by its bits. */
    public void fixed64(int field, long value) {
        tag(field, WireReader.FIXED64);
        ensure(Long.BYTES);
        LONGS.set(bytes, size, value);
        size += Long.BYTES;
    }

    /** A field of fixed32. */
    public void fixed32(int field, int value) {
        tag(field, WireReader.FIXED32);
        ensure(Integer.BYTES);
        INTS.set(bytes, size, value);
        size += Integer.BYTES;
    }

    /** A field of bytes, a string in UTF-8, or a nested message that is serialized already. */
    public void bytes(int field, byte[] source, int offset, int length) {
        tag(field, WireReader.LENGTH_DELIMITED);
        rawVarint(length);
        raw(source, offset, length);
    }

    /** A string field. */
    public void string(int field, String value) {
        byte[] utf8 = value.getBytes(UTF_8);
        bytes(field, utf8, 0, utf8.length);
    }

    /**
     * Opens a nested message; fields written next belong to it.
     *
     * @return a mark to be given to {@link #end}; inner messages are closed before outer ones
     */
    public int begin(int field) {
        tag(field, WireReader.LENGTH_DELIMITED);
        // One byte of length is enough for most messages; end() makes room if it is not.
        ensure(1);
        return size++;
    }

    /** Closes the nested message that {@link #begin} opened. */
    public void end(int mark) {
        int body = mark + 1;
        int length = size - body;
        int more = varintSize(length) - 1;
        if (more > 0) {
            ensure(more);
            System.arraycopy(bytes, body, bytes, body + more, length);
        }
        size = mark;
        rawVarint(length);
        size += length;
    }

    private void ensure(int more) {
        if (bytes.length - size >= more) {
            return;
        }
        long needed = (long) size + more;
        if (needed > CAPACITY_MAX) {
            throw new IllegalStateException("message may have " + CAPACITY_MAX + " bytes but needs " + needed);
        }
        bytes = Arrays.copyOf(bytes, (int) Math.min(CAPACITY_MAX, Math.max(needed, bytes.length * 2L)));
    }
}
