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

    /** The next key, if there is one. */
    private long keyHigh;

    private long keyLow;

    MergeInput(BlockReader reader, BlockWriter target) {
        this.reader = reader;
        this.groups = reader.tail().groups();
        this.target = target;
        for (int i = 0; i < groups.groups(); i++) {
            segmentSpans.merge(groups.segment(i), groups.spans(i), Long::sum);
        }
        findKey();
    }

    /** A value as it was read. */
    record Entry(byte[] value, int spans, long oldest, long newest) {}

    boolean hasNext() {
        return group != null || nextGroup < groups.groups();
    }

    long keyHigh() {
        return keyHigh;
    }

    long keyLow() {
        return keyLow;
    }

    /** True if its next key comes before that of another input, which has one. */
    boolean isBefore(MergeInput other) {
        return Keys.compare(keyHigh, keyLow, other.keyHigh, other.keyLow) < 0;
    }

    /** True if a group of columns is open and its next key has no other entry in this block. */
    boolean mayCopyEntry() {
        if (!(group instanceof SpansGroup open)) {
            return false;
        }
        if (row + 1 < open.rows()) {
            return open.keyLow(row + 1) != keyLow || open.keyHigh(row + 1) != keyHigh;
        }
        return nextGroup == groups.groups()
                || groups.firstLow(nextGroup) != keyLow
                || groups.firstHigh(nextGroup) != keyHigh;
    }

    boolean isAt(long high, long low) {
        return keyHigh == high && keyLow == low && hasNext();
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
        findKey();
        return spans;
    }

    /** Reads the next group if it stands before one. */
    void openGroup() throws IOException {
        if (group == null) {
            Group opened = ahead != null ? ahead : reader.readGroup(nextGroup);
            group = opened;
            values = opened.values();
            if (opened instanceof SpansGroup columns) {
                target.learn(columns);
            }
            ahead = null;
            nextGroup++;
            row = 0;
            findKey();
        }
    }

    /** Copies the next entry, or passes over it. */
    void copyEntry(boolean kept) throws IOException {
        if (kept && group instanceof SpansGroup open && values instanceof SpansGroup.Entries entries) {
            target.copyEntry(open, entries, row);
        }
        passEntry();
    }

    /** Reads the next entry of the group that was opened. */
    Entry next() throws IOException {
        Group open = group;
        Group.Values read = values;
        if (open == null || read == null) {
            throw new IllegalStateException("no group is open");
        }
        byte[] value = read.read(row);
        long oldest = BlockWriter.clampedToSigned(read.oldest());
        long newest = Math.max(oldest, BlockWriter.clampedToSigned(read.newest()));
        Entry entry = new Entry(value, open.spans(row), oldest, newest);
        passEntry();
        return entry;
    }

    private void passEntry() {
        if (group != null && ++row == group.rows()) {
            group = null;
            values = null;
        }
        findKey();
    }

    private void findKey() {
        if (group != null) {
            keyHigh = group.keyHigh(row);
            keyLow = group.keyLow(row);
        } else if (nextGroup < groups.groups()) {
            keyHigh = groups.firstHigh(nextGroup);
            keyLow = groups.firstLow(nextGroup);
        }
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
                strippedBlooms = reader.columns().blooms(strip);
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
}
