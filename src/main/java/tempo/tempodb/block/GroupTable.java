package tempo.tempodb.block;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Where a block's groups are. Section bytes: an entry of 80 bytes for each group, in order.
 *
 * <pre>
 *  0 16 B first key   16 16 B last key   32 u64 offset in the object   40 u32 length without padding
 * 44 u32 entries      48 u32 new traces  52 u32 segment   56 u64 spans   64 i64 oldest start   72 i64 newest start
 * </pre>
 *
 * Immutable and thread-safe.
 */
final class GroupTable {
    private final long[] firstHigh;
    private final long[] firstLow;
    private final long[] lastHigh;
    private final long[] lastLow;
    private final long[] offsets;
    private final int[] lengths;
    private final int[] segments;
    private final long[] spans;
    private final long[] newest;

    /** By group: which one of the block's it is. The same number, unless some are missing. */
    private final int[] indexes;

    private GroupTable(int groups) {
        firstHigh = new long[groups];
        firstLow = new long[groups];
        lastHigh = new long[groups];
        lastLow = new long[groups];
        offsets = new long[groups];
        lengths = new int[groups];
        segments = new int[groups];
        spans = new long[groups];
        newest = new long[groups];
        indexes = new int[groups];
        for (int i = 0; i < groups; i++) {
            indexes[i] = i;
        }
    }

    /** A group where it was written. */
    record Placed(GroupSummary summary, long offset, int length, int segment) {}

    static byte[] encode(List<Placed> groups) {
        ByteBuffer bytes = ByteBuffer.allocate(groups.size() * BlockLayout.GROUP_ENTRY_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (Placed group : groups) {
            GroupSummary summary = group.summary();
            Keys.put(bytes, summary.firstHigh(), summary.firstLow());
            Keys.put(bytes, summary.lastHigh(), summary.lastLow());
            bytes.putLong(group.offset()).putInt(group.length());
            bytes.putInt(summary.entries()).putInt(summary.newTraces()).putInt(group.segment());
            bytes.putLong(summary.spans()).putLong(summary.startMin()).putLong(summary.startMax());
        }
        return bytes.array();
    }

    /** @param end where the groups end in the object */
    static GroupTable decode(byte[] section, long end, BlockPlace place) throws CorruptBlockException {
        int groups = section.length / BlockLayout.GROUP_ENTRY_BYTES;
        if (groups < 1 || groups > BlockLayout.GROUPS_MAX || groups * BlockLayout.GROUP_ENTRY_BYTES != section.length) {
            throw place.corrupt("group table cannot be of " + section.length + " bytes");
        }
        GroupTable table = new GroupTable(groups);
        CheckedBytes bytes = new CheckedBytes(section, 0, section.length, place);
        long free = BlockLayout.ALIGNMENT;
        for (int i = 0; i < groups; i++) {
            table.read(i, bytes, end);
            if (!table.isOrderedAt(i) || table.offsets[i] < free || table.offsets[i] % BlockLayout.ALIGNMENT != 0) {
                throw place.corrupt("group table is out of order at group " + i);
            }
            free = table.offsets[i] + table.lengths[i];
        }
        return table;
    }

    /**
     * A table of the groups that are left of a block.
     *
     * @param indexes of each group, rising, which one of the block's it is
     * @throws CorruptBlockException if their keys are out of order
     */
    static GroupTable ofFound(List<Placed> groups, int[] indexes, BlockPlace place) throws CorruptBlockException {
        GroupTable table = new GroupTable(groups.size());
        CheckedBytes bytes = new CheckedBytes(encode(groups), 0, groups.size() * BlockLayout.GROUP_ENTRY_BYTES, place);
        for (int i = 0; i < groups.size(); i++) {
            table.read(i, bytes, Long.MAX_VALUE);
            table.indexes[i] = indexes[i];
            if (!table.isOrderedAt(i)) {
                throw place.corrupt("keys of group " + indexes[i] + " are not behind those of the group before");
            }
        }
        return table;
    }

    int groups() {
        return offsets.length;
    }

    /** Which one of the block's groups it is. */
    int index(int group) {
        return indexes[group];
    }

    long offset(int group) {
        return offsets[group];
    }

    int length(int group) {
        return lengths[group];
    }

    /** The number of the segment that the group needs; 0 where there are none. */
    int segment(int group) {
        return segments[group];
    }

    long firstHigh(int group) {
        return firstHigh[group];
    }

    long firstLow(int group) {
        return firstLow[group];
    }

    long lastHigh(int group) {
        return lastHigh[group];
    }

    long lastLow(int group) {
        return lastLow[group];
    }

    long spans(int group) {
        return spans[group];
    }

    /** The newest start in a group, unix nanoseconds. */
    long newest(int group) {
        return newest[group];
    }

    /** The first group whose last key is not less than the given one; {@link #groups()} if there is none. */
    int firstEndingAtLeast(long high, long low) {
        int from = 0;
        int to = groups();
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (Keys.compare(lastHigh[middle], lastLow[middle], high, low) < 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    /** True if the group's first key is not greater than the given one. */
    boolean startsAtMost(int group, long high, long low) {
        return Keys.compare(firstHigh[group], firstLow[group], high, low) <= 0;
    }

    long memoryBytes() {
        return 60L * groups();
    }

    private void read(int i, CheckedBytes bytes, long end) throws CorruptBlockException {
        firstHigh[i] = bytes.keyHalf("first key");
        firstLow[i] = bytes.keyHalf("first key");
        lastHigh[i] = bytes.keyHalf("last key");
        lastLow[i] = bytes.keyHalf("last key");
        offsets[i] = bytes.u64("group offset", end);
        lengths[i] = bytes.u32("group length", (int) Math.min(BlockLayout.GROUP_BYTES_MAX, end - offsets[i]));
        bytes.skip(8, "group counts");
        segments[i] = bytes.u32("group's segment", BlockLayout.SEGMENTS_MAX);
        spans[i] = bytes.u64("group spans", Long.MAX_VALUE);
        bytes.skip(Long.BYTES, "oldest start");
        newest[i] = bytes.bits64("newest start");
    }

    private boolean isOrderedAt(int i) {
        return Keys.compare(firstHigh[i], firstLow[i], lastHigh[i], lastLow[i]) <= 0
                && (i == 0 || Keys.compare(lastHigh[i - 1], lastLow[i - 1], firstHigh[i], firstLow[i]) <= 0);
    }
}
