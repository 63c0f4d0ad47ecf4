package tempo.tempodb.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.spans.GroupDigest;

/** One group in the making, whatever its content; nothing of other groups. */
abstract class GroupWriter {
    private final UUID blockId;
    private long firstHigh;
    private long firstLow;
    private long lastHigh;
    private long lastLow;
    private int entries;
    private int newTraces;
    private long spans;
    private long rawBytes;
    private long startMin;
    private long startMax;
    private @Nullable GroupSummary finished;

    GroupWriter(UUID blockId) {
        this.blockId = blockId;
        clear();
    }

    static GroupWriter of(BlockContent content, UUID blockId) {
        return content == BlockContent.SPANS ? new SpansGroupWriter(blockId) : new OpaqueGroupWriter(blockId);
    }

    final boolean isEmpty() {
        return entries == 0;
    }

    final int entries() {
        return entries;
    }

    final long spans() {
        return spans;
    }

    final long rawBytes() {
        return rawBytes;
    }

    /** True if the group should end once its last trace has ended. */
    abstract boolean isFull();

    /** True if the group has to end before {@code valueBytes} more, even inside a trace. */
    abstract boolean isOverfullWith(int valueBytes);

    /**
     * Adds an entry; returns how many spans it has.
     *
     * @throws IllegalArgumentException if the value is not of this content; nothing was added
     */
    abstract int addValue(long high, long low, ByteBuffer value, int spanCount, long oldest, long newest);

    final int add(long high, long low, boolean newTrace, ByteBuffer value, int spanCount, long oldest, long newest) {
        int counted = addValue(high, low, value, spanCount, oldest, newest);
        count(high, low, newTrace, counted, value.remaining(), oldest, newest);
        return counted;
    }

    /** Tells that entries of a group will be copied, or merged with others. */
    void learn(SpansGroup from) throws IOException {
        throw new IllegalStateException("this content has no columns");
    }

    /** Copies the entry {@code row} of another group, which is not before the last one that was read or copied of it. */
    void copyValue(SpansGroup.Entries from, int row) throws IOException {
        throw new IllegalStateException("this content has no columns");
    }

    /** Counts an entry that was added. */
    final void count(long high, long low, boolean newTrace, int spanCount, long bytes, long oldest, long newest) {
        if (entries == 0) {
            firstHigh = high;
            firstLow = low;
        }
        lastHigh = high;
        lastLow = low;
        entries++;
        newTraces += newTrace ? 1 : 0;
        spans += spanCount;
        rawBytes += bytes;
        startMin = Math.min(startMin, oldest);
        startMax = Math.max(startMax, newest);
    }

    final GroupSummary summary() {
        return new GroupSummary(
                firstHigh, firstLow, lastHigh, lastLow, entries, newTraces, spans, rawBytes, startMin, startMax);
    }

    /**
     * Writes the group, without padding, and starts the next.
     *
     * @param segment the number of the segment that it needs, 0 where there are none
     * @return its length
     */
    final int finish(int groupIndex, int segment, ObjectWriter target) throws IOException {
        int length = write(groupIndex, segment, target);
        finished = summary();
        clear();
        return length;
    }

    /** What is to be said of the group that was finished last. */
    final GroupSummary finished() {
        if (finished == null) {
            throw new IllegalStateException("no group was finished");
        }
        return finished;
    }

    /** Puts what the group itself knows of its starts in place of what was said of its values. */
    final void starts(long oldest, long newest) {
        startMin = oldest;
        startMax = newest;
    }

    abstract int write(int groupIndex, int segment, ObjectWriter target) throws IOException;

    /** What a strip holds of the group that was finished last; nothing for content that has no strips. */
    Optional<GroupDigest> digest() {
        return Optional.empty();
    }

    /** True if there is something that has to be written as a segment, for the groups since the last one. */
    boolean hasSegment() {
        return false;
    }

    /** True if the segment should end with the last group. */
    boolean isSegmentFull() {
        return false;
    }

    /** Appends the segment and starts the next. */
    void finishSegment(GrowingBytes out) {
        throw new IllegalStateException("this content has no segments");
    }

    final UUID blockId() {
        return blockId;
    }

    private void clear() {
        entries = 0;
        newTraces = 0;
        spans = 0;
        rawBytes = 0;
        startMin = Long.MAX_VALUE;
        startMax = Long.MIN_VALUE;
    }
}
