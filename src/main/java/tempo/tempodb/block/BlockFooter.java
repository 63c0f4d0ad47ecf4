package tempo.tempodb.block;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The end of a data object:
 *
 * <pre>
 *  0 u16 major   2 u16 minor   4 u16 content kind   6 u16 0   8 u64 required features   16 u64 optional features
 * 24 16 B block id   40 u32 section count
 * 44 sections, 32 B each: 0 u16 type   2 u16 codec (0: raw)   4 u32 CRC-32C of the stored bytes   8 u64 offset in the object
 *                         16 u64 stored length   24 u64 raw length
 * .. u32 CRC-32C of all before   .. u32 length of the footer, all included   .. 8 B magic "tempoend"
 * </pre>
 */
final class BlockFooter {
    private BlockFooter() {}

    /** A tail section where it is in the object. */
    record Section(int type, int crc, long offset, int length) {}

    /** What a footer says. */
    record Decoded(BlockContent content, List<Section> sections) {}

    static ByteBuffer encode(UUID blockId, BlockContent content, List<Section> sections) {
        int length = BlockLayout.FOOTER_FIXED_BYTES
                + sections.size() * BlockLayout.SECTION_ENTRY_BYTES
                + BlockLayout.FOOTER_END_BYTES;
        ByteBuffer footer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        footer.putShort((short) BlockLayout.MAJOR).putShort((short) BlockLayout.MINOR);
        footer.putShort((short) content.code()).putShort((short) 0);
        footer.putLong(content.requiredFeatures()).putLong(0);
        Keys.put(footer, blockId);
        footer.putInt(sections.size());
        for (Section section : sections) {
            footer.putShort((short) section.type()).putShort((short) 0).putInt(section.crc());
            footer.putLong(section.offset()).putLong(section.length()).putLong(section.length());
        }
        footer.putInt(crc(footer.array(), 0, length)).putInt(length).putLong(BlockLayout.FOOTER_MAGIC);
        return footer.flip();
    }

    /** CRC-32C of the footer of {@code length} bytes at {@code offset}, without its end. */
    static int crc(byte[] bytes, int offset, int length) {
        return BlockLayout.crc(bytes, offset, length - BlockLayout.FOOTER_END_BYTES);
    }

    /**
     * Reads the footer that ends {@code tail}, whose first byte is at {@code tailOffset} of the object.
     *
     * @return what the values are, and the sections that lie in the tail, those of unknown types as well
     */
    static Decoded decode(byte[] tail, long tailOffset, int length, BlockPlace place)
            throws CorruptBlockException, UnsupportedBlockException {
        return decode(tail, tailOffset, tailOffset, length, place);
    }

    /** As above, with sections that lie at {@code sectionsFrom} or behind, not all of them in {@code tail}. */
    static Decoded decode(byte[] tail, long tailOffset, long sectionsFrom, int length, BlockPlace place)
            throws CorruptBlockException, UnsupportedBlockException {
        int start = tail.length - length;
        int endStart = tail.length - BlockLayout.FOOTER_END_BYTES;
        CheckedBytes end = new CheckedBytes(tail, endStart, BlockLayout.FOOTER_END_BYTES, place);
        int crc = end.bits32("footer crc");
        int storedLength = end.bits32("footer length");
        if (end.bits64("footer magic") != BlockLayout.FOOTER_MAGIC) {
            throw place.corrupt("block does not end with its magic");
        }
        if (storedLength != length || crc != crc(tail, start, length)) {
            throw place.corrupt("footer does not match its length or crc");
        }
        CheckedBytes footer = new CheckedBytes(tail, start, endStart - start, place);
        int major = footer.u16("format major");
        footer.skip(2, "format minor");
        int content = footer.u16("content kind");
        footer.skip(2, "reserved");
        BlockMetaText.requireReadable(place.blockId(), major, footer.bits64("required features"));
        footer.bits64("optional features");
        UUID blockId = footer.uuid("block id");
        if (!blockId.equals(place.blockId())) {
            throw place.corrupt("footer belongs to block " + blockId);
        }
        int count = footer.u32("section count", BlockLayout.SECTIONS_MAX);
        List<Section> sections = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            sections.add(section(footer, sectionsFrom, tailOffset + start, place));
        }
        return new Decoded(BlockContent.of(content, place.blockId()), sections);
    }

    private static Section section(CheckedBytes footer, long from, long end, BlockPlace place)
            throws CorruptBlockException {
        int type = footer.u16("section type");
        int codec = footer.u16("section codec");
        int crc = footer.bits32("section crc");
        long offset = footer.u64("section offset", end);
        if (offset < from || codec != 0) {
            throw place.corrupt("section " + type + " cannot be at " + offset + " with codec " + codec);
        }
        int length = (int) footer.u64("section length", Math.min(end - offset, BlockLayout.TAIL_BYTES_MAX));
        footer.u64("section raw length", BlockLayout.TAIL_BYTES_MAX);
        return new Section(type, crc, offset, length);
    }
}
