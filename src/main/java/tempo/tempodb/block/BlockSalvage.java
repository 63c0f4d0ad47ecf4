package tempo.tempodb.block;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/*
 * Every multiple of 512 is looked at, those inside of groups as well: the length of a group is worth nothing where bytes were lost.
 * What is found is of this block if the id and the checksum of its header say so. Nobody can put that into a value beforehand: the
 * id is not known before the block is written.
 */
/**
 * Finds what is whole in a data object without its tail: groups and segments by their headers, which stand at multiples of 512,
 * have a magic and a checksum, and name the block and their own number. A group counts if all its pages match their checksums, and
 * of spans if its segment is whole too; a damaged one costs nothing but itself.
 *
 * <p>For one thread. Holds a chunk of a MiB or a group, some 150 bytes for each group, 8 for each trace, and the segments.
 */
public final class BlockSalvage {
    private static final int CHUNK_BYTES = 1 << 20;

    /** Bytes of a group's header that tell whose it is and how long. */
    private static final int GROUP_NAME_BYTES = 28;

    /** No writer makes a longer one: with 2^16 pages of spans it has some 2 MiB. */
    private static final int GROUP_HEADER_BYTES_MAX = 4 << 20;

    /** A few segments. */
    private static final long PARTS_BYTES = 16 << 20;

    private final UUID blockId;
    private final BlockContent content;
    private final BlockSource source;

    /** By index: where a whole header of the group was found. Bytes that were copied about may have it several times. */
    private final SortedMap<Integer, List<GroupTable.Placed>> headers = new TreeMap<>();

    private final SortedMap<Integer, SegmentTable.Placed> segments = new TreeMap<>();
    private final List<GroupTable.Placed> groups = new ArrayList<>();
    private final SortedSet<Integer> groupsLost = new TreeSet<>();
    private final SortedSet<Integer> segmentsLost = new TreeSet<>();
    private SegmentTable segmentTable = SegmentTable.none();
    private int[] indexes = new int[64];
    private final DecodedParts parts = new DecodedParts(PARTS_BYTES);
    private int traces;
    private long entries;
    private long spans;
    private long lastHigh;
    private long lastLow;

    private BlockSalvage(UUID blockId, BlockContent content, BlockSource source) {
        this.blockId = blockId;
        this.content = content;
        this.source = source;
    }

    /**
     * What was found, and what is known to be lost.
     *
     * @param groups groups that are whole
     * @param traces distinct keys in them
     * @param entries values in them
     * @param spans spans in them
     * @param groupsLost indexes of groups that are damaged or missing, as far as a later one was found: of how many follow the last one,
     *     nothing is known, but the commit record's counts tell
     * @param segmentsLost numbers of the segments for want of which groups are lost
     */
    public record Report(
            int groups,
            long traces,
            long entries,
            long spans,
            SortedSet<Integer> groupsLost,
            SortedSet<Integer> segmentsLost) {}

    /**
     * Looks through a data object.
     *
     * @param bytes how many there are of it
     * @throws IOException if the source fails
     */
    public static BlockSalvage scan(UUID blockId, BlockContent content, BlockSource source, long bytes)
            throws IOException {
        BlockSalvage salvage = new BlockSalvage(blockId, content, source);
        for (long at = 0; at < bytes; at += CHUNK_BYTES) {
            salvage.scanChunk(at, (int) Math.min(CHUNK_BYTES, bytes - at), bytes);
        }
        salvage.readGroups();
        return salvage;
    }

    /** What was found, and what is known to be lost. */
    public Report report() {
        return new Report(groups.size(), traces, entries, spans, groupsLost, segmentsLost);
    }

    /** A reader of the groups that are whole; nothing if none is. */
    public Optional<BlockReader> reader() throws CorruptBlockException {
        if (groups.isEmpty()) {
            return Optional.empty();
        }
        BlockPlace place = BlockPlace.block(blockId);
        BlockTail tail = BlockTail.ofFound(blockId, content, GroupTable.ofFound(groups, indexes, place), segmentTable);
        return Optional.of(new BlockReader(tail, source, parts));
    }

    private void scanChunk(long at, int length, long end) throws IOException {
        ByteBuffer chunk = ByteBuffer.wrap(source.read(at, length)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i + GROUP_NAME_BYTES <= length; i += BlockLayout.ALIGNMENT) {
            int magic = chunk.getInt(i);
            if (magic == BlockLayout.GROUP_MAGIC) {
                findGroup(chunk, i, at + i, end);
            } else if (magic == BlockLayout.SEGMENT_MAGIC) {
                findSegment(chunk.position(i), at + i, end);
            }
        }
    }

    private void findGroup(ByteBuffer chunk, int i, long offset, long end) throws IOException {
        int headerBytes = chunk.getInt(i + 4);
        int index = chunk.getInt(i + 24);
        boolean possible = Keys.uuid(chunk, i + 8).equals(blockId)
                && index >= 0
                && index < BlockLayout.GROUPS_MAX
                && headerBytes >= BlockLayout.GROUP_FIXED_BYTES
                && headerBytes <= Math.min(GROUP_HEADER_BYTES_MAX, end - offset);
        if (!possible) {
            return;
        }
        try {
            byte[] header = source.read(offset, headerBytes);
            GroupTable.Placed placed = GroupHeader.placed(header, content, offset, BlockPlace.group(blockId, index));
            headers.computeIfAbsent(index, unused -> new ArrayList<>(1)).add(placed);
        } catch (CorruptBlockException noHeader) {
            return;
        }
    }

    private void findSegment(ByteBuffer chunk, long offset, long end) throws IOException {
        SegmentTable.Header header = SegmentTable.readHeader(chunk);
        boolean possible = header != null
                && header.blockId().equals(blockId)
                && header.length() <= end - offset - BlockLayout.SEGMENT_HEADER_BYTES;
        if (header == null || !possible || segments.containsKey(header.number())) {
            return;
        }
        byte[] bytes = source.read(offset + BlockLayout.SEGMENT_HEADER_BYTES, header.length());
        if (BlockLayout.crc(bytes, 0, bytes.length) == header.crc()) {
            segments.put(header.number(), new SegmentTable.Placed(offset, header.length(), header.crc()));
        }
    }

    private void readGroups() throws IOException {
        segmentTable = SegmentTable.ofFound(segments);
        int expected = 0;
        for (Map.Entry<Integer, List<GroupTable.Placed>> found : headers.entrySet()) {
            for (; expected < found.getKey(); expected++) {
                groupsLost.add(expected);
            }
            if (!readGroup(found.getKey(), found.getValue())) {
                groupsLost.add(found.getKey());
            }
            expected = found.getKey() + 1;
        }
    }

    /** Takes the first of the places at which the group is whole; false if there is none. */
    private boolean readGroup(int index, List<GroupTable.Placed> places) throws IOException {
        for (GroupTable.Placed placed : places) {
            if (content == BlockContent.SPANS && !segments.containsKey(placed.segment())) {
                segmentsLost.add(placed.segment());
                continue;
            }
            try {
                take(index, placed, BlockPlace.group(blockId, index));
                return true;
            } catch (CorruptBlockException | EOFException damaged) {
                continue;
            }
        }
        return false;
    }

    private void take(int index, GroupTable.Placed placed, BlockPlace place) throws IOException {
        byte[] bytes = source.read(placed.offset(), placed.length());
        Group group;
        if (content == BlockContent.SPANS) {
            SpansGroup columns = SpansGroup.decode(bytes, new Segments(segmentTable, source, parts), place);
            columns.checkPages();
            group = columns;
        } else {
            OpaqueGroup frames = OpaqueGroup.decode(bytes, place);
            frames.checkFrames();
            group = frames;
        }
        if (groups.size() == indexes.length) {
            indexes = Arrays.copyOf(indexes, 2 * indexes.length);
        }
        indexes[groups.size()] = index;
        groups.add(placed);
        for (int row = 0; row < group.rows(); row++) {
            countTrace(group.keyHigh(row), group.keyLow(row));
        }
        entries += group.rows();
        spans += placed.summary().spans();
    }

    private void countTrace(long high, long low) {
        if (traces > 0 && high == lastHigh && low == lastLow) {
            return;
        }
        traces++;
        lastHigh = high;
        lastLow = low;
    }
}
