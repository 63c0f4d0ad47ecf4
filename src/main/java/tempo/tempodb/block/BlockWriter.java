package tempo.tempodb.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tempo.span.TraceKey;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.spans.GroupDigest;
import tempo.tempodb.spans.StripWriter;

/**
 * Writes a block's data object as a stream. A state machine for one thread: entries in, bytes out to the {@link ObjectWriter},
 * which the caller commits or aborts. Holds one group (at most 2 MiB encoded, or one larger value), some ten bits per trace, and of spans
 * the tables of a segment (at most some 8 MiB, and those of one more group) and what the strip holds of 64 groups (some 1 MiB).
 */
public final class BlockWriter {
    /** Largest value that {@link #add} takes, in bytes. */
    public static final int VALUE_BYTES_MAX = BlockLayout.VALUE_BYTES_MAX;

    private static final byte[] ZEROS = new byte[BlockLayout.ALIGNMENT];

    private final BlockSpec spec;
    private final UUID blockId;
    private final BlockContent content;
    private final ObjectWriter target;
    private final GroupWriter group;
    private final List<GroupTable.Placed> groups = new ArrayList<>();
    private final List<SegmentTable.@Nullable Placed> segments = new ArrayList<>();
    private final List<StripTable.Placed> strips = new ArrayList<>();
    private final StripWriter strip = new StripWriter();
    private final DirectoryWriter directory = new DirectoryWriter();

    /** The segment that the groups in the making share, once the first of them is finished; negative before. */
    private int ownSegment = CorruptBlockException.NONE;

    private long offset;
    private int traces;
    private long entries;
    private long spans;
    private long rawBytes;
    private long firstHigh;
    private long firstLow;
    private long lastHigh;
    private long lastLow;
    private long startMin = Long.MAX_VALUE;
    private long startMax = Long.MIN_VALUE;
    private boolean groupEndsHere;
    private boolean finished;

    /** Set while a group is on its way: if that fails, what the target holds is not known. */
    private boolean broken;

    /** A writer of an empty block; nothing is written to {@code target} yet. */
    public BlockWriter(BlockSpec spec, ObjectWriter target) {
        this.spec = spec;
        this.blockId = spec.blockId();
        this.content = spec.content();
        this.target = target;
        this.group = GroupWriter.of(content, blockId);
    }

    /** As {@link #add(long, long, ByteBuffer, int, long, long)}. */
    public void add(TraceKey key, ByteBuffer value, int spanCount, long oldest, long newest) throws IOException {
        add(key.high(), key.low(), value, spanCount, oldest, newest);
    }

    /**
     * Adds a trace or a part of one. Keys come in non-decreasing unsigned order; the same key may come several times in a row.
     *
     * @param value its remaining bytes are copied, its position stays; at most {@link #VALUE_BYTES_MAX}, may be none. In a block
     *     of spans it is a {@code TracesData}
     * @param spanCount spans in the value, at least 0; a block of spans counts them itself, equal ones once
     * @param oldest start of its oldest span, unix nanoseconds; a block of spans looks itself
     * @param newest start of its newest span, unix nanoseconds, not before {@code oldest}; likewise
     * @throws IllegalArgumentException if the key is less than the one before, an argument is out of bounds, or the value is not
     *     of the block's content; nothing was added
     * @throws IllegalStateException if the block has as many traces as can be, 2^24
     * @throws IOException if the target fails; the block cannot be finished any more
     */
    public void add(long keyHigh, long keyLow, ByteBuffer value, int spanCount, long oldest, long newest)
            throws IOException {
        requireValid(keyHigh, keyLow, value, spanCount, oldest, newest);
        int length = value.remaining();
        boolean newTrace = makeRoom(keyHigh, keyLow, length);
        int counted = group.add(keyHigh, keyLow, newTrace, value, spanCount, oldest, newest);
        groupEndsHere = length > BlockLayout.SHARED_VALUE_BYTES_MAX;
        count(keyHigh, keyLow, newTrace, length, counted);
    }

    /** Finishes the group if the entry does not belong in it; returns whether the entry begins a trace. */
    private boolean makeRoom(long keyHigh, long keyLow, int length) throws IOException {
        boolean newTrace = entries == 0 || keyHigh != lastHigh || keyLow != lastLow;
        if (newTrace && traces == BlockLayout.TRACES_MAX) {
            throw new IllegalStateException("block " + blockId + " has " + traces + " traces already");
        }
        boolean alone = length > BlockLayout.SHARED_VALUE_BYTES_MAX;
        boolean ends = groupEndsHere || alone || group.isOverfullWith(length) || newTrace && group.isFull();
        if (ends && !group.isEmpty()) {
            finishGroup();
        }
        return newTrace;
    }

    /** Tells that entries of a group of another block will be copied, or merged with others. */
    void learn(SpansGroup from) throws IOException {
        group.learn(from);
    }

    /**
     * Copies an entry of another block, whose key is not less than those before. Its spans are not made.
     *
     * @param entries of {@code from}, not read behind {@code row}
     */
    void copyEntry(SpansGroup from, SpansGroup.Entries entries, int row) throws IOException {
        long keyHigh = from.keyHigh(row);
        long keyLow = from.keyLow(row);
        requireNext(keyHigh, keyLow);
        int spanCount = from.spans(row);
        int length = entries.rawBytes(row);
        boolean newTrace = makeRoom(keyHigh, keyLow, length);
        broken = true;
        group.copyValue(entries, row);
        broken = false;
        long oldest = clampedToSigned(entries.oldest());
        long newest = Math.max(oldest, clampedToSigned(entries.newest()));
        group.count(keyHigh, keyLow, newTrace, spanCount, length, oldest, newest);
        groupEndsHere = length > BlockLayout.SHARED_VALUE_BYTES_MAX;
        count(keyHigh, keyLow, newTrace, length, spanCount);
    }

    /** Spans carry unsigned times, the block's time range is signed: what lies after the year 2262 counts as then. */
    static long clampedToSigned(long unsignedNanos) {
        return unsignedNanos < 0 ? Long.MAX_VALUE : unsignedNanos;
    }

    /** Entries added so far. */
    public long entries() {
        return entries;
    }

    /** Bytes passed to the target so far. */
    public long bytesWritten() {
        return offset;
    }

    /**
     * Writes what is left: the last group, the tail and the footer. The caller commits the target next.
     *
     * @throws IllegalStateException if nothing was added or the block is already finished
     */
    public BlockSummary finish() throws IOException {
        if (entries == 0 || finished || broken) {
            throw new IllegalStateException(
                    "block " + blockId + " has " + entries + " entries, finished: " + finished + ", failed: " + broken);
        }
        if (!group.isEmpty()) {
            finishGroup();
        }
        finished = true;
        if (strip.groups() > 0) {
            finishStrip();
        }
        if (group.hasSegment()) {
            finishSegment();
        }
        DirectoryWriter.Written written = directory.write(target, offset);
        offset = written.end();
        long tailOffset = offset;
        List<BlockFooter.Section> sections = new ArrayList<>();
        sections.add(writeSection(BlockLayout.SECTION_GROUP_TABLE, GroupTable.encode(groups)));
        sections.add(writeSection(BlockLayout.SECTION_TRACE_DIRECTORY, written.table()));
        if (!segments.isEmpty()) {
            sections.add(writeSection(BlockLayout.SECTION_SEGMENT_TABLE, SegmentTable.encode(segments)));
        }
        if (!strips.isEmpty()) {
            sections.add(writeSection(BlockLayout.SECTION_STRIP_TABLE, StripTable.encode(strips)));
        }
        BlockSummary summary = summaryBeforeFooter();
        sections.add(writeSection(BlockLayout.SECTION_COMMIT_RECORD, new BlockMeta(spec, summary).encode()));
        ByteBuffer footer = BlockFooter.encode(blockId, content, sections);
        int footerBytes = footer.remaining();
        int footerCrc = BlockFooter.crc(footer.array(), 0, footerBytes);
        write(footer);
        return summary.withFooter(offset, tailOffset, footerBytes, footerCrc);
    }

    /** As if the smallest footer followed here. */
    private BlockSummary summaryBeforeFooter() {
        int footerBytes = BlockLayout.FOOTER_FIXED_BYTES + BlockLayout.FOOTER_END_BYTES;
        return new BlockSummary(
                new TraceKey(firstHigh, firstLow),
                new TraceKey(lastHigh, lastLow),
                startMin,
                startMax,
                traces,
                entries,
                spans,
                rawBytes,
                offset + footerBytes,
                offset,
                footerBytes,
                0);
    }

    private void requireValid(long keyHigh, long keyLow, ByteBuffer value, int spanCount, long oldest, long newest) {
        requireNext(keyHigh, keyLow);
        if (value.remaining() > VALUE_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "value must be of at most " + VALUE_BYTES_MAX + " bytes but is of " + value.remaining());
        }
        if (spanCount < 0 || oldest > newest) {
            throw new IllegalArgumentException(
                    "entry cannot have " + spanCount + " spans that start from " + oldest + " to " + newest);
        }
    }

    private void requireNext(long keyHigh, long keyLow) {
        if (finished || broken) {
            throw new IllegalStateException("block " + blockId + (finished ? " is finished" : " could not be written"));
        }
        if (entries > 0 && Keys.compare(keyHigh, keyLow, lastHigh, lastLow) < 0) {
            throw new IllegalArgumentException("keys must not decrease but after " + new TraceKey(lastHigh, lastLow)
                    + " came " + new TraceKey(keyHigh, keyLow));
        }
    }

    private void count(long keyHigh, long keyLow, boolean newTrace, int length, int spanCount) {
        if (entries == 0) {
            firstHigh = keyHigh;
            firstLow = keyLow;
        }
        if (newTrace) {
            directory.add(keyHigh);
            traces++;
        }
        lastHigh = keyHigh;
        lastLow = keyLow;
        entries++;
        spans += spanCount;
        rawBytes += length;
    }

    private void count(GroupSummary summary) {
        startMin = Math.min(startMin, summary.startMin());
        startMax = Math.max(startMax, summary.startMax());
    }

    private void finishGroup() throws IOException {
        if (groups.isEmpty() && segments.isEmpty()) {
            writeHeader();
        }
        if (groups.size() == BlockLayout.GROUPS_MAX) {
            throw new IllegalStateException("block " + blockId + " has " + groups.size() + " groups already");
        }
        broken = true;
        long start = offset;
        int segment = segmentOfGroup();
        int length = group.finish(groups.size(), segment, target);
        offset += length;
        GroupSummary summary = group.finished();
        count(summary);
        groups.add(new GroupTable.Placed(summary, start, length, segment));
        pad();
        if (group.isSegmentFull() && group.hasSegment()) {
            finishSegment();
            pad();
        }
        group.digest().ifPresent(strip::add);
        if (strip.isFull()) {
            finishStrip();
        }
        broken = false;
    }

    private void finishStrip() throws IOException {
        GrowingBytes bytes = new GrowingBytes(1 << 20);
        int groupCount = strip.groups();
        int[] lengths = strip.finish(bytes);
        strips.add(StripTable.Placed.of(groups.size() - groupCount, groupCount, offset, bytes.array(), lengths));
        write(bytes.written());
        pad();
    }

    /** The number of the segment that the group in the making needs: the place is kept for it. */
    private int segmentOfGroup() {
        if (content != BlockContent.SPANS) {
            return 0;
        }
        if (ownSegment < 0) {
            ownSegment = segments.size();
            segments.add(null);
        }
        return ownSegment;
    }

    /** Writes a segment of another block; returns its number in this one. */
    int copySegment(byte[] bytes) throws IOException {
        if (!group.isEmpty()) {
            finishGroup();
        }
        if (groups.isEmpty() && segments.isEmpty()) {
            writeHeader();
        }
        broken = true;
        int number = segments.size();
        segments.add(writeSegment(number, bytes, bytes.length));
        pad();
        broken = false;
        return number;
    }

    /**
     * Writes a group of another block, whose keys are not less than those before, as it is, but for its header.
     *
     * @param digest what a strip holds of it
     */
    void copyGroup(SpansGroup copied, int segment, GroupDigest digest) throws IOException {
        if (!group.isEmpty()) {
            finishGroup();
        }
        if (groups.size() == BlockLayout.GROUPS_MAX) {
            throw new IllegalStateException("block " + blockId + " has " + groups.size() + " groups already");
        }
        GroupSummary before = copied.summary();
        int newTraces = 0;
        for (int i = 0; i < copied.rows(); i++) {
            long high = copied.keyHigh(i);
            long low = copied.keyLow(i);
            boolean newTrace = entries == 0 || high != lastHigh || low != lastLow;
            newTraces += newTrace ? 1 : 0;
            count(high, low, newTrace, 0, copied.spans(i));
        }
        rawBytes += before.rawBytes();
        GroupSummary summary = before.withNewTraces(newTraces);
        count(summary);
        ByteBuffer directory = ByteBuffer.allocate(
                        Integer.BYTES + copied.directoryBytes().remaining())
                .order(ByteOrder.LITTLE_ENDIAN);
        directory.putInt(segment).put(copied.directoryBytes()).flip();
        broken = true;
        long start = offset;
        write(GroupHeader.encode(blockId, groups.size(), summary, 0, directory));
        write(copied.pageBytes());
        groups.add(new GroupTable.Placed(summary, start, (int) (offset - start), segment));
        pad();
        strip.add(digest);
        if (strip.isFull()) {
            finishStrip();
        }
        broken = false;
    }

    private void finishSegment() throws IOException {
        GrowingBytes segment = new GrowingBytes(256 << 10);
        group.finishSegment(segment);
        if (segment.length() > BlockLayout.SEGMENT_BYTES_MAX || segments.size() == BlockLayout.SEGMENTS_MAX) {
            throw new IllegalStateException("block " + blockId + " cannot have segment " + segments.size() + " of "
                    + segment.length() + " bytes");
        }
        segments.set(ownSegment, writeSegment(ownSegment, segment.array(), segment.length()));
        ownSegment = CorruptBlockException.NONE;
    }

    private SegmentTable.Placed writeSegment(int number, byte[] bytes, int length) throws IOException {
        int crc = BlockLayout.crc(bytes, 0, length);
        SegmentTable.Placed placed = new SegmentTable.Placed(offset, length, crc);
        write(SegmentTable.header(blockId, number, length, crc));
        write(ByteBuffer.wrap(bytes, 0, length));
        return placed;
    }

    private void writeHeader() throws IOException {
        write(BlockLayout.fileHeader(blockId));
        pad();
    }

    private BlockFooter.Section writeSection(int type, byte[] section) throws IOException {
        long start = offset;
        write(ByteBuffer.wrap(section));
        return new BlockFooter.Section(type, BlockLayout.crc(section, 0, section.length), start, section.length);
    }

    private void pad() throws IOException {
        write(ByteBuffer.wrap(ZEROS, 0, (int) (BlockLayout.align(offset) - offset)));
    }

    private void write(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        target.write(bytes);
        offset += length;
    }
}
