package tempo.tempodb.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads one record by its place in a segment and checks it whole. For one thread. */
final class RecordReader {
    private static final int SPECULATIVE_BYTES = 4096;
    /** A larger buffer is given up after the record that needed it. */
    private static final int KEPT_BYTES_MAX = 1 << 20;

    private final RecordHeader header = new RecordHeader();
    private final ByteBuffer small = ByteBuffer.allocateDirect(SPECULATIVE_BYTES);
    private ByteBuffer large = ByteBuffer.allocate(0);
    private byte[] tenantBytes = new byte[0];
    private String tenant = "";

    /**
     * Reads a record: one read if it is short, otherwise two.
     *
     * @return the payload, read-only, valid until the next call
     * @throws WalException CORRUPT if there is no valid record of this segment at that offset
     */
    ByteBuffer read(Segment segment, long offset) throws IOException {
        if (offset < SegmentLayout.FIRST_RECORD) {
            throw corrupt(segment, offset, "no record can be there");
        }
        int bytes = segment.file.read(offset, small.clear());
        if (bytes < RecordLayout.HEADER_BYTES
                || !header.decode(small, 0, segment.epoch, offset, segment.salt)
                || header.type != RecordLayout.DATA) {
            throw corrupt(segment, offset, "header is not valid");
        }
        int end = RecordLayout.HEADER_BYTES + header.bodyBytes;
        ByteBuffer record = end <= bytes ? small : readLarge(segment, offset, bytes, end);
        if (!header.bodyMatches(record, RecordLayout.HEADER_BYTES)) {
            throw corrupt(segment, offset, "crc of the body does not match");
        }
        record.limit(end);
        updateTenant(record);
        return record.position(RecordLayout.HEADER_BYTES + header.tenantBytes)
                .slice()
                .asReadOnlyBuffer();
    }

    /** Returns the tenant of the record that was read last. */
    String tenant() {
        return tenant;
    }

    /** Returns the units of the record that was read last. */
    int units() {
        return header.units;
    }

    private ByteBuffer readLarge(Segment segment, long offset, int bytes, int end) throws IOException {
        // The header is valid, so the length is the one that was written; a damaged one never gets here.
        if (offset + end > segment.bytes) {
            throw corrupt(segment, offset, "record of " + end + " bytes passes the end of the file");
        }
        ByteBuffer target = large;
        if (target.capacity() < end) {
            int capacity = Math.max(end, 2 * SPECULATIVE_BYTES);
            target = end > KEPT_BYTES_MAX
                    ? ByteBuffer.allocate(capacity)
                    : ByteBuffer.allocateDirect(Integer.highestOneBit(capacity - 1) << 1);
            large = end > KEPT_BYTES_MAX ? large : target;
        }
        target.clear().put(small.position(0).limit(bytes));
        target.limit(end);
        int rest = segment.file.read(offset + bytes, target);
        if (bytes + rest < end) {
            throw corrupt(segment, offset, "record of " + end + " bytes ends after " + (bytes + rest));
        }
        return target;
    }

    private void updateTenant(ByteBuffer record) {
        boolean same = tenantBytes.length == header.tenantBytes;
        for (int i = 0; same && i < tenantBytes.length; i++) {
            same = record.get(RecordLayout.HEADER_BYTES + i) == tenantBytes[i];
        }
        if (!same) {
            byte[] bytes = new byte[header.tenantBytes];
            record.get(RecordLayout.HEADER_BYTES, bytes);
            tenantBytes = bytes;
            tenant = new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private static WalException corrupt(Segment segment, long offset, String what) {
        return new WalException(
                WalException.Reason.CORRUPT,
                what + ", segment " + segment.name + " epoch " + segment.epoch + " offset " + offset);
    }
}
