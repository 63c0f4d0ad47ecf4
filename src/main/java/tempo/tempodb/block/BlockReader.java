package tempo.tempodb.block;

import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tempo.span.TraceKey;

/** Reads traces out of one block. Immutable; thread-safe if its source is. */
public final class BlockReader {
    private final BlockTail tail;
    private final BlockSource source;

    /** A reader of the block whose tail was read before. */
    public BlockReader(BlockTail tail, BlockSource source) {
        this.tail = tail;
        this.source = source;
    }

    /** Opens a block with one read; errors as in {@link BlockTail#read}. */
    public static BlockReader open(BlockMeta meta, BlockSource source) throws IOException {
        return new BlockReader(BlockTail.read(meta, source), source);
    }

    /** False if the block surely does not hold the key; true is wrong for one absent key in 256 or fewer. Reads nothing. */
    public boolean mayHold(TraceKey key) {
        return mayHold(tail, key);
    }

    /** As {@link #mayHold(TraceKey)}, of the block with this tail. */
    public static boolean mayHold(BlockTail tail, TraceKey key) {
        return tail.directory().mayHold(key.high()) && firstGroup(tail, key) >= 0;
    }

    /**
     * Adds all values of a key to {@code target}, in the order in which they were added: with no read if {@link #mayHold} is
     * false, else with one, and one more for each group that the trace continues in.
     *
     * @throws CorruptBlockException if a group or frame of this trace is damaged; {@code target} has got all values that could
     *     be read nevertheless, and no others
     * @throws IOException if the source fails
     */
    public void find(TraceKey key, List<byte[]> target) throws IOException {
        int group = tail.directory().mayHold(key.high()) ? firstGroup(tail, key) : CorruptBlockException.NONE;
        if (group < 0) {
            return;
        }
        GroupTable groups = tail.groups();
        @Nullable CorruptBlockException first = null;
        for (; group < groups.groups() && groups.startsAtMost(group, key.high(), key.low()); group++) {
            try {
                readGroup(group).find(key.high(), key.low(), target);
            } catch (CorruptBlockException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** Passes all entries with keys from {@code from} to {@code to}, both included, to {@code visitor}, in key order. */
    public void scan(TraceKey from, TraceKey to, EntryVisitor visitor) throws IOException {
        BlockCursor cursor = cursor(from, to);
        while (true) {
            try {
                if (!cursor.next()) {
                    return;
                }
            } catch (CorruptBlockException e) {
                visitor.unreadable(e);
                continue;
            }
            visitor.entry(cursor);
        }
    }

    /** Iterates over the entries with keys from {@code from} to {@code to}, both included, in key order. */
    public BlockCursor cursor(TraceKey from, TraceKey to) {
        return new BlockCursor(this, from, to);
    }

    BlockTail tail() {
        return tail;
    }

    /** The bytes of a segment, checked. */
    byte[] segmentBytes(int segment) throws IOException {
        return tail.segments().read(segment, source, BlockPlace.block(tail.blockId()));
    }

    /**
     * The block's columns, for scans.
     *
     * @throws IllegalArgumentException if it is not of spans
     */
    public SpanColumns columns() {
        return new SpanColumns(tail, source);
    }

    Group readGroup(int group) throws IOException {
        BlockPlace place = BlockPlace.group(tail.blockId(), tail.groups().index(group));
        byte[] bytes;
        try {
            bytes = source.read(tail.groups().offset(group), tail.groups().length(group));
        } catch (EOFException e) {
            throw place.corrupt("data object ends before the group does (" + e.getMessage() + ")");
        }
        if (bytes.length != tail.groups().length(group)) {
            throw place.corrupt("group must be of " + tail.groups().length(group) + " bytes but is of " + bytes.length);
        }
        return tail.content() == BlockContent.SPANS
                ? SpansGroup.decode(bytes, tail.segments(), source, place)
                : OpaqueGroup.decode(bytes, place);
    }

    /** The group in which the key begins if it is there at all; negative if it falls between two groups. */
    private static int firstGroup(BlockTail tail, TraceKey key) {
        GroupTable groups = tail.groups();
        int group = groups.firstEndingAtLeast(key.high(), key.low());
        boolean inside = group < groups.groups() && groups.startsAtMost(group, key.high(), key.low());
        return inside ? group : CorruptBlockException.NONE;
    }
}
