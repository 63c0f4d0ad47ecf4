package tempo.ingester.copies;

import akka.util.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * How a held record stands in the log of its holder: beside the tenant the log that it comes from, and behind the batch its position
 * there, 8 bytes, little-endian. A tenant has no line feed.
 */
final class CopyLabel {
    private static final char SEPARATOR = '\n';

    private CopyLabel() {}

    static String of(String tenant, String log) {
        return tenant + SEPARATOR + log;
    }

    /** Whether it is one, and no tenant. */
    static boolean is(String label) {
        return label.indexOf(SEPARATOR) >= 0;
    }

    static String tenant(String label) {
        return label.substring(0, label.indexOf(SEPARATOR));
    }

    static String log(String label) {
        return label.substring(label.indexOf(SEPARATOR) + 1);
    }

    static byte[] payload(CopiedRecord record) {
        int batchBytes = record.batch().size();
        byte[] payload = Arrays.copyOf(record.batch().toArrayUnsafe(), batchBytes + Long.BYTES);
        ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).putLong(batchBytes, record.position());
        return payload;
    }

    static CopiedRecord record(String label, ByteBuffer payload) {
        ByteBuffer bytes = payload.slice().order(ByteOrder.LITTLE_ENDIAN);
        int batchBytes = bytes.remaining() - Long.BYTES;
        byte[] batch = new byte[batchBytes];
        bytes.get(0, batch);
        return new CopiedRecord(tenant(label), bytes.getLong(batchBytes), ByteString.fromArrayUnsafe(batch));
    }
}
