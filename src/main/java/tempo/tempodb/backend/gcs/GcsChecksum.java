package tempo.tempodb.backend.gcs;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.zip.CRC32C;

/** CRC-32C as the service writes it: its four bytes, the highest first, in Base64. */
final class GcsChecksum {
    private GcsChecksum() {}

    /** Of the remaining bytes of {@code content}, which keeps its position. */
    static String of(ByteBuffer content) {
        CRC32C crc = new CRC32C();
        crc.update(content.duplicate());
        return text(crc);
    }

    static String text(CRC32C crc) {
        byte[] value =
                ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array();
        return Base64.getEncoder().encodeToString(value);
    }
}
