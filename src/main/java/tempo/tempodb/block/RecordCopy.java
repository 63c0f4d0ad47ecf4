package tempo.tempodb.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.UUID;

/*
 * A data object ends with a copy of its commit record, in which only the place of the footer is not true: it was not known yet. The
 * object itself shows it.
 */
/** Makes a block's commit record anew from its data object, for one that cannot be read any more. */
public final class RecordCopy {
    private RecordCopy() {}

    /**
     * Reads the copy.
     *
     * @param metaName of the commit record
     * @param data of the data object
     * @param dataBytes how many there are of it
     * @return what the commit record said, byte for byte the same once it is encoded
     * @throws CorruptBlockException if the end of the object is damaged, too, or holds no copy
     * @throws UnsupportedBlockException if the block needs a newer reader
     * @throws IOException if the source fails
     */
    public static BlockMeta read(String metaName, BlockSource data, long dataBytes) throws IOException {
        UUID blockId = BlockNames.ownerOfMeta(metaName)
                .orElseThrow(() -> new IllegalArgumentException("not a commit record's name: " + metaName))
                .blockId();
        BlockPlace place = BlockPlace.block(blockId);
        int footerBytes = footerBytes(data, dataBytes, place);
        long footerOffset = dataBytes - footerBytes;
        byte[] footer = data.read(footerOffset, footerBytes);
        List<BlockFooter.Section> sections = BlockFooter.decode(
                        footer, footerOffset, BlockLayout.ALIGNMENT, footerBytes, place)
                .sections();
        BlockMeta copy = copy(metaName, data, sections, place);
        long tailOffset =
                sections.stream().mapToLong(BlockFooter.Section::offset).min().orElse(footerOffset);
        BlockSummary summary =
                copy.summary().withFooter(dataBytes, tailOffset, footerBytes, BlockFooter.crc(footer, 0, footerBytes));
        return new BlockMeta(copy.spec(), summary);
    }

    private static int footerBytes(BlockSource data, long dataBytes, BlockPlace place) throws IOException {
        int least = BlockLayout.FOOTER_FIXED_BYTES + BlockLayout.FOOTER_END_BYTES;
        if (dataBytes < least) {
            throw place.corrupt("data object of " + dataBytes + " bytes has no footer");
        }
        byte[] end = data.read(dataBytes - BlockLayout.FOOTER_END_BYTES, BlockLayout.FOOTER_END_BYTES);
        int length = ByteBuffer.wrap(end).order(ByteOrder.LITTLE_ENDIAN).getInt(Integer.BYTES);
        if (length < least || length > Math.min(dataBytes, BlockLayout.FOOTER_BYTES_MAX)) {
            throw place.corrupt("footer cannot be of " + length + " bytes");
        }
        return length;
    }

    private static BlockMeta copy(
            String metaName, BlockSource data, List<BlockFooter.Section> sections, BlockPlace place)
            throws IOException {
        for (BlockFooter.Section section : sections) {
            if (section.type() == BlockLayout.SECTION_COMMIT_RECORD && section.length() <= BlockMeta.BYTES_MAX) {
                byte[] record = data.read(section.offset(), section.length());
                if (BlockLayout.crc(record, 0, record.length) != section.crc()) {
                    throw place.corrupt("copy of the commit record does not match its crc");
                }
                return BlockMeta.decode(metaName, record);
            }
        }
        throw place.corrupt("data object holds no copy of its commit record");
    }
}
