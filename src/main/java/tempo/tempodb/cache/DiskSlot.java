package tempo.tempodb.cache;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * A slot of the disk tier's file, little-endian. Read only by the process that wrote it.
 *
 * <pre>
 *  0 u32 magic "tpcf"   4 u32 frame   8 u64, u64 block id   24 u32 length   28 u32 CRC-32C of the 28 bytes before and of the content
 * 32 content
 * </pre>
 */
final class DiskSlot {
    static final int HEADER_BYTES = 32;
    static final int BYTES = HEADER_BYTES + Frames.BYTES;

    private static final int CRC_AT = 28;
    private static final int MAGIC = 0x6663_7074;

    private DiskSlot() {}

    static byte[] header(UUID block, int frame, byte[] content) {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(MAGIC).putInt(frame);
        header.putLong(block.getMostSignificantBits()).putLong(block.getLeastSignificantBits());
        header.putInt(content.length);
        return header.putInt(crc(header.array(), content, 0, content.length)).array();
    }

    /** True if the slot is of that frame, and as it was written. */
    static boolean isIntact(byte[] slot, UUID block, int frame, int length) {
        ByteBuffer header = ByteBuffer.wrap(slot).order(ByteOrder.LITTLE_ENDIAN);
        return header.getInt(0) == MAGIC
                && header.getInt(4) == frame
                && header.getLong(8) == block.getMostSignificantBits()
                && header.getLong(16) == block.getLeastSignificantBits()
                && header.getInt(24) == length
                && header.getInt(CRC_AT) == crc(slot, slot, HEADER_BYTES, length);
    }

    private static int crc(byte[] header, byte[] content, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(header, 0, CRC_AT);
        crc.update(content, offset, length);
        return (int) crc.getValue();
    }
}
