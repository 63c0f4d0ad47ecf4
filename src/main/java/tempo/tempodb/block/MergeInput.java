package tempo.tempodb.block;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tempo.span.TraceKey;
import tempo.tempodb.spans.StripBlooms;

/** One of the blocks of a merge, read from its first entry to its last. Knows its next key without having read its group. */
final class MergeInput {
    /** A segment that serves fewer spans is not worth its place in the merged block: its groups are encoded anew. */
    private static final long SEGMENT_SPANS_MIN = 1 << 16;

    private final BlockReader reader;
    private final GroupTable groups;
    private final BlockWriter target;
    private final Map<Integer, Integer> copiedSegments = new HashMap<>();
    private final Map<Integer, Long> segmentSpans = new HashMap<>();

    private int nextGroup;
    private @Nullable Group group;

    /** The next group, read to be copied. */
    private @Nullable SpansGroup ahead;

    private Group.@Nullable Values values;
    private int row;
    private int bloomStrip = CorruptBlockException.NONE;
    private @Nullable StripBlooms strippedBlooms;

    MergeInput(BlockReader reader, BlockWriter target) {
        this.reader = reader;
        this.groups = reader.tail().groups();
        this.target = target;
        for (int i = 0; i < groups.groups(); i++) {
            segmentSpans.merge(groups.segment(i), groups.spans(i), Long::sum);
        }
    }

    /** A value as it was read. */
    record Entry(byte[] value, int spans, long oldest, long newest) {}

    boolean hasNext() {
        return group != null || nextGroup < groups.groups();
    }

    long keyHigh() {
        return group == null ? groups.firstHigh(nextGroup) : group.keyHigh(row);
    }

    long keyLow() {
        return group == null ? groups.firstLow(nextGroup) : group.keyLow(row);
    }

    boolean isAt(long high, long low) {
        return hasNext() && keyHigh() == high && keyLow() == low;
    }

    /** True if it stands before a group that might be taken over whole. */
    boolean mayCopyGroup() {
        return group == null
                && reader.tail().content() == BlockContent.SPANS
                && segmentSpans.getOrDefault(groups.segment(nextGroup), 0L) >= SEGMENT_SPANS_MIN;
    }

    boolean groupEndsBefore(long high, long low) {
        return Keys.compare(groups.lastHigh(nextGroup), groups.lastLow(nextGroup), high, low) < 0;
    }

    /** True if all traces of the next group are kept. */
    boolean groupIsAll(Predicate<TraceKey> keeps) throws IOException {
        SpansGroup next = ahead();
        for (int i = 0; i < next.rows(); i++) {
            if (!keeps.test(new TraceKey(next.keyHigh(i), next.keyLow(i)))) {
                return false;
            }
        }
        return true;
    }

    /** Takes over the next group; returns how many spans it has. */
    long copyGroup() throws IOException {
        SpansGroup next = ahead();
        next.checkPages();
        Integer segment = copiedSegments.get(groups.segment(nextGroup));
        if (segment == null) {
            segment = target.copySegment(reader.segmentBytes(groups.segment(nextGroup)));
            copiedSegments.put(groups.segment(nextGroup), segment);
        }
        target.copyGroup(next, segment, next.digest(blooms()));
        long spans = groups.spans(nextGroup);
        nextGroup++;
        ahead = null;
        return spans;
    }

    /** Reads the next group if it stands before one. */
    void openGroup() throws IOException {
        if (group == null) {
            Group opened = ahead != null ? ahead : reader.readGroup(nextGroup);
            group = opened;
            values = opened.values();
            ahead = null;
            nextGroup++;
            row = 0;
        }
    }

    /** Reads the next entry of the group that was opened. */
    Entry next() throws IOException {
        Group open = group;
        Group.Values read = values;
        if (open == null || read == null) {
            throw new IllegalStateException("no group is open");
        }
        byte[] value = read.read(row);
        long oldest = clampedToSigned(read.oldest());
        Entry entry = new Entry(value, open.spans(row), oldest, Math.max(oldest, clampedToSigned(read.newest())));
        if (++row == open.rows()) {
            group = null;
            values = null;
        }
        return entry;
    }

    /** The blooms of the next group; none if there are none, or they are damaged. */
    private byte[] blooms() throws IOException {
        StripTable strips = reader.tail().strips();
        int strip = strips.serving(nextGroup);
        if (strip < 0) {
            return new byte[0];
        }
        if (strip != bloomStrip) {
            bloomStrip = strip;
            strippedBlooms = null;
            try {
                strippedBlooms = reader.blooms(strip);
            } catch (CorruptBlockException damaged) {
                return new byte[0];
            }
        }
        return strippedBlooms == null ? new byte[0] : strippedBlooms.of(nextGroup - strips.firstGroup(strip));
    }

    private SpansGroup ahead() throws IOException {
        if (ahead == null) {
            ahead = (SpansGroup) reader.readGroup(nextGroup);
        }
        return ahead;
    }

    /** Spans carry unsigned times, the block's time range is signed: what lies after the year 2262 counts as then. */
    private static long clampedToSigned(long unsignedNanos) {
        return unsignedNanos < 0 ? Long.MAX_VALUE : unsignedNanos;
    }
}
