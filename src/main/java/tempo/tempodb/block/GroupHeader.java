package tempo.tempodb.block;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.UUID;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.spans.SpanGroup;

/**
 * The header of a group:
 *
 * <pre>
 *   0 u32 magic "tgrp"   4 u32 length of the header, CRC included   8 16 B block id   24 u32 group index   28 u32 page count
 *  32 16 B first key    48 16 B last key   64 u32 entries   68 u32 new traces   72 u64 spans   80 u64 raw bytes
 *  88 i64 oldest start  96 i64 newest start
 * 104 page directory
 *  .. u32 CRC-32C of all before
 * </pre>
 *
 * The page directory of opaque values has 32 B a page: the trace table, then the value frames in order. That of spans is a u32,
 * the number of the segment, and what {@link tempo.tempodb.spans.SpanGroup} reads; the page count is 0 then.
 */
final class GroupHeader {
    private GroupHeader() {}

    static int bytes(int pageCount) {
        return BlockLayout.GROUP_FIXED_BYTES + pageCount * BlockLayout.PAGE_ENTRY_BYTES + BlockLayout.CRC_BYTES;
    }

    static ByteBuffer encode(UUID blockId, int groupIndex, GroupSummary summary, List<PageEntry> pages) {
        ByteBuffer directory =
                ByteBuffer.allocate(pages.size() * BlockLayout.PAGE_ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (PageEntry page : pages) {
            page.write(directory);
        }
        return encode(blockId, groupIndex, summary, pages.size(), directory.flip());
    }

    static ByteBuffer encode(UUID blockId, int groupIndex, GroupSummary summary, int pageCount, ByteBuffer directory) {
        int length = BlockLayout.GROUP_FIXED_BYTES + directory.remaining() + BlockLayout.CRC_BYTES;
        ByteBuffer header = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(BlockLayout.GROUP_MAGIC).putInt(length);
        Keys.put(header, blockId);
        header.putInt(groupIndex).putInt(pageCount);
        Keys.put(header, summary.firstHigh(), summary.firstLow());
        Keys.put(header, summary.lastHigh(), summary.lastLow());
        header.putInt(summary.entries()).putInt(summary.newTraces());
        header.putLong(summary.spans()).putLong(summary.rawBytes());
        header.putLong(summary.startMin()).putLong(summary.startMax());
        header.put(directory);
        header.putInt(BlockLayout.crc(header.array(), 0, header.position()));
        return header.flip();
    }

    /**
     * Reads the page directory of the group that {@code group} holds from its first byte on.
     *
     * @return the pages, the trace table first
     */
    static PageEntry[] decode(byte[] group, BlockPlace place) throws CorruptBlockException {
        return decode(group, group.length, place);
    }

    private static PageEntry[] decode(byte[] group, int groupBytes, BlockPlace place) throws CorruptBlockException {
        CheckedBytes header = checked(group, place);
        int length = header.position() + header.remaining() + 8 + BlockLayout.CRC_BYTES;
        int pageCount = header.u32("page count", BlockLayout.GROUP_PAGES_MAX);
        if (bytes(pageCount) != length || pageCount < 2) {
            throw place.corrupt("group header of " + length + " bytes cannot have " + pageCount + " pages");
        }
        header.skip(BlockLayout.GROUP_FIXED_BYTES - 32, "group summary");
        return pages(header, pageCount, length, groupBytes, place);
    }

    /** What the header of a group says of it. */
    static GroupSummary summary(byte[] group, BlockPlace place) throws CorruptBlockException {
        CheckedBytes header = checked(group, place);
        header.skip(4, "page count");
        return new GroupSummary(
                header.keyHalf("first key"),
                header.keyHalf("first key"),
                header.keyHalf("last key"),
                header.keyHalf("last key"),
                header.u32("entries", BlockLayout.GROUP_ENTRIES_MAX),
                header.u32("new traces", BlockLayout.GROUP_ENTRIES_MAX),
                header.u64("spans", Long.MAX_VALUE),
                header.u64("raw bytes", Long.MAX_VALUE),
                header.bits64("oldest start"),
                header.bits64("newest start"));
    }

    /** Where the page directory of a group of spans is in it, behind the number of its segment, and what that number is. */
    record Directory(int segment, int offset, int length, int pagesAt) {}

    static Directory decodeSpans(byte[] group, BlockPlace place) throws CorruptBlockException {
        CheckedBytes header = checked(group, place);
        int length = header.position() + header.remaining() + 8 + BlockLayout.CRC_BYTES;
        header.skip(BlockLayout.GROUP_FIXED_BYTES - 28, "group summary");
        int segment = header.u32("group's segment", BlockLayout.SEGMENTS_MAX);
        return new Directory(segment, header.position() + 8, header.remaining(), length);
    }

    /**
     * What is said of a group by its header alone, without the rest of it.
     *
     * @param offset where the group is in the object
     */
    static GroupTable.Placed placed(byte[] header, BlockContent content, long offset, BlockPlace place)
            throws CorruptBlockException {
        GroupSummary summary = summary(header, place);
        if (content != BlockContent.SPANS) {
            int length = header.length;
            for (PageEntry page : decode(header, BlockLayout.GROUP_BYTES_MAX, place)) {
                length = Math.max(length, page.offset() + page.storedLength());
            }
            return new GroupTable.Placed(summary, offset, length, 0);
        }
        Directory directory = decodeSpans(header, place);
        try {
            int pages = SpanGroup.pageBytes(
                    header, directory.offset, directory.length, BlockLayout.GROUP_BYTES_MAX - header.length);
            return new GroupTable.Placed(summary, offset, header.length + pages, directory.segment);
        } catch (CorruptPageException e) {
            throw place.corrupt(String.valueOf(e.getMessage()));
        }
    }

    /** Checks the header of a group; what is returned is behind the group index, its positions count from byte 8. */
    private static CheckedBytes checked(byte[] group, BlockPlace place) throws CorruptBlockException {
        CheckedBytes start = new CheckedBytes(group, 0, group.length, place);
        if (start.bits32("group magic") != BlockLayout.GROUP_MAGIC) {
            throw place.corrupt("group does not start with its magic");
        }
        int length = start.u32("group header length", group.length);
        if (length < bytes(0)) {
            throw place.corrupt("group header is too short: " + length + " bytes");
        }
        int crcOffset = length - BlockLayout.CRC_BYTES;
        int crc = new CheckedBytes(group, crcOffset, BlockLayout.CRC_BYTES, place).bits32("group header crc");
        if (crc != BlockLayout.crc(group, 0, crcOffset)) {
            throw place.corrupt("group header does not match its crc");
        }
        CheckedBytes header = new CheckedBytes(group, 8, crcOffset - 8, place);
        UUID blockId = header.uuid("block id");
        int groupIndex = header.bits32("group index");
        if (!blockId.equals(place.blockId()) || groupIndex != place.group()) {
            throw place.corrupt("group belongs elsewhere, to block " + blockId + " group " + groupIndex);
        }
        return header;
    }

    private static PageEntry[] pages(
            CheckedBytes header, int pageCount, int headerBytes, int groupBytes, BlockPlace place)
            throws CorruptBlockException {
        PageEntry[] pages = new PageEntry[pageCount];
        for (int i = 0; i < pageCount; i++) {
            pages[i] = PageEntry.read(header, headerBytes, groupBytes, place.page(i));
            int expected = i == 0 ? BlockLayout.PAGE_TRACE_TABLE : BlockLayout.PAGE_VALUES;
            if (pages[i].kind() != expected) {
                throw place.page(i).corrupt("page kind must be " + expected + " but is " + pages[i].kind());
            }
        }
        return pages;
    }
}
