package tempo.tempodb.wal;

import static tempo.tempodb.wal.RecordLayout.LONG;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes commits into one segment, from its first record on. Records are gathered in one direct buffer: from heap arrays
 * the JDK would copy each of them into such a buffer anyway. For one thread; of no further use after an exception.
 */
final class SegmentWriter {
    private static final byte[] NOTHING = new byte[0];
    private static final byte[] ZEROS = new byte[8];

    final Segment segment;
    private final ByteBuffer buffer;
    private final RecordHeader header = new RecordHeader();
    private long committedEnd = SegmentLayout.LINK;
    /** Where {@link #buffer} goes. */
    private long bufferOffset = SegmentLayout.LINK;

    private long end = SegmentLayout.LINK;

    /**
     * @param buffer direct, of any capacity: where the commit is larger it is written in pieces
     */
    SegmentWriter(Segment segment, ByteBuffer buffer) {
        this.segment = segment;
        this.buffer = buffer.clear();
    }

    /** Returns the byte behind the last durable record. */
    long committedEnd() {
        return committedEnd;
    }

    /** Returns whether a commit is durable in this segment. */
    boolean hasCommits() {
        return committedEnd > SegmentLayout.LINK;
    }

    /** Returns the bytes of the open commit. */
    long openBytes() {
        return end - committedEnd;
    }

    /** Returns whether one more record of that size, padding included, has room in the segment. */
    boolean fits(long recordBytes) {
        return Math.max(end, SegmentLayout.FIRST_RECORD) + recordBytes <= segment.bytes;
    }

    /** Begins a commit; the first one in a segment says where the durable part of the segment before ends. */
    void begin(long commit, int previousEpoch, long previousEnd) throws IOException {
        header.commit = commit;
        header.commitStart = (int) committedEnd;
        header.epoch = segment.epoch;
        if (!hasCommits()) {
            byte[] link = new byte[SegmentLayout.LINK_BODY_BYTES];
            LONG.set(link, 0, (long) previousEpoch);
            LONG.set(link, 8, previousEnd);
            put(RecordLayout.LINK, NOTHING, link, 0, link.length, 0);
        }
    }

    /** Adds a record, which {@link #fits}, and returns its offset. */
    long add(byte[] tenant, byte[] payload, int offset, int length, int units) throws IOException {
        return put(RecordLayout.DATA, tenant, payload, offset, length, units);
    }

    /** Makes everything that was added since {@link #begin} durable. */
    void commit() throws IOException {
        flush();
        segment.file.force();
        committedEnd = end;
        segment.durableEnd = end;
    }

    private long put(byte type, byte[] tenant, byte[] payload, int offset, int length, int units) throws IOException {
        long at = end;
        header.type = type;
        header.units = units;
        header.offset = (int) at;
        header.describeBody(tenant, payload, offset, length);
        end = at + RecordLayout.recordBytes(header.bodyBytes);
        copy(header.encode(segment.salt), 0, RecordLayout.HEADER_BYTES);
        copy(tenant, 0, tenant.length);
        copy(payload, offset, length);
        copy(ZEROS, 0, -header.bodyBytes & 7);
        return at;
    }

    private void copy(byte[] source, int from, int length) throws IOException {
        int offset = from;
        int left = length;
        while (left > 0) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            int count = Math.min(left, buffer.remaining());
            buffer.put(source, offset, count);
            offset += count;
            left -= count;
        }
    }

    private void flush() throws IOException {
        buffer.flip();
        int bytes = buffer.remaining();
        if (bytes > 0) {
            segment.file.write(bufferOffset, buffer);
        }
        bufferOffset += bytes;
        buffer.clear();
    }
}
