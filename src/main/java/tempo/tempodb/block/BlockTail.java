package tempo.tempodb.block;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import tempo.span.TraceKey;

/**
 * What a reader needs of a block before its first find, checked and in memory: where groups, frames of the trace directory, segments and
 * strips are. Immutable and thread-safe, so it can be cached and shared.
 */
public final class BlockTail implements DecodedPart {
    private final UUID blockId;
    private final BlockContent content;
    private final DirectoryTable directory;
    private final GroupTable groups;
    private final SegmentTable segments;
    private final StripTable strips;

    private BlockTail(
            UUID blockId,
            BlockContent content,
            DirectoryTable directory,
            GroupTable groups,
            SegmentTable segments,
            StripTable strips) {
        this.strips = strips;
        this.blockId = blockId;
        this.content = content;
        this.segments = segments;
        this.directory = directory;
        this.groups = groups;
    }

    /**
     * The tail of a block, from {@code parts}, or else read with one read and put there, with what is read of the trace directory.
     *
     * @throws CorruptBlockException if it is damaged or not of this block
     * @throws UnsupportedBlockException if the block needs a newer reader
     * @throws IOException if the source fails
     */
    static BlockTail read(BlockMeta meta, BlockSource source, DecodedParts parts) throws IOException {
        return parts.get(meta.blockId(), BlockPart.TAIL, 0, BlockTail.class, () -> load(meta, source, parts));
    }

    private static BlockTail load(BlockMeta meta, BlockSource source, DecodedParts parts) throws IOException {
        BlockSummary summary = meta.summary();
        BlockPlace place = BlockPlace.block(meta.blockId());
        long from = Math.min(summary.tailOffset(), Math.max(0, summary.dataBytes() - BlockLayout.TAIL_READ_BYTES));
        int length = (int) (summary.dataBytes() - from);
        byte[] end = source.read(BlockPart.TAIL, from, length);
        if (end.length != length) {
            throw place.corrupt("end must be of " + length + " bytes but is of " + end.length);
        }
        byte[] tail = Arrays.copyOfRange(end, (int) (summary.tailOffset() - from), length);
        BlockTail decoded = decode(meta, tail, place);
        decoded.directory.takeFrom(end, from, parts, place);
        return decoded;
    }

    private static BlockTail decode(BlockMeta meta, byte[] tail, BlockPlace place)
            throws CorruptBlockException, UnsupportedBlockException {
        BlockSummary summary = meta.summary();
        int footerBytes = summary.footerBytes();
        if (BlockFooter.crc(tail, tail.length - footerBytes, footerBytes) != summary.footerCrc()) {
            throw place.corrupt("footer does not match the crc in the commit record");
        }
        BlockFooter.Decoded footer = BlockFooter.decode(tail, summary.tailOffset(), footerBytes, place);
        List<BlockFooter.Section> sections = footer.sections();
        long end = summary.tailOffset();
        GroupTable groups =
                GroupTable.decode(section(BlockLayout.SECTION_GROUP_TABLE, sections, tail, end, place), end, place);
        DirectoryTable directory = DirectoryTable.decode(
                section(BlockLayout.SECTION_TRACE_DIRECTORY, sections, tail, end, place), end, place);
        SegmentTable segments = SegmentTable.none();
        StripTable strips = StripTable.none();
        if (footer.content() == BlockContent.SPANS) {
            byte[] entries = section(BlockLayout.SECTION_SEGMENT_TABLE, sections, tail, end, place);
            segments = SegmentTable.decode(entries, end, place);
            if (sections.stream().anyMatch(section -> section.type() == BlockLayout.SECTION_STRIP_TABLE)) {
                byte[] placed = section(BlockLayout.SECTION_STRIP_TABLE, sections, tail, end, place);
                strips = StripTable.decode(placed, groups.groups(), end, place);
            }
        }
        return new BlockTail(meta.blockId(), footer.content(), directory, groups, segments, strips);
    }

    /** A tail of what is left of a block, for its reader. */
    static BlockTail ofFound(UUID blockId, BlockContent content, GroupTable groups, SegmentTable segments) {
        return new BlockTail(blockId, content, DirectoryTable.none(), groups, segments, StripTable.none());
    }

    /** What the block's values are. */
    public BlockContent content() {
        return content;
    }

    public UUID blockId() {
        return blockId;
    }

    @Override
    public long memoryBytes() {
        return 256 + directory.memoryBytes() + groups.memoryBytes() + segments.memoryBytes() + strips.memoryBytes();
    }

    DirectoryTable directory() {
        return directory;
    }

    /** The group in which the key begins if it is there at all; negative if it falls between two groups. */
    int firstGroup(TraceKey key) {
        int group = groups.firstEndingAtLeast(key.high(), key.low());
        boolean inside = group < groups.groups() && groups.startsAtMost(group, key.high(), key.low());
        return inside ? group : CorruptBlockException.NONE;
    }

    GroupTable groups() {
        return groups;
    }

    SegmentTable segments() {
        return segments;
    }

    StripTable strips() {
        return strips;
    }

    private static byte[] section(
            int type, List<BlockFooter.Section> sections, byte[] tail, long tailOffset, BlockPlace place)
            throws CorruptBlockException {
        for (BlockFooter.Section section : sections) {
            if (section.type() == type) {
                int start = (int) (section.offset() - tailOffset);
                if (BlockLayout.crc(tail, start, section.length()) != section.crc()) {
                    throw place.corrupt("section " + type + " does not match its crc");
                }
                return Arrays.copyOfRange(tail, start, start + section.length());
            }
        }
        throw place.corrupt("section " + type + " is missing");
    }
}
