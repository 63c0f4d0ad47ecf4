package tempo.tempodb.block;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.NavigableSet;
import java.util.UUID;
import tempo.span.TraceKey;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.spans.Segment;
import tempo.tempodb.spans.SpanGroup;
import tempo.tempodb.spans.StripBlooms;
import tempo.tempodb.spans.StripColumn;
import tempo.tempodb.spans.StripParts;
import tempo.tempodb.spans.StripSummary;

/**
 * The columns of a block of spans, as a scan reads them: group by group, of each only the pages that are asked for, and before that
 * the strips, which tell what groups are worth it. Immutable; thread-safe if the source is.
 *
 * <p>Damage is a {@link CorruptBlockException} that names the group. A strip that is damaged costs nothing but time: its groups
 * are to be read instead.
 */
public final class SpanColumns {
    /** The header of a group is seldom longer; its first pages are read with it. */
    private static final int HEAD_BYTES = 16384;

    private static final int HEADER_LENGTH_AT = 4;

    private final BlockTail tail;
    private final BlockSource source;
    private final Segments segments;
    private final NavigableSet<TraceKey> hidden;

    SpanColumns(BlockTail tail, BlockSource source, Segments segments, NavigableSet<TraceKey> hidden) {
        if (tail.content() != BlockContent.SPANS) {
            throw new IllegalArgumentException("block " + tail.blockId() + " is not of spans");
        }
        this.tail = tail;
        this.source = source;
        this.segments = segments;
        this.hidden = hidden;
    }

    public UUID blockId() {
        return tail.blockId();
    }

    /** How many groups there are. */
    public int groups() {
        return tail.groups().groups();
    }

    /** How many spans a group has. */
    public long spans(int group) {
        return tail.groups().spans(group);
    }

    /** The newest start in a group, unix nanoseconds; one after the year 2262 counts as then. */
    public long newest(int group) {
        return tail.groups().newest(group);
    }

    /** True if a group may hold deleted traces. Strips tell of their spans too. */
    public boolean mayHide(int group) {
        if (hidden.isEmpty()) {
            return false;
        }
        GroupTable groups = tail.groups();
        TraceKey next = hidden.ceiling(new TraceKey(groups.firstHigh(group), groups.firstLow(group)));
        return next != null && next.compareTo(new TraceKey(groups.lastHigh(group), groups.lastLow(group))) <= 0;
    }

    /** True if a trace is deleted: none of its spans is to be seen. */
    public boolean hides(TraceKey key) {
        return hidden.contains(key);
    }

    /** The number of the segment that a group needs. */
    public int segmentOf(int group) {
        return tail.groups().segment(group);
    }

    /**
     * The segment that a group needs, read once.
     *
     * @throws CorruptBlockException that names the group, if the segment is damaged
     */
    public Segment segment(int group) throws IOException {
        return segments.get(segmentOf(group), BlockPlace.group(tail.blockId(), group));
    }

    /** Where the bytes of a group are read from. */
    public SpanGroup.Source source(int group) {
        long start = tail.groups().offset(group);
        int end = tail.groups().length(group);
        return (offset, length) -> {
            if (length > end - offset) {
                throw BlockPlace.group(tail.blockId(), group).corrupt("page ends behind the group");
            }
            return read(group, start + offset, length);
        };
    }

    /** Opens a group with one read of its head. */
    public SpanGroup open(int group) throws IOException {
        BlockPlace place = BlockPlace.group(tail.blockId(), group);
        int length = tail.groups().length(group);
        long offset = tail.groups().offset(group);
        byte[] head = read(group, offset, Math.min(HEAD_BYTES, length));
        int headerBytes = head.length < HEADER_LENGTH_AT + Integer.BYTES
                ? 0
                : ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt(HEADER_LENGTH_AT);
        if (headerBytes > head.length && headerBytes <= length) {
            head = read(group, offset, headerBytes);
        }
        GroupHeader.Directory directory = GroupHeader.decodeSpans(head, place);
        try {
            return SpanGroup.open(
                    head,
                    directory.offset(),
                    directory.length(),
                    directory.pagesAt(),
                    length,
                    segments.get(directory.segment(), place));
        } catch (CorruptPageException e) {
            throw corrupt(group, e);
        }
    }

    /** The failure of a page of a group, with the group's name. */
    public CorruptBlockException corrupt(int group, CorruptPageException failure) {
        return BlockPlace.group(tail.blockId(), group).corrupt(String.valueOf(failure.getMessage()));
    }

    /** How many strips there are. */
    public int strips() {
        return tail.strips().strips();
    }

    /** The first group of a strip. */
    public int firstGroup(int strip) {
        return tail.strips().firstGroup(strip);
    }

    /** How many groups a strip serves. */
    public int groups(int strip) {
        return tail.strips().groups(strip);
    }

    /** True if a strip has columns, and not only the summary and the blooms. */
    public boolean hasColumns(int strip) {
        return tail.strips().has(strip, StripParts.TEMPLATES);
    }

    /** A column of a strip that has columns, by its place in {@link StripParts}. */
    public StripColumn column(int strip, int part) throws IOException {
        byte[] bytes = part(strip, part);
        try {
            return StripColumn.decode(bytes, groups(strip));
        } catch (CorruptPageException e) {
            throw corruptStrip(strip, e);
        }
    }

    /** The summary of a strip. */
    public StripSummary summary(int strip) throws IOException {
        byte[] bytes = part(strip, StripParts.SUMMARY);
        try {
            return StripSummary.decode(bytes, groups(strip));
        } catch (CorruptPageException e) {
            throw corruptStrip(strip, e);
        }
    }

    /** The blooms of a strip. */
    public StripBlooms blooms(int strip) throws IOException {
        byte[] bytes = part(strip, StripParts.BLOOMS);
        try {
            return StripBlooms.decode(bytes, groups(strip));
        } catch (CorruptPageException e) {
            throw corruptStrip(strip, e);
        }
    }

    private byte[] part(int strip, int part) throws IOException {
        return tail.strips().read(strip, part, source, BlockPlace.block(tail.blockId()));
    }

    private CorruptBlockException corruptStrip(int strip, CorruptPageException failure) {
        return BlockPlace.block(tail.blockId()).corrupt("strip " + strip + ": " + failure.getMessage());
    }

    private byte[] read(int group, long offset, int length) throws IOException {
        BlockPlace place = BlockPlace.group(tail.blockId(), group);
        try {
            byte[] bytes = source.read(BlockPart.GROUP, offset, length);
            if (bytes.length != length) {
                throw place.corrupt(length + " bytes are wanted but " + bytes.length + " are there");
            }
            return bytes;
        } catch (EOFException e) {
            throw place.corrupt("data object ends before the group does (" + e.getMessage() + ")");
        }
    }
}
