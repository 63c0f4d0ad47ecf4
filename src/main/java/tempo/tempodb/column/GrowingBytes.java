package tempo.tempodb.column;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A little-endian byte array that grows as it is written and keeps its room when cleared. Not thread-safe. */
public final class GrowingBytes {
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] array;
    private int length;

    /** An empty array with room for so many bytes. */
    public GrowingBytes(int capacity) {
        array = new byte[capacity];
    }

    /** The bytes written so far, and behind them free room; replaced when it grows. */
    public byte[] array() {
        return array;
    }

    /** How many bytes have been written. */
    public int length() {
        return length;
    }

    /** Takes {@code count} bytes that were written to {@link #array()} behind the end. */
    public void extend(int count) {
        length += count;
    }

    /** Takes back all but the first {@code newLength} bytes. */
    public void truncate(int newLength) {
        length = newLength;
    }

    /** Empties it; gives back what is more than {@code keepBytes} of room. */
    public void clear(int keepBytes) {
        length = 0;
        if (array.length > keepBytes) {
            array = new byte[keepBytes];
        }
    }

    /** Makes room for {@code count} more bytes. */
    public void reserve(int count) {
        int needed = Math.addExact(length, count);
        if (needed > array.length) {
            array = Arrays.copyOf(array, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, 2L * array.length)));
        }
    }

    /** Appends {@code source[offset..offset + count)}. */
    public void put(byte[] source, int offset, int count) {
        reserve(count);
        System.arraycopy(source, offset, array, length, count);
        length += count;
    }

    /** Appends the remaining bytes of {@code source}, whose position stays. */
    public void put(ByteBuffer source) {
        int count = source.remaining();
        reserve(count);
        source.get(source.position(), array, length, count);
        length += count;
    }

    /** Appends a varint, the lowest seven bits first. */
    public void putVarint(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            array[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        array[length++] = (byte) rest;
    }

    /** Appends one byte. */
    public void put(int value) {
        reserve(1);
        array[length++] = (byte) value;
    }

    /** Appends 4 bytes. */
    public void putInt(int value) {
        reserve(Integer.BYTES);
        INTS.set(array, length, value);
        length += Integer.BYTES;
    }

    /** Appends 8 bytes. */
    public void putLong(long value) {
        reserve(Long.BYTES);
        LONGS.set(array, length, value);
        length += Long.BYTES;
    }

    /** What was written, for reading. */
    public ByteBuffer written() {
        return ByteBuffer.wrap(array, 0, length).order(ByteOrder.LITTLE_ENDIAN);
    }
}
