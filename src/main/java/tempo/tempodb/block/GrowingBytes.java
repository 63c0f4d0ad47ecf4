package tempo.tempodb.block;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A little-endian byte array that grows as it is written and keeps its room when cleared. */
final class GrowingBytes {
    private byte[] array;
    private int length;

    GrowingBytes(int capacity) {
        array = new byte[capacity];
    }

    byte[] array() {
        return array;
    }

    int length() {
        return length;
    }

    /** Takes {@code count} bytes that were written to {@link #array()} behind the end. */
    void extend(int count) {
        length += count;
    }

    /** Empties it; gives back what is more than {@code keepBytes} of room. */
    void clear(int keepBytes) {
        length = 0;
        if (array.length > keepBytes) {
            array = new byte[keepBytes];
        }
    }

    /** Makes room for {@code count} more bytes. */
    void reserve(int count) {
        int needed = Math.addExact(length, count);
        if (needed > array.length) {
            array = Arrays.copyOf(array, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, 2L * array.length)));
        }
    }

    void put(byte[] source, int offset, int count) {
        reserve(count);
        System.arraycopy(source, offset, array, length, count);
        length += count;
    }

    /** Appends the remaining bytes of {@code source}, whose position stays. */
    void put(ByteBuffer source) {
        int count = source.remaining();
        reserve(count);
        source.get(source.position(), array, length, count);
        length += count;
    }

    void putVarint(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            array[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        array[length++] = (byte) rest;
    }

    /** What was written, for reading. */
    ByteBuffer written() {
        return ByteBuffer.wrap(array, 0, length).order(ByteOrder.LITTLE_ENDIAN);
    }
}
