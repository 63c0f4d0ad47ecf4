package tempo.tempodb.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import tempo.span.TraceKey;

/**
 * Walks over the entries of a block in key order, holding one group and one decoded frame. For one thread. The accessors tell
 * of the entry that the last {@link #next} moved to.
 */
public final class BlockCursor {
    private static final byte[] NO_BYTES = {};

    private final BlockReader reader;
    private final TraceKey from;
    private final TraceKey to;

    private int nextGroup;
    private @Nullable Group group;
    private int page;
    private byte[] frame = NO_BYTES;
    private int row;
    private int offset;
    private int length;

    BlockCursor(BlockReader reader, TraceKey from, TraceKey to) {
        this.reader = reader;
        this.from = from;
        this.to = to;
        this.nextGroup = reader.tail().groups().firstEndingAtLeast(from.high(), from.low());
    }

    /**
     * Moves to the next entry; reads the next group when the current one is done.
     *
     * @return false if there is none
     * @throws CorruptBlockException if a group or frame is damaged; the next call goes on behind it
     * @throws IOException if the source fails; the next call tries the same group again
     */
    public boolean next() throws IOException {
        while (true) {
            if (group == null && !openGroup()) {
                return false;
            }
            Group open = group();
            row++;
            offset += length;
            length = 0;
            if (row >= open.endRow(page)) {
                nextFrame(open);
            } else if (isPast(open)) {
                close();
                return false;
            } else {
                length = open.table().length(row);
                if (Keys.compare(open.table().high(row), open.table().low(row), from.high(), from.low()) >= 0) {
                    return true;
                }
            }
        }
    }

    public TraceKey key() {
        return new TraceKey(keyHigh(), keyLow());
    }

    public long keyHigh() {
        return group().table().high(row);
    }

    public long keyLow() {
        return group().table().low(row);
    }

    /** The value, read-only; valid for as long as it is referenced. */
    public ByteBuffer value() {
        return ByteBuffer.wrap(frame, offset, length).slice().asReadOnlyBuffer();
    }

    public int spans() {
        return group().table().spans(row);
    }

    /** Oldest span start, unix nanoseconds. */
    public long startMin() {
        return group().table().oldest(row);
    }

    /** Newest span start, unix nanoseconds. */
    public long startMax() {
        return group().table().newest(row);
    }

    private Group group() {
        if (group == null) {
            throw new IllegalStateException("cursor is not at an entry");
        }
        return group;
    }

    private boolean openGroup() throws IOException {
        GroupTable groups = reader.tail().groups();
        if (nextGroup >= groups.groups() || !groups.startsAtMost(nextGroup, to.high(), to.low())) {
            return false;
        }
        int index = nextGroup;
        try {
            group = reader.readGroup(index);
            nextGroup++;
        } catch (CorruptBlockException e) {
            nextGroup++;
            throw e;
        }
        page = 0;
        row = -1;
        length = 0;
        return true;
    }

    /** Opens the frame that holds {@link #row}, and steps back so that the next step is to its first row. */
    private void nextFrame(Group open) throws CorruptBlockException {
        page++;
        if (page >= open.pageCount()) {
            close();
            return;
        }
        int firstRow = open.firstRow(page);
        row = open.endRow(page);
        boolean wanted = firstRow < open.endRow(page)
                && Keys.compare(open.table().high(row - 1), open.table().low(row - 1), from.high(), from.low()) >= 0
                && Keys.compare(open.table().high(firstRow), open.table().low(firstRow), to.high(), to.low()) <= 0;
        if (wanted) {
            frame = open.frame(page);
            row = firstRow;
        }
        row--;
        offset = 0;
    }

    private boolean isPast(Group open) {
        return Keys.compare(open.table().high(row), open.table().low(row), to.high(), to.low()) > 0;
    }

    private void close() {
        group = null;
        frame = NO_BYTES;
        length = 0;
    }
}
