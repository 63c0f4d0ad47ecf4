package tempo.tempodb.block;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * What a reader needs of a block before its first find, checked and in memory: trace directory and group table. Immutable and
 * thread-safe, so it can be cached and shared.
 */
public final class BlockTail {
    private final UUID blockId;
    private final TraceDirectory directory;
    private final GroupTable groups;

    private BlockTail(UUID blockId, TraceDirectory directory, GroupTable groups) {
        this.blockId = blockId;
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
        List<BlockFooter.Section> sections = BlockFooter.decode(tail, summary.tailOffset(), footerBytes, place);
        byte[] table = section(BlockLayout.SECTION_GROUP_TABLE, sections, tail, summary.tailOffset(), place);
        byte[] directory = section(BlockLayout.SECTION_TRACE_DIRECTORY, sections, tail, summary.tailOffset(), place);
        return new BlockTail(
                meta.blockId(),
                TraceDirectory.decode(directory, place),
                GroupTable.decode(table, summary.tailOffset(), place));
    }

    public UUID blockId() {
        return blockId;
    }

    /** About what it occupies in memory, in bytes. */
    public long memoryBytes() {
        return 256 + directory.memoryBytes() + groups.memoryBytes();
    }

    TraceDirectory directory() {
        return directory;
    }

    GroupTable groups() {
        return groups;
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
