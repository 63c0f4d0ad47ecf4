package tempo.tempodb.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.column.GrowingBytes;

/**
 * One group in the making. Holds the group's encoded frames, its trace table and the frame being filled; nothing of other
 * groups. The values of consecutive entries form a frame; an entry never spans two frames.
 */
final class GroupWriter {
    private static final int KEPT_BYTES = 2 << 20;

    private final UUID blockId;
    private final GrowingBytes frame = new GrowingBytes(BlockLayout.FRAME_RAW_TARGET);
    private final GrowingBytes frames = new GrowingBytes(KEPT_BYTES);
    private final GrowingBytes keys = new GrowingBytes(64 << 10);
    private final GrowingBytes rows = new GrowingBytes(64 << 10);
    private final List<PageEntry> pages = new ArrayList<>();

    private int frameRows;
    private long firstHigh;
    private long firstLow;
    private long lastHigh;
    private long lastLow;
    private int entries;
    private int newTraces;
    private long spans;
    private long rawBytes;
    private long startMin = Long.MAX_VALUE;
    private long startMax = Long.MIN_VALUE;

    GroupWriter(UUID blockId) {
        this.blockId = blockId;
    }

    boolean isEmpty() {
        return entries == 0;
    }

    /** True if the group should end once its last trace has ended. */
    boolean isFull() {
        return frames.length() >= BlockLayout.GROUP_TARGET;
    }

    /** True if the group has to end before {@code valueBytes} more, even inside a trace. */
    boolean isOverfullWith(int valueBytes) {
        return frames.length() >= BlockLayout.GROUP_ENCODED_MAX
                || entries >= BlockLayout.GROUP_ENTRIES_MAX
                || rawBytes + valueBytes > BlockLayout.GROUP_RAW_MAX;
    }

    void add(long high, long low, boolean newTrace, ByteBuffer value, int spanCount, long oldest, long newest) {
        int length = value.remaining();
        if (frameRows > 0 && frame.length() + length > BlockLayout.FRAME_RAW_TARGET) {
            closeFrame();
        }
        if (entries == 0) {
            firstHigh = high;
            firstLow = low;
        }
        lastHigh = high;
        lastLow = low;
        frame.put(value);
        keys.reserve(Keys.BYTES);
        Keys.put(keys.written().limit(keys.length() + Keys.BYTES).position(keys.length()), high, low);
        keys.extend(Keys.BYTES);
        rows.putVarint(length);
        rows.putVarint(spanCount);
        rows.putVarint(oldest);
        rows.putVarint(newest - oldest);
        frameRows++;
        entries++;
        newTraces += newTrace ? 1 : 0;
        spans += spanCount;
        rawBytes += length;
        startMin = Math.min(startMin, oldest);
        startMax = Math.max(startMax, newest);
    }

    GroupSummary summary() {
        return new GroupSummary(
                firstHigh, firstLow, lastHigh, lastLow, entries, newTraces, spans, rawBytes, startMin, startMax);
    }

    /**
     * Writes the group, without padding, and starts the next.
     *
     * @return its length
     */
    int finish(int groupIndex, ObjectWriter target) throws IOException {
        closeFrame();
        keys.put(rows.array(), 0, rows.length());
        List<PageEntry> placed = place();
        ByteBuffer header = GroupHeader.encode(blockId, groupIndex, summary(), placed);
        int length = header.remaining() + keys.length() + frames.length();
        target.write(header);
        target.write(keys.written());
        target.write(frames.written());
        clear();
        return length;
    }

    /** Page directory with offsets, which are known only now: header, trace table, frames. */
    private List<PageEntry> place() {
        List<PageEntry> placed = new ArrayList<>(pages.size() + 1);
        int offset = GroupHeader.bytes(pages.size() + 1);
        int tableCrc = BlockLayout.crc(keys.array(), 0, keys.length());
        placed.add(new PageEntry(
                BlockLayout.PAGE_TRACE_TABLE,
                BlockLayout.ENCODING_RAW,
                offset,
                keys.length(),
                keys.length(),
                entries,
                tableCrc));
        offset += keys.length();
        for (PageEntry page : pages) {
            placed.add(new PageEntry(
                    page.kind(),
                    page.encoding(),
                    offset,
                    page.storedLength(),
                    page.rawLength(),
                    page.rows(),
                    page.crc()));
            offset += page.storedLength();
        }
        return placed;
    }

    private void closeFrame() {
        if (frameRows == 0) {
            return;
        }
        int start = frames.length();
        int encoding = FrameCodec.encode(frame.array(), 0, frame.length(), frames);
        int stored = frames.length() - start;
        int crc = BlockLayout.crc(frames.array(), start, stored);
        pages.add(new PageEntry(BlockLayout.PAGE_VALUES, encoding, 0, stored, frame.length(), frameRows, crc));
        frame.clear(BlockLayout.FRAME_RAW_TARGET);
        frameRows = 0;
    }

    private void clear() {
        frames.clear(KEPT_BYTES);
        keys.clear(KEPT_BYTES);
        rows.clear(KEPT_BYTES);
        pages.clear();
        entries = 0;
        newTraces = 0;
        spans = 0;
        rawBytes = 0;
        startMin = Long.MAX_VALUE;
        startMax = Long.MIN_VALUE;
    }
}
