package tempo.ingester.copies;

import akka.util.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The records of a chunk as bytes: as they travel, and as they stand in the log of who holds them, where nobody looks into them unless
 * their node is gone. Little-endian: for each record bytes of the tenant (2), of the batch (4), tenant (UTF-8), batch; and behind all
 * of them the position of the last one in the log that it comes from (8).
 */
final class CopiedRecords {
    private static final int LENGTHS_BYTES = 6;

    private CopiedRecords() {}

    static ByteString encode(List<CopiedRecord> records) {
        List<byte[]> tenants = new ArrayList<>(records.size());
        int bytes = Long.BYTES;
        for (CopiedRecord record : records) {
            byte[] tenant = record.tenant().getBytes(StandardCharsets.UTF_8);
            tenants.add(tenant);
            bytes += LENGTHS_BYTES + tenant.length + record.batch().size();
        }
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long last = 0;
        for (int i = 0; i < records.size(); i++) {
            CopiedRecord record = records.get(i);
            buffer.putShort((short) tenants.get(i).length).putInt(record.batch().size());
            buffer.put(tenants.get(i)).put(record.batch().toArrayUnsafe());
            last = Math.max(last, record.position());
        }
        return ByteString.fromArrayUnsafe(buffer.putLong(last).array());
    }

    /** The highest position in the log that they come from. */
    static long lastPosition(ByteBuffer encoded) {
        ByteBuffer buffer = encoded.slice().order(ByteOrder.LITTLE_ENDIAN);
        return buffer.getLong(buffer.limit() - Long.BYTES);
    }

    /** The records; their positions are not kept one by one, so all have the last one. */
    static List<CopiedRecord> decode(ByteBuffer encoded) {
        ByteBuffer buffer = encoded.slice().order(ByteOrder.LITTLE_ENDIAN);
        long last = lastPosition(encoded);
        List<CopiedRecord> records = new ArrayList<>();
        while (buffer.remaining() > Long.BYTES) {
            byte[] tenant = new byte[buffer.getShort() & 0xffff];
            byte[] batch = new byte[buffer.getInt()];
            buffer.get(tenant).get(batch);
            records.add(new CopiedRecord(
                    new String(tenant, StandardCharsets.UTF_8), last, ByteString.fromArrayUnsafe(batch)));
        }
        return records;
    }
}
