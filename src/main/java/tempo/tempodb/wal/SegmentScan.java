package tempo.tempodb.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One pass over the records of a segment, after a restart or for who looks for some of them. A damaged place is passed over by searching for the next valid
 * record; whether it was durable once is decided by where later commits began (see {@link RecordLayout}). Holds one
 * window of the file in memory, or one record where that is larger.
 */
final class SegmentScan {
    /** Says that it is not known where the durable part of the segment ends. */
    static final long END_UNKNOWN = -1;

    private static final int WINDOW_BYTES = 1 << 20;
    /** Damaged places kept apart within one commit; further ones widen the last. */
    private static final int GAPS_MAX = 64;

    private final Segment segment;
    private final RecoveryVisitor visitor;
    private final long knownEnd;
    private final long limit;
    private final RecordHeader header = new RecordHeader();
    private byte[] window;
    private ByteBuffer windowView;
    private long windowOffset;
    private int windowBytes;
    private byte[] tenantBytes = new byte[0];
    private String tenant = "";

    private final long[] gaps = new long[2 * GAPS_MAX];
    private int gapCount;
    private long gapBytes;

    private long units;
    long records;
    long payloadBytes;
    long holes;
    long holeBytes;
    long tornBytes;
    long commitMax;
    /** The byte behind the last valid record. */
    long end = SegmentLayout.LINK;
    /** Whether all of the file could be read. */
    boolean readable = true;

    /** @param knownEnd where the durable part ends, or {@link #END_UNKNOWN} */
    SegmentScan(Segment segment, long knownEnd, RecoveryVisitor visitor) {
        this.segment = segment;
        this.visitor = visitor;
        this.knownEnd = knownEnd;
        long bytes = Math.min(segment.bytes, WalConfig.SEGMENT_BYTES_MAX);
        this.limit = knownEnd == END_UNKNOWN ? bytes : Math.min(bytes, knownEnd);
        this.window = new byte[(int) Math.min(WINDOW_BYTES, Math.max(bytes, RecordLayout.HEADER_BYTES))];
        this.windowView = ByteBuffer.wrap(window);
    }

    /** Reports every record and hole, and counts the records' units as outstanding. */
    void run() {
        look();
        segment.usage.add(units, 0);
    }

    /** Reports every record and hole. */
    void look() {
        try {
            scan();
        } catch (IOException e) {
            readable = false;
            visitor.unreadable(segment.name, "cannot be read behind " + end + ": " + e.getMessage());
        }
    }

    /** Returns whether what lies before {@link #end} is known to have been durable, with no torn commit in between. */
    boolean endsCleanly() {
        return readable && gapBytes == 0;
    }

    /** Reads where the durable part of the segment before ends: epoch and end, or null if the record is not valid. */
    static long @Nullable [] link(Segment segment) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(SegmentLayout.FIRST_RECORD - SegmentLayout.LINK);
        RecordHeader header = new RecordHeader();
        if (segment.file.read(SegmentLayout.LINK, bytes) < bytes.capacity()
                || !header.decode(bytes, 0, segment.epoch, SegmentLayout.LINK, segment.salt)
                || header.type != RecordLayout.LINK
                || !header.bodyMatches(bytes.array(), RecordLayout.HEADER_BYTES)) {
            return null;
        }
        return new long[] {
            (long) RecordLayout.LONG.get(bytes.array(), RecordLayout.HEADER_BYTES),
            (long) RecordLayout.LONG.get(bytes.array(), RecordLayout.HEADER_BYTES + 8)
        };
    }

    private void scan() throws IOException {
        long offset = SegmentLayout.LINK;
        long gapStart = -1;
        long tornInTail = 0;
        while (offset + RecordLayout.HEADER_BYTES <= limit) {
            load(offset, RecordLayout.HEADER_BYTES);
            boolean valid =
                    header.decode(windowView, (int) (offset - windowOffset), segment.epoch, offset, segment.salt)
                            && header.commit >= commitMax
                            && offset + RecordLayout.HEADER_BYTES + header.bodyBytes <= limit;
            long next = valid ? offset + RecordLayout.recordBytes(header.bodyBytes) : offset + 8;
            if (valid) {
                load(offset, RecordLayout.HEADER_BYTES + header.bodyBytes);
                valid = header.bodyMatches(window, (int) (offset - windowOffset) + RecordLayout.HEADER_BYTES);
                tornInTail += valid ? 0 : next - offset;
            }
            if (!valid) {
                gapStart = gapStart < 0 ? offset : gapStart;
                offset = next;
                continue;
            }
            if (gapStart >= 0) {
                addGap(gapStart, offset);
                gapStart = -1;
            }
            tornInTail = 0;
            commitMax = header.commit;
            // All before the start of this record's commit was durable before the commit was begun.
            reportHoles(header.commitStart);
            deliver(offset);
            end = next;
            offset = next;
        }
        if (knownEnd != END_UNKNOWN) {
            if (end < knownEnd) {
                addGap(end, knownEnd);
            }
            reportHoles(knownEnd);
        }
        tornBytes = gapBytes + tornInTail;
    }

    private void deliver(long offset) {
        if (header.type != RecordLayout.DATA) {
            return;
        }
        int body = (int) (offset - windowOffset) + RecordLayout.HEADER_BYTES;
        if (!Arrays.equals(tenantBytes, 0, tenantBytes.length, window, body, body + header.tenantBytes)) {
            tenantBytes = Arrays.copyOfRange(window, body, body + header.tenantBytes);
            tenant = new String(tenantBytes, StandardCharsets.UTF_8);
        }
        int bytes = header.bodyBytes - header.tenantBytes;
        ByteBuffer payload = windowView.slice(body + header.tenantBytes, bytes).asReadOnlyBuffer();
        records++;
        payloadBytes += bytes;
        units += header.units;
        visitor.record(WalPosition.of(segment.epoch, offset), tenant, payload, header.units);
    }

    private void addGap(long from, long to) {
        gapBytes += to - from;
        if (gapCount == GAPS_MAX) {
            gaps[2 * gapCount - 1] = to;
            return;
        }
        gaps[2 * gapCount] = from;
        gaps[2 * gapCount + 1] = to;
        gapCount++;
    }

    /** Reports the gaps before {@code durable} as holes; what lies behind stays a gap. */
    private void reportHoles(long durable) {
        int kept = 0;
        long keptBytes = 0;
        for (int i = 0; i < gapCount; i++) {
            long from = gaps[2 * i];
            long to = gaps[2 * i + 1];
            if (from < durable) {
                long holeEnd = Math.min(to, durable);
                holes++;
                holeBytes += holeEnd - from;
                visitor.hole(segment.name, from, holeEnd);
                from = holeEnd;
            }
            if (from < to) {
                gaps[2 * kept] = from;
                gaps[2 * kept + 1] = to;
                keptBytes += to - from;
                kept++;
            }
        }
        gapCount = kept;
        gapBytes = keptBytes;
    }

    /** Makes {@code [offset, offset + bytes)}, which lies within the limit, part of the window. */
    private void load(long offset, int bytes) throws IOException {
        if (offset >= windowOffset && offset + bytes <= windowOffset + windowBytes) {
            return;
        }
        if (bytes > window.length) {
            window = new byte[bytes];
            windowView = ByteBuffer.wrap(window);
        } else if (window.length > WINDOW_BYTES && bytes <= WINDOW_BYTES) {
            window = new byte[WINDOW_BYTES];
            windowView = ByteBuffer.wrap(window);
        }
        windowBytes = 0;
        windowOffset = offset;
        windowBytes = segment.file.read(offset, windowView.clear());
        windowView.clear();
        if (windowBytes < bytes) {
            throw new IOException("file ended at " + (offset + windowBytes) + " while it was read");
        }
    }
}
