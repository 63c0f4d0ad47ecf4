package tempo.format.opencensus;

import tempo.format.Extent;
import tempo.format.otlp.OtlpAttributes;
import tempo.format.otlp.OtlpFields;
import tempo.format.otlp.OtlpIds;
import tempo.format.otlp.OtlpText;
import tempo.format.proto.ProtoValues;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;
import tempo.span.WireWriter;

/**
 * Writes one span of OpenCensus as OTLP: first it is found where its parts are, then they are written in OTLP's order. Reused, by one
 * thread.
 *
 * <p>Source: <a href="https://github.com/census-instrumentation/opencensus-proto">trace/v1/trace.proto</a>, by its documented fields;
 * names of attributes as the OpenTelemetry Collector's receiver gave them.
 */
final class SpanTranslation {
    private static final int ABSENT = -1;
    private static final int SERVER = 1;
    private static final int CLIENT = 2;

    private final byte[] source;
    private final Attributes attributes;
    private final TimeEvents events;
    private final Links links;

    /** Extents. */
    private long traceId;

    private long spanId;
    private long parentId;
    private long name;
    private long statusMessage;

    private int kind;
    private long start;
    private long end;
    private int statusCode;

    /** Positions of the lengths of nested messages. */
    private int attributesAt;

    private int stackAt;
    private int eventsAt;
    private int linksAt;
    private int sameProcessAt;
    private int childSpansAt;
    private int traceStateAt;

    SpanTranslation(byte[] source) {
        this.source = source;
        this.attributes = new Attributes(source);
        this.events = new TimeEvents(source, attributes);
        this.links = new Links(source, attributes);
    }

    /** Reads the span that was entered; the extent of its own resource, empty if it has none. */
    long read(WireReader in) throws MalformedProtobufException {
        clear();
        long resource = Extent.EMPTY;
        while (in.hasNext()) {
            int tag = in.readTag();
            switch (tag) {
                case 1 << 3 | WireReader.LENGTH_DELIMITED -> traceId = ProtoValues.extent(in);
                case 2 << 3 | WireReader.LENGTH_DELIMITED -> spanId = ProtoValues.extent(in);
                case 3 << 3 | WireReader.LENGTH_DELIMITED -> parentId = ProtoValues.extent(in);
                case 4 << 3 | WireReader.LENGTH_DELIMITED -> name = Attributes.text(in);
                case 5 << 3 | WireReader.LENGTH_DELIMITED -> start = ProtoValues.nanos(in);
                case 6 << 3 | WireReader.LENGTH_DELIMITED -> end = ProtoValues.nanos(in);
                case 7 << 3 | WireReader.LENGTH_DELIMITED -> attributesAt = pass(in, tag);
                case 8 << 3 | WireReader.LENGTH_DELIMITED -> stackAt = pass(in, tag);
                case 9 << 3 | WireReader.LENGTH_DELIMITED -> eventsAt = pass(in, tag);
                case 10 << 3 | WireReader.LENGTH_DELIMITED -> linksAt = pass(in, tag);
                case 11 << 3 | WireReader.LENGTH_DELIMITED -> readStatus(in);
                case 12 << 3 | WireReader.LENGTH_DELIMITED -> sameProcessAt = pass(in, tag);
                case 13 << 3 | WireReader.LENGTH_DELIMITED -> childSpansAt = pass(in, tag);
                case 14 << 3 | WireReader.VARINT -> kind = in.readVarint32();
                case 15 << 3 | WireReader.LENGTH_DELIMITED -> traceStateAt = pass(in, tag);
                case 16 << 3 | WireReader.LENGTH_DELIMITED -> resource = ProtoValues.extent(in);
                default -> in.skipField(tag);
            }
        }
        return resource;
    }

    private static int pass(WireReader in, int tag) throws MalformedProtobufException {
        int at = in.position();
        in.skipField(tag);
        return at;
    }

    private void readStatus(WireReader in) throws MalformedProtobufException {
        int outer = in.enter();
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isVarint(tag, 1)) {
                statusCode = in.readVarint32();
            } else if (ProtoValues.isMessage(tag, 2)) {
                statusMessage = ProtoValues.extent(in);
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
    }

    /** Writes the span that was read last; it is still entered. */
    void write(WireReader in, WireWriter out) throws MalformedProtobufException {
        OtlpIds.copy(out, OtlpFields.SPAN_TRACE_ID, source, traceId, OtlpIds.TRACE_BYTES);
        OtlpIds.copy(out, OtlpFields.SPAN_SPAN_ID, source, spanId, OtlpIds.SPAN_BYTES);
        if (traceStateAt != ABSENT) {
            in.seek(traceStateAt);
            links.writeTraceState(in, OtlpFields.SPAN_TRACE_STATE, out);
        }
        OtlpIds.copy(out, OtlpFields.SPAN_PARENT_SPAN_ID, source, parentId, OtlpIds.SPAN_BYTES);
        if (Extent.length(name) > 0) {
            OtlpText.write(out, OtlpFields.SPAN_NAME, source, name);
        }
        out.varint(OtlpFields.SPAN_KIND, otlpKind());
        time(out, OtlpFields.SPAN_START, start);
        time(out, OtlpFields.SPAN_END, end);
        long dropped = 0;
        if (attributesAt != ABSENT) {
            in.seek(attributesAt);
            dropped = attributes.write(in, OtlpFields.SPAN_ATTRIBUTES, out);
        }
        writeOthers(in, out);
        count(out, OtlpFields.SPAN_DROPPED_ATTRIBUTES, dropped);
        if (eventsAt != ABSENT) {
            in.seek(eventsAt);
            count(out, OtlpFields.SPAN_DROPPED_EVENTS, events.write(in, out));
        }
        if (linksAt != ABSENT) {
            in.seek(linksAt);
            count(out, OtlpFields.SPAN_DROPPED_LINKS, links.write(in, out));
        }
        if (statusCode != 0 || Extent.length(statusMessage) > 0) {
            int status = out.begin(OtlpFields.SPAN_STATUS);
            if (Extent.length(statusMessage) > 0) {
                OtlpText.write(out, OtlpFields.STATUS_MESSAGE, source, statusMessage);
            }
            if (statusCode != 0) {
                out.varint(OtlpFields.STATUS_CODE, OtlpFields.STATUS_ERROR);
            }
            out.end(status);
        }
    }

    private void writeOthers(WireReader in, WireWriter out) throws MalformedProtobufException {
        int field = OtlpFields.SPAN_ATTRIBUTES;
        if (statusCode != 0) {
            OtlpAttributes.integer(out, field, OpenCensusNames.STATUS_CODE, statusCode);
        }
        if (kind < 0 || kind > CLIENT) {
            OtlpAttributes.integer(out, field, OpenCensusNames.KIND, kind);
        }
        if (start < 0) {
            OtlpAttributes.integer(out, field, OpenCensusNames.SPAN_START, start);
        }
        if (end < 0) {
            OtlpAttributes.integer(out, field, OpenCensusNames.SPAN_END, end);
        }
        if (sameProcessAt != ABSENT) {
            OtlpAttributes.bool(out, field, OpenCensusNames.SAME_PROCESS, wrapped(in, sameProcessAt) != 0);
        }
        if (childSpansAt != ABSENT) {
            OtlpAttributes.integer(out, field, OpenCensusNames.CHILD_SPANS, wrapped(in, childSpansAt) & 0xffff_ffffL);
        }
        if (stackAt != ABSENT) {
            in.seek(stackAt);
            StackTrace.write(in, source, out);
        }
    }

    /** The value of a {@code BoolValue} or {@code UInt32Value}. */
    private static long wrapped(WireReader in, int at) throws MalformedProtobufException {
        in.seek(at);
        int outer = in.enter();
        long value = 0;
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isVarint(tag, 1)) {
                value = in.readVarint64();
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
        return value;
    }

    private int otlpKind() {
        return switch (kind) {
            case SERVER -> OtlpFields.KIND_SERVER;
            case CLIENT -> OtlpFields.KIND_CLIENT;
            default -> OtlpFields.KIND_INTERNAL;
        };
    }

    private static void time(WireWriter out, int field, long nanos) {
        if (nanos > 0) {
            out.fixed64(field, nanos);
        }
    }

    private static void count(WireWriter out, int field, long count) {
        if (count > 0) {
            out.varint(field, count);
        }
    }

    private void clear() {
        traceId = Extent.EMPTY;
        spanId = Extent.EMPTY;
        parentId = Extent.EMPTY;
        name = Extent.EMPTY;
        statusMessage = Extent.EMPTY;
        kind = 0;
        start = 0;
        end = 0;
        statusCode = 0;
        attributesAt = ABSENT;
        stackAt = ABSENT;
        eventsAt = ABSENT;
        linksAt = ABSENT;
        sameProcessAt = ABSENT;
        childSpansAt = ABSENT;
        traceStateAt = ABSENT;
    }
}
