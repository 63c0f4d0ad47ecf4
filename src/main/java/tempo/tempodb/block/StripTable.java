package tempo.tempodb.block;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import tempo.tempodb.spans.StripParts;

/**
 * Where a block's strips are. Section bytes: an entry of 64 bytes for each strip, in order.
 *
 * <pre>
 *  0 u32 first group   4 u32 groups   8 u64 offset in the object   16 for each of 6 parts: u32 length, u32 CRC-32C
 * </pre>
 *
 * Immutable and thread-safe.
 */
final class StripTable {
    private final int[] firstGroups;
    private final int[] groups;
    private final long[] offsets;

    /** By strip and part. */
    private final int[] lengths;

    private final int[] crcs;

    private StripTable(int strips) {
        firstGroups = new int[strips];
        groups = new int[strips];
        offsets = new long[strips];
        lengths = new int[strips * StripParts.COUNT];
        crcs = new int[strips * StripParts.COUNT];
    }

    /** A strip where it was written. */
    record Placed(int firstGroup, int groups, long offset, List<Integer> lengths, List<Integer> crcs) {
        /** The strip whose parts are the first bytes of {@code bytes}. */
        static Placed of(int firstGroup, int groups, long offset, byte[] bytes, int[] lengths) {
            Integer[] each = new Integer[lengths.length];
            Integer[] crcs = new Integer[lengths.length];
            int at = 0;
            for (int part = 0; part < lengths.length; part++) {
                each[part] = lengths[part];
                crcs[part] = BlockLayout.crc(bytes, at, lengths[part]);
                at += lengths[part];
            }
            return new Placed(firstGroup, groups, offset, List.of(each), List.of(crcs));
        }
    }

    static byte[] encode(List<Placed> strips) {
        ByteBuffer bytes = ByteBuffer.allocate(strips.size() * BlockLayout.STRIP_ENTRY_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (Placed strip : strips) {
            bytes.putInt(strip.firstGroup()).putInt(strip.groups()).putLong(strip.offset());
            for (int part = 0; part < StripParts.COUNT; part++) {
                bytes.putInt(strip.lengths().get(part)).putInt(strip.crcs().get(part));
            }
        }
        return bytes.array();
    }

    /**
     * Reads the section of a block with so many groups.
     *
     * @param end where the strips end in the object
     */
    static StripTable decode(byte[] section, int groupCount, long end, BlockPlace place) throws CorruptBlockException {
        int count = section.length / BlockLayout.STRIP_ENTRY_BYTES;
        if (count * BlockLayout.STRIP_ENTRY_BYTES != section.length) {
            throw place.corrupt("strip table cannot be of " + section.length + " bytes");
        }
        StripTable table = new StripTable(count);
        CheckedBytes bytes = new CheckedBytes(section, 0, section.length, place);
        int free = 0;
        for (int i = 0; i < count; i++) {
            table.firstGroups[i] = bytes.u32("strip's first group", groupCount);
            table.groups[i] = bytes.u32("strip's groups", Math.min(StripParts.GROUPS_MAX, groupCount));
            table.offsets[i] = bytes.u64("strip offset", end);
            long at = table.offsets[i];
            for (int part = i * StripParts.COUNT; part < (i + 1) * StripParts.COUNT; part++) {
                int max = (int) Math.min(BlockLayout.STRIP_PART_BYTES_MAX, end - at);
                table.lengths[part] = bytes.u32("length of a strip's part", max);
                table.crcs[part] = bytes.bits32("crc of a strip's part");
                at += table.lengths[part];
            }
            if (table.firstGroups[i] < free || table.groups[i] < 1 || table.endOf(i) > groupCount) {
                throw place.corrupt("strip " + i + " cannot serve " + table.groups[i] + " groups from "
                        + table.firstGroups[i] + " on of " + groupCount);
            }
            free = table.endOf(i);
        }
        return table;
    }

    static StripTable none() {
        return new StripTable(0);
    }

    int strips() {
        return offsets.length;
    }

    int firstGroup(int strip) {
        return firstGroups[strip];
    }

    int groups(int strip) {
        return groups[strip];
    }

    /** The strip that serves a group; negative if there is none. */
    int serving(int group) {
        int from = 0;
        int to = strips();
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (endOf(middle) <= group) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from < strips() && firstGroups[from] <= group ? from : CorruptBlockException.NONE;
    }

    /** True if a strip has a part at all. */
    boolean has(int strip, int part) {
        return lengths[strip * StripParts.COUNT + part] > 0;
    }

    int length(int strip, int part) {
        return lengths[strip * StripParts.COUNT + part];
    }

    /**
     * The bytes of a strip's part, checked.
     *
     * @throws CorruptBlockException also if the object ends before them
     */
    byte[] read(int strip, int part, BlockSource source, BlockPlace place) throws IOException {
        int index = strip * StripParts.COUNT + part;
        long offset = offsets[strip];
        for (int before = strip * StripParts.COUNT; before < index; before++) {
            offset += lengths[before];
        }
        byte[] bytes;
        try {
            bytes = source.read(BlockPart.STRIP, offset, lengths[index]);
        } catch (EOFException e) {
            throw place.corrupt("data object ends before strip " + strip + " does (" + e.getMessage() + ")");
        }
        if (bytes.length != lengths[index] || BlockLayout.crc(bytes, 0, bytes.length) != crcs[index]) {
            throw place.corrupt("part " + (part + 1) + " of strip " + strip + " does not match its length or crc");
        }
        return bytes;
    }

    long memoryBytes() {
        return 16L + strips() * 64L;
    }

    private int endOf(int strip) {
        return firstGroups[strip] + groups[strip];
    }
}
