package tempo.tempodb.spans;

import java.util.Arrays;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;
import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.column.GrowingLongs;

/** The spans of one entry, taken apart: a row of primitive columns each, in the order in which they came. Not thread-safe. */
final class EntrySpans {
    private static final int RESOURCE_SPANS = WireReader.tag(1, WireReader.LENGTH_DELIMITED);
    private static final int SCOPE_SPANS = WireReader.tag(2, WireReader.LENGTH_DELIMITED);
    private static final int SPANS = WireReader.tag(2, WireReader.LENGTH_DELIMITED);

    private final GrowingLongs values = new GrowingLongs();
    private final MessageParser parser = new MessageParser(values);
    private final GrowingBytes header = new GrowingBytes(1024);

    private byte[] bytes = {};
    private long idHigh;
    private long idLow;
    private int count;
    private Shape[] shapes = new Shape[64];
    private int[] firstValues = new int[64];
    private int[] resources = new int[64];
    private int[] scopes = new int[64];
    private int[] offsets = new int[64];
    private int[] lengths = new int[64];
    private int[] eventsAt = new int[64];
    private int[] eventCounts = new int[64];
    private int[] linksAt = new int[64];
    private int[] linkCounts = new int[64];
    private long[] spanIds = new long[64];
    private long[] parentIds = new long[64];
    private long[] starts = new long[64];
    private long[] ends = new long[64];

    /**
     * Reads an entry of the trace with this id.
     *
     * @throws MalformedProtobufException if {@code source[from..to)} is no {@code TracesData}
     */
    void read(byte[] source, int from, int to, long traceIdHigh, long traceIdLow, SegmentWriter segment)
            throws MalformedProtobufException {
        bytes = source;
        idHigh = traceIdHigh;
        idLow = traceIdLow;
        count = 0;
        values.clear();
        WireReader reader = new WireReader(source, from, to - from);
        while (reader.hasNext()) {
            int tag = reader.readTag();
            if (tag == RESOURCE_SPANS) {
                int limit = reader.enter();
                readResource(reader, segment);
                reader.leave(limit);
            } else {
                reader.skipField(tag);
            }
        }
    }

    private void readResource(WireReader reader, SegmentWriter segment) throws MalformedProtobufException {
        int start = reader.position();
        int resource = readHeader(reader, SCOPE_SPANS, segment.resources);
        reader.seek(start);
        while (reader.hasNext()) {
            int tag = reader.readTag();
            if (tag == SCOPE_SPANS) {
                int limit = reader.enter();
                readScope(reader, resource, segment);
                reader.leave(limit);
            } else {
                reader.skipField(tag);
            }
        }
    }

    private void readScope(WireReader reader, int resource, SegmentWriter segment) throws MalformedProtobufException {
        int start = reader.position();
        int scope = readHeader(reader, SPANS, segment.scopes);
        reader.seek(start);
        while (reader.hasNext()) {
            int tag = reader.readTag();
            if (tag == SPANS) {
                int length = reader.readLength();
                addSpan(reader.position(), length, resource, scope, segment);
                reader.skip(length);
            } else {
                reader.skipField(tag);
            }
        }
    }

    /** The number of a message's fields without the one that is tagged so. */
    private int readHeader(WireReader reader, int skippedTag, ByteTable table) throws MalformedProtobufException {
        int start = reader.position();
        int length = 0;
        boolean inOnePiece = true;
        header.truncate(0);
        while (reader.hasNext()) {
            int from = reader.position();
            int tag = reader.readTag();
            reader.skipField(tag);
            if (tag == skippedTag) {
                continue;
            }
            if (inOnePiece && length > 0 && from != start + length) {
                header.put(bytes, start, length);
                inOnePiece = false;
            }
            start = length == 0 ? from : start;
            length += reader.position() - from;
            if (!inOnePiece) {
                header.put(bytes, from, reader.position() - from);
            }
        }
        return inOnePiece ? table.add(bytes, start, length) : table.add(header.array(), 0, length);
    }

    private void addSpan(int offset, int length, int resource, int scope, SegmentWriter segment) {
        if (count == offsets.length) {
            grow();
        }
        firstValues[count] = values.count();
        parser.span(bytes, offset, offset + length, idHigh, idLow);
        shapes[count] = segment.shape(parser);
        resources[count] = resource;
        scopes[count] = scope;
        offsets[count] = offset;
        lengths[count] = length;
        eventsAt[count] = parser.eventsAt();
        eventCounts[count] = parser.events();
        linksAt[count] = parser.linksAt();
        linkCounts[count] = parser.links();
        spanIds[count] = parser.spanId();
        parentIds[count] = parser.parentId();
        starts[count] = parser.start();
        ends[count] = parser.finish();
        count++;
    }

    int count() {
        return count;
    }

    byte[] bytes() {
        return bytes;
    }

    /** The values of all spans; an event's or link's may be put behind them. */
    GrowingLongs values() {
        return values;
    }

    /** The parser, for the events and links of a span. */
    MessageParser parser() {
        return parser;
    }

    Shape shape(int span) {
        return shapes[span];
    }

    int firstValue(int span) {
        return firstValues[span];
    }

    int resource(int span) {
        return resources[span];
    }

    int scope(int span) {
        return scopes[span];
    }

    int eventsAt(int span) {
        return eventsAt[span];
    }

    int events(int span) {
        return eventCounts[span];
    }

    int linksAt(int span) {
        return linksAt[span];
    }

    int links(int span) {
        return linkCounts[span];
    }

    boolean hasId(int span) {
        return shapes[span].hasSpanId;
    }

    boolean hasParent(int span) {
        return shapes[span].hasParentId;
    }

    long spanId(int span) {
        return spanIds[span];
    }

    long parentId(int span) {
        return parentIds[span];
    }

    long start(int span) {
        return starts[span];
    }

    long end(int span) {
        return ends[span];
    }

    long[] copyOfStarts() {
        return Arrays.copyOf(starts, count);
    }

    /** Orders spans with the same start: by id, resource, scope and bytes; 0 if they are equal. */
    int compare(int a, int b) {
        int order = Long.compareUnsigned(spanIds[a], spanIds[b]);
        if (order == 0) {
            order = Integer.compare(resources[a], resources[b]);
        }
        if (order == 0) {
            order = Integer.compare(scopes[a], scopes[b]);
        }
        return order != 0
                ? order
                : Arrays.compareUnsigned(
                        bytes, offsets[a], offsets[a] + lengths[a], bytes, offsets[b], offsets[b] + lengths[b]);
    }

    private void grow() {
        int capacity = count * 2;
        shapes = Arrays.copyOf(shapes, capacity);
        firstValues = Arrays.copyOf(firstValues, capacity);
        resources = Arrays.copyOf(resources, capacity);
        scopes = Arrays.copyOf(scopes, capacity);
        offsets = Arrays.copyOf(offsets, capacity);
        lengths = Arrays.copyOf(lengths, capacity);
        eventsAt = Arrays.copyOf(eventsAt, capacity);
        eventCounts = Arrays.copyOf(eventCounts, capacity);
        linksAt = Arrays.copyOf(linksAt, capacity);
        linkCounts = Arrays.copyOf(linkCounts, capacity);
        spanIds = Arrays.copyOf(spanIds, capacity);
        parentIds = Arrays.copyOf(parentIds, capacity);
        starts = Arrays.copyOf(starts, capacity);
        ends = Arrays.copyOf(ends, capacity);
    }
}
