package tempo.tempodb.spans;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tempo.span.MalformedProtobufException;
import tempo.span.TraceId;
import tempo.span.TraceKey;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.GrowingBytes;

/** Groups of a segment, written and read again without a block around them. */
final class Groups {
    static final TraceKey KEY = TraceKey.of(new TraceId(0x0102030405060708L, 0x1112131415161718L));

    private Groups() {}

    /** A group as it would be in a block: its directory, and then its pages. */
    record Stored(byte[] bytes, int directoryLength, byte[] segment) {
        SpanGroup open() throws CorruptPageException {
            return SpanGroup.decode(bytes, 0, directoryLength, directoryLength, Segment.decode(segment));
        }
    }

    /** One group of these entries, all of {@link #KEY}. */
    static Stored store(List<byte[]> entries) {
        return store(new SpanGroupWriter(), List.of(entries)).get(0);
    }

    /** A group for each list of entries, all of one segment. */
    static List<Stored> store(SpanGroupWriter writer, List<List<byte[]>> groups) {
        List<Stored> stored = new ArrayList<>();
        for (List<byte[]> entries : groups) {
            for (byte[] entry : entries) {
                try {
                    writer.add(KEY.high(), KEY.low(), entry, 0, entry.length);
                } catch (MalformedProtobufException e) {
                    throw new IllegalArgumentException(e);
                }
            }
            stored.add(finish(writer));
        }
        byte[] segment = finishSegment(writer);
        return stored.stream()
                .map(group -> new Stored(group.bytes, group.directoryLength, segment))
                .toList();
    }

    /** Finishes a group, whose segment is not known yet. */
    static Stored finish(SpanGroupWriter writer) {
        GrowingBytes directory = new GrowingBytes(64);
        GrowingBytes pages = new GrowingBytes(64);
        writer.finish(directory, pages);
        int directoryLength = directory.length();
        directory.put(pages.array(), 0, pages.length());
        return new Stored(Arrays.copyOf(directory.array(), directory.length()), directoryLength, new byte[0]);
    }

    static byte[] finishSegment(SpanGroupWriter writer) {
        GrowingBytes segment = new GrowingBytes(64);
        writer.finishSegment(segment);
        return Arrays.copyOf(segment.array(), segment.length());
    }

    /** All entries of a group. */
    static List<byte[]> read(Stored stored) throws CorruptPageException {
        SpanGroup group = stored.open();
        EntryDecoder decoder = new EntryDecoder(group);
        List<byte[]> entries = new ArrayList<>();
        for (int i = 0; i < group.entries(); i++) {
            entries.add(decoder.read(i));
        }
        return entries;
    }
}
