package tempo.tempodb.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import tempo.span.TraceKey;

/**
 * Walks over the entries of a block in key order, holding one group. For one thread. The accessors tell
 * of the entry that the last {@link #next} moved to.
 */
public final class BlockCursor {
    private static final byte[] NO_BYTES = {};

    private final BlockReader reader;
    private final TraceKey from;
    private final TraceKey to;

    private int nextGroup;
    private @Nullable Group group;
    private Group.@Nullable Values values;
    private byte[] value = NO_BYTES;
    private int row;

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
     * @throws CorruptBlockException if a group or a value is damaged; the next call goes on behind it
     * @throws IOException if the source fails; the next call tries the same group again
     */
    public boolean next() throws IOException {
        while (true) {
            if (group == null && !openGroup()) {
                return false;
            }
            Group open = group();
            row++;
            if (row >= open.rows()) {
                close();
            } else if (Keys.compare(open.keyHigh(row), open.keyLow(row), to.high(), to.low()) > 0) {
                close();
                nextGroup = reader.tail().groups().groups();
                return false;
            } else {
                readValue();
                return true;
            }
        }
    }

    public TraceKey key() {
        return new TraceKey(keyHigh(), keyLow());
    }

    public long keyHigh() {
        return group().keyHigh(row);
    }

    public long keyLow() {
        return group().keyLow(row);
    }

    /** The value, read-only; valid for as long as it is referenced. */
    public ByteBuffer value() {
        return ByteBuffer.wrap(value).asReadOnlyBuffer();
    }

    public int spans() {
        return group().spans(row);
    }

    /** Oldest span start, unix nanoseconds. */
    public long startMin() {
        return values().oldest();
    }

    /** Newest span start, unix nanoseconds. */
    public long startMax() {
        return values().newest();
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
        Group open = group();
        values = open.values();
        row = open.firstAtLeast(from.high(), from.low()) - 1;
        return true;
    }

    private void readValue() throws CorruptBlockException {
        try {
            value = values().read(row);
        } catch (CorruptBlockException e) {
            row = values().behind(row) - 1;
            throw e;
        }
    }

    private Group.Values values() {
        if (values == null) {
            throw new IllegalStateException("cursor is not at an entry");
        }
        return values;
    }

    private void close() {
        group = null;
        values = null;
        value = NO_BYTES;
    }
}
