package tempo.tempodb.block;

import java.io.EOFException;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import org.jspecify.annotations.Nullable;
import tempo.span.TraceKey;
import tempo.tempodb.spans.Segment;

/** Reads traces out of one block. Immutable; thread-safe if its source is. */
public final class BlockReader {
    /** For a reader that shares none: a merge needs the segments of a few groups. */
    private static final long OWN_PARTS_BYTES = 16 << 20;

    private final BlockTail tail;
    private final BlockSource source;
    private final DecodedParts parts;
    private final Segments segments;

    BlockReader(BlockTail tail, BlockSource source, DecodedParts parts) {
        this.tail = tail;
        this.source = source;
        this.parts = parts;
        this.segments = new Segments(tail.segments(), source, parts);
    }

    /** As {@link #open(BlockMeta, BlockSource, DecodedParts)}, with parts of its own. */
    public static BlockReader open(BlockMeta meta, BlockSource source) throws IOException {
        return open(meta, source, new DecodedParts(OWN_PARTS_BYTES));
    }

    /**
     * Opens a block, with one read if its tail is not among {@code parts}.
     *
     * @throws CorruptBlockException if the tail is damaged or not of this block
     * @throws UnsupportedBlockException if the block needs a newer reader
     * @throws IOException if the source fails
     */
    public static BlockReader open(BlockMeta meta, BlockSource source, DecodedParts parts) throws IOException {
        return new BlockReader(BlockTail.read(meta, source, parts), source, parts);
    }

    /** A reader of the same block with the same tail and nothing else in memory, which reads from elsewhere. */
    public BlockReader withSource(BlockSource other) {
        return new BlockReader(tail, other, new DecodedParts(OWN_PARTS_BYTES));
    }

    /** What is known of a key and a block. */
    public enum Presence {
        /** The key is surely not in the block. */
        ABSENT,
        /** The key is in the block, but for one absent key in 65,536 or fewer. */
        POSSIBLE,
        /** Something has to be read for it. */
        UNKNOWN
    }

    /** What is known of a key without reading anything. */
    public static Presence presence(BlockMeta meta, TraceKey key, DecodedParts parts) {
        if (!meta.summary().covers(key)) {
            return Presence.ABSENT;
        }
        BlockTail tail = parts.peek(meta.blockId(), BlockPart.TAIL, 0, BlockTail.class);
        if (tail == null) {
            return Presence.UNKNOWN;
        }
        if (tail.firstGroup(key) < 0) {
            return Presence.ABSENT;
        }
        DirectoryTable directory = tail.directory();
        int number = directory.lastFrameFor(key.high());
        boolean before = true;
        for (; before && number >= 0; number--) {
            DirectoryFrame frame = parts.peek(meta.blockId(), BlockPart.DIRECTORY, number, DirectoryFrame.class);
            if (frame == null) {
                return Presence.UNKNOWN;
            }
            if (frame.mayHold(key.high())) {
                return Presence.POSSIBLE;
            }
            before = directory.mayBeginBefore(number, key.high());
        }
        return Presence.ABSENT;
    }

    /**
     * False if the block surely does not hold the key; true is wrong for one absent key in 65,536 or fewer. Reads a frame of the trace
     * directory, if it is not in memory.
     *
     * @throws CorruptBlockException if that is damaged
     * @throws IOException if the source fails
     */
    public boolean mayHold(TraceKey key) throws IOException {
        return tail.firstGroup(key) >= 0 && isInDirectory(key);
    }

    private boolean isInDirectory(TraceKey key) throws IOException {
        DirectoryTable directory = tail.directory();
        if (directory.frames() == 0) {
            return true;
        }
        boolean before = true;
        for (int number = directory.lastFrameFor(key.high()); before && number >= 0; number--) {
            if (directoryFrame(number).mayHold(key.high())) {
                return true;
            }
            before = directory.mayBeginBefore(number, key.high());
        }
        return false;
    }

    DirectoryFrame directoryFrame(int frame) throws IOException {
        BlockPlace place = BlockPlace.block(tail.blockId());
        return parts.get(tail.blockId(), BlockPart.DIRECTORY, frame, DirectoryFrame.class, () -> tail.directory()
                .read(frame, source, place));
    }

    /**
     * Adds all values of a key to {@code target}, in the order in which they were added: with no read but that of {@link #mayHold} if that
     * is false, else with one, and one more for each group that the trace continues in, and for a segment that is not in memory.
     *
     * @throws CorruptBlockException if the directory, or a group or frame of this trace is damaged; {@code target} has got all values
     *     that could be read nevertheless, and no others
     * @throws IOException if the source fails
     */
    public void find(TraceKey key, List<byte[]> target) throws IOException {
        int group = tail.firstGroup(key);
        if (group < 0) {
            return;
        }
        @Nullable CorruptBlockException first = null;
        try {
            if (!isInDirectory(key)) {
                return;
            }
        } catch (CorruptBlockException damaged) {
            first = damaged;
        }
        GroupTable groups = tail.groups();
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

    /** Where the groups and all else end that a reader reads in order. */
    public long scanEnd() {
        return tail.directory().frames() == 0
                ? Long.MAX_VALUE
                : tail.directory().start();
    }

    /** The bytes of a segment, checked. */
    byte[] segmentBytes(int segment) throws IOException {
        return segments.read(segment, BlockPlace.block(tail.blockId()));
    }

    /** A segment, from memory or read. */
    Segment segment(int number) throws IOException {
        return segments.get(number, BlockPlace.block(tail.blockId()));
    }

    /**
     * The block's columns, for scans, with all that is in them.
     *
     * @throws IllegalArgumentException if it is not of spans
     */
    public SpanColumns columns() {
        return columns(Collections.emptyNavigableSet());
    }

    /**
     * The block's columns, for scans.
     *
     * @param hidden traces that are deleted: scans pass over their spans; not copied
     * @throws IllegalArgumentException if it is not of spans
     */
    public SpanColumns columns(NavigableSet<TraceKey> hidden) {
        return new SpanColumns(tail, source, segments, hidden);
    }

    Group readGroup(int group) throws IOException {
        BlockPlace place = BlockPlace.group(tail.blockId(), tail.groups().index(group));
        byte[] bytes;
        try {
            bytes = source.read(
                    BlockPart.GROUP, tail.groups().offset(group), tail.groups().length(group));
        } catch (EOFException e) {
            throw place.corrupt("data object ends before the group does (" + e.getMessage() + ")");
        }
        if (bytes.length != tail.groups().length(group)) {
            throw place.corrupt("group must be of " + tail.groups().length(group) + " bytes but is of " + bytes.length);
        }
        return tail.content() == BlockContent.SPANS
                ? SpansGroup.decode(bytes, segments, place)
                : OpaqueGroup.decode(bytes, place);
    }
}
