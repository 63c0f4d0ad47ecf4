package tempo.tempodb.wal;

import static tempo.tempodb.wal.RecordLayout.BODY_BYTES;
import static tempo.tempodb.wal.RecordLayout.BODY_CRC;
import static tempo.tempodb.wal.RecordLayout.BUFFER_INT;
import static tempo.tempodb.wal.RecordLayout.COMMIT;
import static tempo.tempodb.wal.RecordLayout.COMMIT_START;
import static tempo.tempodb.wal.RecordLayout.EPOCH;
import static tempo.tempodb.wal.RecordLayout.HEADER_BYTES;
import static tempo.tempodb.wal.RecordLayout.HEADER_CRC;
import static tempo.tempodb.wal.RecordLayout.INT;
import static tempo.tempodb.wal.RecordLayout.LONG;
import static tempo.tempodb.wal.RecordLayout.OFFSET;
import static tempo.tempodb.wal.RecordLayout.SHORT;
import static tempo.tempodb.wal.RecordLayout.TENANT_BYTES;
import static tempo.tempodb.wal.RecordLayout.TYPE;
import static tempo.tempodb.wal.RecordLayout.UNITS;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** The header of the record at hand, reused from record to record. For one thread. */
final class RecordHeader {
    private static final int SALT = HEADER_BYTES;

    /** The header as on disk, and behind it the salt, so that one pass covers both. */
    private final byte[] bytes = new byte[HEADER_BYTES + 8];

    private final CRC32C crc = new CRC32C();

    int bodyBytes;
    long commit;
    int epoch;
    /** In bytes, as is {@link #offset}. */
    int commitStart;

    int bodyCrc;
    int tenantBytes;
    int units;
    int offset;
    byte type;

    /** Returns the header's bytes, {@code [0..HEADER_BYTES)} of the array, valid until the next call on this object. */
    byte[] encode(long salt) {
        INT.set(bytes, BODY_BYTES, bodyBytes);
        LONG.set(bytes, COMMIT, commit);
        INT.set(bytes, EPOCH, epoch);
        INT.set(bytes, COMMIT_START, commitStart >>> 3);
        INT.set(bytes, BODY_CRC, bodyCrc);
        SHORT.set(bytes, TENANT_BYTES, (short) tenantBytes);
        SHORT.set(bytes, UNITS, (short) units);
        INT.set(bytes, OFFSET, offset >>> 3);
        INT.set(bytes, TYPE, type);
        INT.set(bytes, HEADER_CRC, crcOf(salt));
        return bytes;
    }

    /**
     * Reads the header at {@code source[index..index + HEADER_BYTES)}, which the caller knows to be there.
     *
     * @return whether it is the valid header of a record of this epoch at this offset; if not, the fields are unspecified
     */
    boolean decode(ByteBuffer source, int index, int expectedEpoch, long expectedOffset, long salt) {
        // Two plain comparisons first: the search through a damaged place calls this for every eighth byte.
        if ((int) BUFFER_INT.get(source, index + EPOCH) != expectedEpoch
                || ((int) BUFFER_INT.get(source, index + OFFSET) & 0xffffffffL) << 3 != expectedOffset) {
            return false;
        }
        source.get(index, bytes, 0, HEADER_BYTES);
        if ((int) INT.get(bytes, HEADER_CRC) != crcOf(salt)) {
            return false;
        }
        bodyBytes = (int) INT.get(bytes, BODY_BYTES);
        commit = (long) LONG.get(bytes, COMMIT);
        epoch = expectedEpoch;
        long start = ((int) INT.get(bytes, COMMIT_START) & 0xffffffffL) << 3;
        bodyCrc = (int) INT.get(bytes, BODY_CRC);
        tenantBytes = (short) SHORT.get(bytes, TENANT_BYTES) & 0xffff;
        units = (short) SHORT.get(bytes, UNITS) & 0xffff;
        offset = (int) expectedOffset;
        int typeAndZeros = (int) INT.get(bytes, TYPE);
        type = (byte) typeAndZeros;
        commitStart = (int) start;
        return start <= expectedOffset
                && start >= SegmentLayout.LINK
                && bodyBytes >= tenantBytes
                && bodyBytes <= WalConfig.SEGMENT_BYTES_MAX
                && commit > 0
                && (typeAndZeros == RecordLayout.LINK
                                && bodyBytes == SegmentLayout.LINK_BODY_BYTES
                                && tenantBytes == 0
                                && units == 0
                        || typeAndZeros == RecordLayout.DATA && units >= 1 && units <= WalAppend.UNITS_MAX);
    }

    /** Returns whether {@code body[from..from + bodyBytes)} is what the header says. */
    boolean bodyMatches(byte[] body, int from) {
        crc.reset();
        crc.update(body, from, bodyBytes);
        return (int) crc.getValue() == bodyCrc;
    }

    /** Returns whether the body at {@code body[from..from + bodyBytes)} is what the header says; moves the buffer. */
    boolean bodyMatches(ByteBuffer body, int from) {
        crc.reset();
        body.limit(from + bodyBytes).position(from);
        crc.update(body);
        return (int) crc.getValue() == bodyCrc;
    }

    /** Fills in the crc and size of a body made of two parts. */
    void describeBody(byte[] tenant, byte[] payload, int payloadOffset, int payloadBytes) {
        crc.reset();
        crc.update(tenant, 0, tenant.length);
        crc.update(payload, payloadOffset, payloadBytes);
        bodyCrc = (int) crc.getValue();
        tenantBytes = tenant.length;
        bodyBytes = tenant.length + payloadBytes;
    }

    private int crcOf(long salt) {
        LONG.set(bytes, SALT, salt);
        crc.reset();
        crc.update(bytes, BODY_BYTES, bytes.length - BODY_BYTES);
        return (int) crc.getValue();
    }
}
