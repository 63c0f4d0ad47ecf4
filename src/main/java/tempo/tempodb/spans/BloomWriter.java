package tempo.tempodb.spans;

import java.util.Arrays;
import tempo.span.WireHash;
import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.column.GrowingLongs;
import tempo.tempodb.column.SplitBlockBloom;
import tempo.tempodb.column.TextColumn;

/**
 * Makes the blooms of a group's columns:
 *
 * <pre>
 * columns: varint, then for each, rising
 *   number, less the one before and 1: varint, kind: u8, blocks: varint, so many blocks of 32 bytes
 * </pre>
 *
 * Not thread-safe.
 */
final class BloomWriter {
    /** The hashes are of numbers; of the patterns of texts; of texts. */
    static final int NUMBERS = 0;

    static final int PATTERNS = 1;
    static final int PLAIN = 2;

    /** A column with no more different values than this is read as fast as its bloom. */
    private static final int VALUES_FREE = 64;

    /** Numbers this close are ports, codes and sizes, of which nobody looks for a single one. */
    private static final long NUMBERS_APART_MIN = 1 << 16;

    private final GrowingBytes entries = new GrowingBytes(4096);
    private final GrowingLongs hashes = new GrowingLongs();
    private long[] table = new long[256];
    private int columns;
    private int last = -1;

    /** True if columns of items of this kind have blooms. */
    static boolean has(int kind) {
        return kind == Item.ATTRIBUTE_INT
                || kind == Item.TEXT
                || kind == Item.ATTRIBUTE_STRING
                || kind == Item.ATTRIBUTE_BYTES;
    }

    void numbers(int column, GrowingLongs values) {
        if (values.count() <= VALUES_FREE) {
            return;
        }
        long minimum = values.get(0);
        long maximum = minimum;
        hashes.truncate(0);
        for (int i = 0; i < values.count(); i++) {
            long value = values.get(i);
            minimum = Math.min(minimum, value);
            maximum = Math.max(maximum, value);
            hashes.add(WireHash.join(0, value));
        }
        if (Long.compareUnsigned(maximum - minimum, NUMBERS_APART_MIN) >= 0) {
            add(column, NUMBERS);
        }
    }

    void texts(int column, TextColumn values) {
        if (values.count() > VALUES_FREE) {
            hashes.truncate(0);
            values.hashes(hashes);
            add(column, values.hasPatterns() ? PATTERNS : PLAIN);
        }
    }

    /** The blooms of the columns so far; begins anew. */
    byte[] finish() {
        GrowingBytes out = new GrowingBytes(entries.length() + 8);
        out.putVarint(columns);
        out.put(entries.array(), 0, entries.length());
        entries.truncate(0);
        columns = 0;
        last = -1;
        return Arrays.copyOf(out.array(), out.length());
    }

    private void add(int column, int kind) {
        int distinct = distinct();
        if (distinct <= VALUES_FREE) {
            return;
        }
        int blocks = SplitBlockBloom.blocks(distinct);
        entries.putVarint(column - last - 1L);
        entries.put(kind);
        entries.putVarint(blocks);
        SplitBlockBloom.encode(hashes.array(), distinct, blocks, entries);
        last = column;
        columns++;
    }

    /** Moves the different hashes to the front; returns how many there are. */
    private int distinct() {
        int slots = Integer.highestOneBit(hashes.count()) * 4;
        if (table.length < slots) {
            table = new long[slots];
        }
        Arrays.fill(table, 0, slots, 0);
        long[] values = hashes.array();
        boolean zero = false;
        int distinct = 0;
        for (int i = 0; i < hashes.count(); i++) {
            long hash = values[i];
            if (hash == 0) {
                distinct += zero ? 0 : 1;
                zero = true;
                continue;
            }
            int slot = (int) hash & slots - 1;
            while (table[slot] != 0 && table[slot] != hash) {
                slot = slot + 1 & slots - 1;
            }
            if (table[slot] == 0) {
                table[slot] = hash;
                distinct++;
            }
        }
        int at = 0;
        if (zero) {
            values[at++] = 0;
        }
        for (int slot = 0; slot < slots; slot++) {
            if (table[slot] != 0) {
                values[at++] = table[slot];
            }
        }
        return distinct;
    }
}
