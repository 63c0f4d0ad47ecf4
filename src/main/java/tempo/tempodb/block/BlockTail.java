package tempo.tempodb.block;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * What a reader needs of a block before its first find, checked and in memory: trace directory, group table and, of spans, the segments. Immutable, but for segments read later, and
 * thread-safe, so it can be cached and shared.
 */
public final class BlockTail {
    private final UUID blockId;
    private final BlockContent content;
    private final TraceDirectory directory;
    private final GroupTable groups;
    private final SegmentTable segments;
    private final StripTable strips;

    private BlockTail(
            UUID blockId,
            BlockContent content,
            TraceDirectory directory,
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
     * Reads the tail of a block in one read.
     *
     * @throws CorruptBlockException if it is damaged or not of this block
     * @throws UnsupportedBlockException if the block needs a newer reader
     * @throws IOException if the source fails
     */
    public static BlockTail read(BlockMeta meta, BlockSource source) throws IOException {
        BlockSummary summary = meta.summary();
        byte[] tail = source.read(summary.tailOffset(), summary.tailBytes());
        BlockPlace place = BlockPlace.block(meta.blockId());
        if (tail.length != summary.tailBytes()) {
            throw place.corrupt("tail must be of " + summary.tailBytes() + " bytes but is of " + tail.length);
        }
        int footerBytes = summary.footerBytes();
        if (BlockFooter.crc(tail, tail.length - footerBytes, footerBytes) != summary.footerCrc()) {
            throw place.corrupt("footer does not match the crc in the commit record");
        }
        BlockFooter.Decoded footer = BlockFooter.decode(tail, summary.tailOffset(), footerBytes, place);
        List<BlockFooter.Section> sections = footer.sections();
        byte[] table = section(BlockLayout.SECTION_GROUP_TABLE, sections, tail, summary.tailOffset(), place);
        byte[] directory = section(BlockLayout.SECTION_TRACE_DIRECTORY, sections, tail, summary.tailOffset(), place);
        GroupTable groups = GroupTable.decode(table, summary.tailOffset(), place);
        SegmentTable segments = SegmentTable.none();
        StripTable strips = StripTable.none();
        if (footer.content() == BlockContent.SPANS) {
            byte[] entries = section(BlockLayout.SECTION_SEGMENT_TABLE, sections, tail, summary.tailOffset(), place);
            segments = SegmentTable.decode(entries, summary.dataBytes(), place);
            segments.readFrom(tail, summary.tailOffset(), place);
            if (sections.stream().anyMatch(section -> section.type() == BlockLayout.SECTION_STRIP_TABLE)) {
                byte[] placed = section(BlockLayout.SECTION_STRIP_TABLE, sections, tail, summary.tailOffset(), place);
                strips = StripTable.decode(placed, groups.groups(), summary.tailOffset(), place);
            }
        }
        return new BlockTail(
                meta.blockId(), footer.content(), TraceDirectory.decode(directory, place), groups, segments, strips);
    }

    /** What the block's values are. */
    public BlockContent content() {
        return content;
    }

    public UUID blockId() {
        return blockId;
    }

    /** About what it occupies in memory, in bytes. */
    public long memoryBytes() {
        return 256 + directory.memoryBytes() + groups.memoryBytes() + segments.memoryBytes() + strips.memoryBytes();
    }

    TraceDirectory directory() {
        return directory;
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
