package tempo.tempodb.block;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.spans.Segment;

/**
 * Where a block's segments are. Section bytes: an entry of 16 bytes for each segment, in order.
 *
 * <pre>
 *  0 u64 offset in the object   8 u32 length of its content   12 u32 CRC-32C of its content
 * </pre>
 *
 * At that offset stands a header, for salvage, and then the content:
 *
 * <pre>
 *  0 u32 magic "tseg"   4 u32 length of the content   8 16 B block id   24 u32 number   28 u32 CRC of the content
 * 32 u32 CRC of the 32 bytes before
 * </pre>
 *
 * Immutable and thread-safe.
 */
final class SegmentTable {
    /** By segment: where its content begins. */
    private final long[] offsets;

    private final int[] lengths;
    private final int[] crcs;

    private SegmentTable(int count) {
        offsets = new long[count];
        lengths = new int[count];
        crcs = new int[count];
    }

    /** A segment where it was written. */
    record Placed(long offset, int length, int crc) {}

    static byte[] encode(List<@Nullable Placed> segments) {
        ByteBuffer bytes = ByteBuffer.allocate(segments.size() * BlockLayout.SEGMENT_ENTRY_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (Placed segment : segments) {
            Objects.requireNonNull(segment, "a segment was not written");
            bytes.putLong(segment.offset()).putInt(segment.length()).putInt(segment.crc());
        }
        return bytes.array();
    }

    /** What stands before a segment's content. */
    static ByteBuffer header(UUID blockId, int number, int length, int crc) {
        ByteBuffer header =
                ByteBuffer.allocate(BlockLayout.SEGMENT_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(BlockLayout.SEGMENT_MAGIC).putInt(length);
        Keys.put(header, blockId);
        header.putInt(number).putInt(crc);
        header.putInt(BlockLayout.crc(header.array(), 0, header.position()));
        return header.flip();
    }

    /** What stands before a segment's content. */
    record Header(UUID blockId, int number, int length, int crc) {}

    /** Reads the header at the start of {@code bytes}; null if there is none. */
    static @Nullable Header readHeader(ByteBuffer bytes) {
        int at = bytes.position();
        int crcAt = at + BlockLayout.SEGMENT_HEADER_BYTES - BlockLayout.CRC_BYTES;
        if (bytes.remaining() < BlockLayout.SEGMENT_HEADER_BYTES || bytes.getInt(at) != BlockLayout.SEGMENT_MAGIC) {
            return null;
        }
        Header header = new Header(
                Keys.uuid(bytes, at + 8), bytes.getInt(at + 24), bytes.getInt(at + 4), bytes.getInt(at + 28));
        boolean intact = bytes.getInt(crcAt) == BlockLayout.crc(bytes.array(), at, crcAt - at)
                && header.number >= 0
                && header.number < BlockLayout.SEGMENTS_MAX
                && header.length >= 0
                && header.length <= BlockLayout.SEGMENT_BYTES_MAX;
        return intact ? header : null;
    }

    /** Reads the section; the segments themselves lie before {@code end}. */
    static SegmentTable decode(byte[] section, long end, BlockPlace place) throws CorruptBlockException {
        int count = section.length / BlockLayout.SEGMENT_ENTRY_BYTES;
        if (count > BlockLayout.SEGMENTS_MAX || count * BlockLayout.SEGMENT_ENTRY_BYTES != section.length) {
            throw place.corrupt("segment table cannot be of " + section.length + " bytes");
        }
        SegmentTable table = new SegmentTable(count);
        CheckedBytes bytes = new CheckedBytes(section, 0, section.length, place);
        for (int i = 0; i < count; i++) {
            table.offsets[i] = bytes.u64("segment offset", end - BlockLayout.SEGMENT_HEADER_BYTES)
                    + BlockLayout.SEGMENT_HEADER_BYTES;
            table.lengths[i] =
                    bytes.u32("segment length", (int) Math.min(BlockLayout.SEGMENT_BYTES_MAX, end - table.offsets[i]));
            table.crcs[i] = bytes.bits32("segment crc");
        }
        return table;
    }

    /** A table of the segments that are left of a block, by number; those in between cannot be read. */
    static SegmentTable ofFound(SortedMap<Integer, Placed> found) {
        SegmentTable table = new SegmentTable(found.isEmpty() ? 0 : found.lastKey() + 1);
        found.forEach((number, placed) -> {
            table.offsets[number] = placed.offset() + BlockLayout.SEGMENT_HEADER_BYTES;
            table.lengths[number] = placed.length();
            table.crcs[number] = placed.crc();
        });
        return table;
    }

    static SegmentTable none() {
        return new SegmentTable(0);
    }

    int count() {
        return offsets.length;
    }

    /** Where a segment's content begins in the object. */
    long offset(int number) {
        return offsets[number];
    }

    int length(int number) {
        return lengths[number];
    }

    /** A segment, from {@code parts}, or else read from {@code source}. */
    Segment get(int number, BlockSource source, DecodedParts parts, BlockPlace place) throws IOException {
        if (number >= offsets.length) {
            throw place.corrupt("segment " + number + " is not one of " + offsets.length);
        }
        return parts.get(
                        place.blockId(),
                        BlockPart.SEGMENT,
                        number,
                        DecodedSegment.class,
                        () -> decode(number, read(number, source, place), place))
                .segment();
    }

    /** A segment in use. */
    private record DecodedSegment(Segment segment, int storedBytes) implements DecodedPart {
        @Override
        public long memoryBytes() {
            return 128 + 12L * storedBytes;
        }
    }

    /** The bytes of a segment, checked. */
    byte[] read(int number, BlockSource source, BlockPlace place) throws IOException {
        byte[] bytes = stored(number, source, place);
        requireIntact(number, bytes, place);
        return bytes;
    }

    private byte[] stored(int number, BlockSource source, BlockPlace place) throws IOException {
        try {
            return source.read(BlockPart.SEGMENT, offsets[number], lengths[number]);
        } catch (EOFException e) {
            throw place.corrupt("data object ends before segment " + number + " does (" + e.getMessage() + ")");
        }
    }

    long memoryBytes() {
        return 64 + 16L * count();
    }

    private void requireIntact(int number, byte[] bytes, BlockPlace place) throws CorruptBlockException {
        if (bytes.length != lengths[number] || BlockLayout.crc(bytes, 0, bytes.length) != crcs[number]) {
            throw place.corrupt("segment " + number + " does not match its length or crc");
        }
    }

    private static DecodedSegment decode(int number, byte[] bytes, BlockPlace place) throws CorruptBlockException {
        try {
            return new DecodedSegment(Segment.decode(bytes), bytes.length);
        } catch (CorruptPageException e) {
            throw place.corrupt("segment " + number + ": " + e.getMessage());
        }
    }
}
