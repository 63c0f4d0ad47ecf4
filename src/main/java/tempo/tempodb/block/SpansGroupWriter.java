package tempo.tempodb.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tempo.span.MalformedProtobufException;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.spans.GroupDigest;
import tempo.tempodb.spans.SpanGroupWriter;

/** A group of spans as columns in the making, and the segment that it shares with the groups around it. */
final class SpansGroupWriter extends GroupWriter {
    private static final int KEPT_BYTES = 1 << 20;

    private final SpanGroupWriter columns = new SpanGroupWriter();
    private final GrowingBytes directory = new GrowingBytes(2048);
    private final GrowingBytes pages = new GrowingBytes(256 << 10);
    private @Nullable GroupDigest digest;
    private boolean segmentUsed;

    SpansGroupWriter(UUID blockId) {
        super(blockId);
    }

    @Override
    boolean isFull() {
        return spans() >= BlockLayout.GROUP_SPANS_TARGET
                || rawBytes() >= BlockLayout.GROUP_RAW_MAX / 2
                || entries() >= BlockLayout.GROUP_ENTRIES_MAX;
    }

    @Override
    boolean isOverfullWith(int valueBytes) {
        return spans() >= BlockLayout.GROUP_SPANS_MAX
                || columns.hasManyColumns()
                || entries() >= BlockLayout.GROUP_ENTRIES_MAX
                || rawBytes() + valueBytes > BlockLayout.GROUP_RAW_MAX;
    }

    @Override
    int addValue(long high, long low, ByteBuffer value, int spanCount, long oldest, long newest) {
        try {
            if (value.hasArray()) {
                int from = value.arrayOffset() + value.position();
                return columns.add(high, low, value.array(), from, from + value.remaining());
            }
            byte[] copy = new byte[value.remaining()];
            value.get(value.position(), copy);
            return columns.add(high, low, copy, 0, copy.length);
        } catch (MalformedProtobufException e) {
            throw new IllegalArgumentException("value is no TracesData: " + e.getMessage(), e);
        }
    }

    @Override
    void learn(SpansGroup from) throws IOException {
        from.teach(columns);
    }

    @Override
    void copyValue(SpansGroup.Entries from, int row) throws IOException {
        from.copy(row, columns);
    }

    @Override
    int write(int groupIndex, int segment, ObjectWriter target) throws IOException {
        directory.putInt(segment);
        GroupDigest finished = columns.finish(directory, pages);
        digest = finished;
        if (finished.hasSpans()) {
            starts(clampedToSigned(finished.oldest()), clampedToSigned(finished.newest()));
        }
        ByteBuffer header = GroupHeader.encode(blockId(), groupIndex, summary(), 0, directory.written());
        int length = header.remaining() + pages.length();
        target.write(header);
        target.write(pages.written());
        directory.truncate(0);
        pages.clear(KEPT_BYTES);
        segmentUsed = true;
        return length;
    }

    /** Spans carry unsigned times, the group's time range is signed: what lies after the year 2262 counts as then. */
    private static long clampedToSigned(long unsignedNanos) {
        return unsignedNanos < 0 ? Long.MAX_VALUE : unsignedNanos;
    }

    @Override
    Optional<GroupDigest> digest() {
        return Optional.ofNullable(digest);
    }

    @Override
    boolean hasSegment() {
        return segmentUsed;
    }

    @Override
    boolean isSegmentFull() {
        return columns.isSegmentFull();
    }

    @Override
    void finishSegment(GrowingBytes out) {
        columns.finishSegment(out);
        segmentUsed = false;
    }
}
