package tempo.tempodb.spans;

import java.util.Arrays;
import tempo.tempodb.column.ByteHash;
import tempo.tempodb.column.GrowingBytes;

/** Numbers for different byte strings, counted from 0. A look-up makes no object. Not thread-safe. */
final class ByteTable {
    private final GrowingBytes bytes = new GrowingBytes(256);
    private int[] ends = new int[16];
    private long[] hashes = new long[16];
    private int[] slots = new int[32];
    private int count;

    /** How many there are. */
    int count() {
        return count;
    }

    int offset(int number) {
        return number == 0 ? 0 : ends[number - 1];
    }

    int length(int number) {
        return ends[number] - offset(number);
    }

    /** All strings, one behind the other. */
    byte[] array() {
        return bytes.array();
    }

    long retainedBytes() {
        return bytes.length() + 24L * count;
    }

    /** The number of {@code source[offset..offset + length)}, a new one if it was not here. */
    int add(byte[] source, int offset, int length) {
        long hash = ByteHash.of(source, offset, length);
        int slot = find(hash, source, offset, length);
        if (slots[slot] != 0) {
            return slots[slot] - 1;
        }
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, count * 2);
            hashes = Arrays.copyOf(hashes, count * 2);
        }
        bytes.put(source, offset, length);
        ends[count] = bytes.length();
        hashes[count] = hash;
        slots[slot] = ++count;
        if (2 * count > slots.length) {
            rehash();
        }
        return count - 1;
    }

    /** True if {@link #add} would not add. */
    boolean contains(byte[] source, int offset, int length) {
        return slots[find(ByteHash.of(source, offset, length), source, offset, length)] != 0;
    }

    boolean equals(int number, byte[] source, int offset, int length) {
        int start = offset(number);
        return Arrays.equals(bytes.array(), start, ends[number], source, offset, offset + length);
    }

    /** Appends how many there are, and each with its length. */
    void encode(GrowingBytes out) {
        out.putVarint(count);
        for (int i = 0; i < count; i++) {
            out.putVarint(length(i));
        }
        out.put(bytes.array(), 0, bytes.length());
    }

    /** The slot of this string, or the empty one where it belongs. */
    private int find(long hash, byte[] source, int offset, int length) {
        int slot = slotOf(hash);
        while (slots[slot] != 0) {
            int number = slots[slot] - 1;
            if (hashes[number] == hash && equals(number, source, offset, length)) {
                break;
            }
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }

    private void rehash() {
        slots = new int[slots.length * 2];
        for (int i = 0; i < count; i++) {
            int slot = slotOf(hashes[i]);
            while (slots[slot] != 0) {
                slot = slot + 1 & slots.length - 1;
            }
            slots[slot] = i + 1;
        }
    }

    private int slotOf(long hash) {
        return (int) hash & slots.length - 1;
    }
}
