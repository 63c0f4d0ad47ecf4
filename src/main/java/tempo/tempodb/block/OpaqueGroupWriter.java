package tempo.tempodb.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.column.GrowingBytes;

/**
 * A group of opaque values in the making. Holds its encoded frames, its trace table and the frame being filled. The values of
 * consecutive entries form a frame; an entry never spans two frames.
 */
final class OpaqueGroupWriter extends GroupWriter {
    private static final int KEPT_BYTES = 2 << 20;

    private final GrowingBytes frame = new GrowingBytes(BlockLayout.FRAME_RAW_TARGET);
    private final GrowingBytes frames = new GrowingBytes(KEPT_BYTES);
    private final GrowingBytes keys = new GrowingBytes(64 << 10);
    private final GrowingBytes rows = new GrowingBytes(64 << 10);
    private final List<PageEntry> pages = new ArrayList<>();

    private int frameRows;

    OpaqueGroupWriter(UUID blockId) {
        super(blockId);
    }

    @Override
    boolean isFull() {
        return frames.length() >= BlockLayout.GROUP_TARGET;
    }

    @Override
    boolean isOverfullWith(int valueBytes) {
        return frames.length() >= BlockLayout.GROUP_ENCODED_MAX
                || entries() >= BlockLayout.GROUP_ENTRIES_MAX
                || rawBytes() + valueBytes > BlockLayout.GROUP_RAW_MAX;
    }

    @Override
    int addValue(long high, long low, ByteBuffer value, int spanCount, long oldest, long newest) {
        int length = value.remaining();
        if (frameRows > 0 && frame.length() + length > BlockLayout.FRAME_RAW_TARGET) {
            closeFrame();
        }
        frame.put(value);
        keys.reserve(Keys.BYTES);
        Keys.put(keys.written().limit(keys.length() + Keys.BYTES).position(keys.length()), high, low);
        keys.extend(Keys.BYTES);
        rows.putVarint(length);
        rows.putVarint(spanCount);
        rows.putVarint(oldest);
        rows.putVarint(newest - oldest);
        frameRows++;
        return spanCount;
    }

    @Override
    int write(int groupIndex, int segment, ObjectWriter target) throws IOException {
        closeFrame();
        keys.put(rows.array(), 0, rows.length());
        List<PageEntry> placed = place();
        ByteBuffer header = GroupHeader.encode(blockId(), groupIndex, summary(), placed);
        int length = header.remaining() + keys.length() + frames.length();
        target.write(header);
        target.write(keys.written());
        target.write(frames.written());
        frames.clear(KEPT_BYTES);
        keys.clear(KEPT_BYTES);
        rows.clear(KEPT_BYTES);
        pages.clear();
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
                entries(),
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
}
