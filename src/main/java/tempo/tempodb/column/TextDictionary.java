package tempo.tempodb.column;

import java.util.Arrays;
import tempo.span.WireHash;

/**
 * The patterns of a column of texts, for as many groups as share it, while these are written. When new patterns come as fast as
 * values it does not pay any more, and the pages that follow do without. A look-up makes no object. Not thread-safe.
 */
public final class TextDictionary {
    private static final int PATTERNS_FREE = 1024;
    private static final int PATTERNS_MAX = 1 << 16;
    private static final int BYTES_MAX = 1 << 20;
    private static final int VALUES_PER_PATTERN = 4;

    private final GrowingBytes bytes = new GrowingBytes(256);
    private int[] ends = new int[16];
    private int[] slotCounts = new int[16];
    private long[] hashes = new long[16];
    private int[] table = new int[32];
    private int count;
    private long values;

    /** How many patterns there are. */
    public int size() {
        return count;
    }

    /** About what it occupies in memory, in bytes. */
    public long bytes() {
        return bytes.length() + 28L * count;
    }

    /** True if pages had better do without. */
    boolean isFull() {
        return count > PATTERNS_FREE && count > values / VALUES_PER_PATTERN
                || count >= PATTERNS_MAX
                || bytes.length() > BYTES_MAX;
    }

    int slots(int code) {
        return slotCounts[code];
    }

    /** Counts values that were found to have patterns of it without asking for their codes. */
    void countValues(int more) {
        values += more;
    }

    /** Appends the text that a pattern and its slots, from {@code slots[at]} on, are of. */
    void join(int code, long[] slots, int at, GrowingBytes out) {
        TextPattern.join(bytes.array(), start(code), ends[code], slots, at, out);
    }

    /** The hash of a pattern's bytes. */
    long hash(int code) {
        return hashes[code];
    }

    /** The code of {@code pattern[from..to)} with so many slots, a new one if it was not here. */
    int code(byte[] pattern, int from, int to, int slots) {
        values++;
        long hash = WireHash.of(pattern, from, to - from);
        int place = (int) hash & table.length - 1;
        while (table[place] != 0) {
            int code = table[place] - 1;
            if (hashes[code] == hash && Arrays.equals(bytes.array(), start(code), ends[code], pattern, from, to)) {
                return code;
            }
            place = place + 1 & table.length - 1;
        }
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, count * 2);
            slotCounts = Arrays.copyOf(slotCounts, count * 2);
            hashes = Arrays.copyOf(hashes, count * 2);
        }
        bytes.put(pattern, from, to - from);
        ends[count] = bytes.length();
        slotCounts[count] = slots;
        hashes[count] = hash;
        table[place] = ++count;
        if (2 * count > table.length) {
            rehash();
        }
        return count - 1;
    }

    /**
     * Appends the dictionary:
     *
     * <pre>
     * count: varint; and if it is not 0
     *   lengths of the patterns: page of integers, its length before it: varint
     *   bytes of all patterns: varint, a zstd frame of them
     * </pre>
     */
    public void encode(GrowingBytes out) {
        out.putVarint(count);
        if (count == 0) {
            return;
        }
        long[] lengths = new long[count];
        for (int i = 0; i < count; i++) {
            lengths[i] = ends[i] - start(i);
        }
        GrowingBytes page = new GrowingBytes(64);
        LongPage.encode(lengths, count, page);
        out.putVarint(page.length());
        out.put(page.array(), 0, page.length());
        out.putVarint(bytes.length());
        Zstd.compress(bytes.array(), 0, bytes.length(), out);
    }

    private int start(int code) {
        return code == 0 ? 0 : ends[code - 1];
    }

    private void rehash() {
        table = new int[table.length * 2];
        for (int i = 0; i < count; i++) {
            int place = (int) hashes[i] & table.length - 1;
            while (table[place] != 0) {
                place = place + 1 & table.length - 1;
            }
            table[place] = i + 1;
        }
    }
}
