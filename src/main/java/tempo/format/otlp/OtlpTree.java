package tempo.format.otlp;

import java.util.ArrayList;
import java.util.List;
import tempo.format.FormatException;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;

/**
 * OTLP taken apart into objects, span by span, for those who write spans in other words: comfort before speed, so not for what is
 * received. Stateless.
 */
public final class OtlpTree {
    private final byte[] bytes;
    private final Visitor visitor;

    private OtlpTree(byte[] bytes, Visitor visitor) {
        this.bytes = bytes;
        this.visitor = visitor;
    }

    /** Takes what is found. */
    public interface Visitor {
        /** A resource begins; its spans follow. */
        void resource(Resource resource) throws FormatException;

        /** A span of the last resource. */
        void span(Scope scope, Span span) throws FormatException;
    }

    /** @param value as {@link OtlpValue} has it */
    public record Attribute(String key, Object value) {}

    /** What a span was made by. */
    public record Resource(List<Attribute> attributes, long droppedAttributes) {
        private static final String SERVICE_NAME = "service.name";

        /** What the SDKs' default resource has. */
        private static final String UNKNOWN_SERVICE = "unknown_service";

        /** The service; where it has no name, that of the SDKs' default resource, as the specification wants it of other formats. */
        public String serviceName() {
            for (Attribute each : attributes) {
                if (each.key().equals(SERVICE_NAME)) {
                    String name = OtlpValue.text(each.value());
                    return name.isEmpty() ? UNKNOWN_SERVICE : name;
                }
            }
            return UNKNOWN_SERVICE;
        }
    }

    /** What instrumented it. */
    public record Scope(String name, String version, List<Attribute> attributes) {}

    /** @param time nanoseconds since 1970 */
    public record Event(long time, String name, List<Attribute> attributes, long droppedAttributes) {}

    /** Ids have the bytes that they came with, however many. */
    public record Link(
            byte[] traceId, byte[] spanId, String traceState, List<Attribute> attributes, long droppedAttributes) {}

    /** Fields as OTLP has them; what is absent is 0 or empty. */
    public static final class Span {
        public byte[] traceId = {};
        public byte[] spanId = {};
        public byte[] parentSpanId = {};
        public String traceState = "";
        public String name = "";
        public int kind;

        /** Nanoseconds since 1970. */
        public long start;

        public long end;
        public final List<Attribute> attributes = new ArrayList<>();
        public long droppedAttributes;
        public final List<Event> events = new ArrayList<>();
        public long droppedEvents;
        public final List<Link> links = new ArrayList<>();
        public long droppedLinks;
        public String statusMessage = "";
        public int statusCode;
        public int flags;

        private Span() {}

        /** Whether it names a parent; an id of zeros is none. */
        public boolean hasParent() {
            for (byte each : parentSpanId) {
                if (each != 0) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * Walks {@code TracesData}, or what is the same on the wire.
     *
     * @throws FormatException if it is not valid
     */
    public static void read(byte[] otlp, int offset, int length, Visitor visitor) throws FormatException {
        try {
            new OtlpTree(otlp, visitor).readAll(new WireReader(otlp, offset, length));
        } catch (MalformedProtobufException e) {
            throw new FormatException("protobuf is not valid: " + e.getMessage());
        }
    }

    private static boolean isMessage(int tag, int field) {
        return tag == WireReader.tag(field, WireReader.LENGTH_DELIMITED);
    }

    private void readAll(WireReader in) throws MalformedProtobufException, FormatException {
        while (in.hasNext()) {
            int tag = in.readTag();
            if (isMessage(tag, OtlpFields.RESOURCE_SPANS)) {
                int outer = in.enter();
                readResourceSpans(in);
                in.leave(outer);
            } else {
                in.skipField(tag);
            }
        }
    }

    /** Resource and scope may stand behind their spans. */
    private void readResourceSpans(WireReader in) throws MalformedProtobufException, FormatException {
        int first = in.position();
        Resource resource = new Resource(List.of(), 0);
        while (in.hasNext()) {
            int tag = in.readTag();
            if (isMessage(tag, OtlpFields.RESOURCE_SPANS_RESOURCE)) {
                resource = readResource(in);
            } else {
                in.skipField(tag);
            }
        }
        visitor.resource(resource);
        in.seek(first);
        while (in.hasNext()) {
            int tag = in.readTag();
            if (isMessage(tag, OtlpFields.RESOURCE_SPANS_SCOPE_SPANS)) {
                int outer = in.enter();
                readScopeSpans(in);
                in.leave(outer);
            } else {
                in.skipField(tag);
            }
        }
    }

    private Resource readResource(WireReader in) throws MalformedProtobufException, FormatException {
        List<Attribute> attributes = new ArrayList<>();
        long dropped = 0;
        int outer = in.enter();
        while (in.hasNext()) {
            int tag = in.readTag();
            switch (tag) {
                case OtlpFields.RESOURCE_ATTRIBUTES << 3 | WireReader.LENGTH_DELIMITED -> attributes.add(attribute(in));
                case 2 << 3 | WireReader.VARINT -> dropped = count(in);
                default -> in.skipField(tag);
            }
        }
        in.leave(outer);
        return new Resource(attributes, dropped);
    }

    private void readScopeSpans(WireReader in) throws MalformedProtobufException, FormatException {
        int first = in.position();
        Scope scope = new Scope("", "", List.of());
        while (in.hasNext()) {
            int tag = in.readTag();
            if (isMessage(tag, OtlpFields.SCOPE_SPANS_SCOPE)) {
                scope = readScope(in);
            } else {
                in.skipField(tag);
            }
        }
        in.seek(first);
        while (in.hasNext()) {
            int tag = in.readTag();
            if (isMessage(tag, OtlpFields.SCOPE_SPANS_SPANS)) {
                visitor.span(scope, readSpan(in));
            } else {
                in.skipField(tag);
            }
        }
    }

    private Scope readScope(WireReader in) throws MalformedProtobufException, FormatException {
        String name = "";
        String version = "";
        List<Attribute> attributes = new ArrayList<>();
        int outer = in.enter();
        while (in.hasNext()) {
            int tag = in.readTag();
            switch (tag) {
                case OtlpFields.SCOPE_NAME << 3 | WireReader.LENGTH_DELIMITED -> name = OtlpValue.text(in, bytes);
                case OtlpFields.SCOPE_VERSION << 3 | WireReader.LENGTH_DELIMITED -> version = OtlpValue.text(in, bytes);
                case 3 << 3 | WireReader.LENGTH_DELIMITED -> attributes.add(attribute(in));
                default -> in.skipField(tag);
            }
        }
        in.leave(outer);
        return new Scope(name, version, attributes);
    }

    private Span readSpan(WireReader in) throws MalformedProtobufException, FormatException {
        Span span = new Span();
        int outer = in.enter();
        while (in.hasNext()) {
            int tag = in.readTag();
            switch (tag) {
                case OtlpFields.SPAN_TRACE_ID << 3 | WireReader.LENGTH_DELIMITED ->
                    span.traceId = OtlpValue.bytes(in, bytes);
                case OtlpFields.SPAN_SPAN_ID << 3 | WireReader.LENGTH_DELIMITED ->
                    span.spanId = OtlpValue.bytes(in, bytes);
                case OtlpFields.SPAN_PARENT_SPAN_ID << 3 | WireReader.LENGTH_DELIMITED ->
                    span.parentSpanId = OtlpValue.bytes(in, bytes);
                case OtlpFields.SPAN_TRACE_STATE << 3 | WireReader.LENGTH_DELIMITED ->
                    span.traceState = OtlpValue.text(in, bytes);
                case OtlpFields.SPAN_NAME << 3 | WireReader.LENGTH_DELIMITED -> span.name = OtlpValue.text(in, bytes);
                case OtlpFields.SPAN_KIND << 3 | WireReader.VARINT -> span.kind = in.readVarint32();
                case OtlpFields.SPAN_START << 3 | WireReader.FIXED64 -> span.start = in.readFixed64();
                case OtlpFields.SPAN_END << 3 | WireReader.FIXED64 -> span.end = in.readFixed64();
                case OtlpFields.SPAN_ATTRIBUTES << 3 | WireReader.LENGTH_DELIMITED ->
                    span.attributes.add(attribute(in));
                case OtlpFields.SPAN_DROPPED_ATTRIBUTES << 3 | WireReader.VARINT -> span.droppedAttributes = count(in);
                case OtlpFields.SPAN_EVENTS << 3 | WireReader.LENGTH_DELIMITED -> span.events.add(readEvent(in));
                case OtlpFields.SPAN_DROPPED_EVENTS << 3 | WireReader.VARINT -> span.droppedEvents = count(in);
                case OtlpFields.SPAN_LINKS << 3 | WireReader.LENGTH_DELIMITED -> span.links.add(readLink(in));
                case OtlpFields.SPAN_DROPPED_LINKS << 3 | WireReader.VARINT -> span.droppedLinks = count(in);
                case OtlpFields.SPAN_STATUS << 3 | WireReader.LENGTH_DELIMITED -> readStatus(in, span);
                case OtlpFields.SPAN_FLAGS << 3 | WireReader.FIXED32 -> span.flags = in.readFixed32();
                default -> in.skipField(tag);
            }
        }
        in.leave(outer);
        return span;
    }

    private Event readEvent(WireReader in) throws MalformedProtobufException, FormatException {
        long time = 0;
        String name = "";
        List<Attribute> attributes = new ArrayList<>();
        long dropped = 0;
        int outer = in.enter();
        while (in.hasNext()) {
            int tag = in.readTag();
            switch (tag) {
                case OtlpFields.EVENT_TIME << 3 | WireReader.FIXED64 -> time = in.readFixed64();
                case OtlpFields.EVENT_NAME << 3 | WireReader.LENGTH_DELIMITED -> name = OtlpValue.text(in, bytes);
                case OtlpFields.EVENT_ATTRIBUTES << 3 | WireReader.LENGTH_DELIMITED -> attributes.add(attribute(in));
                case OtlpFields.EVENT_DROPPED_ATTRIBUTES << 3 | WireReader.VARINT -> dropped = count(in);
                default -> in.skipField(tag);
            }
        }
        in.leave(outer);
        return new Event(time, name, attributes, dropped);
    }

    private Link readLink(WireReader in) throws MalformedProtobufException, FormatException {
        byte[] traceId = {};
        byte[] spanId = {};
        String traceState = "";
        List<Attribute> attributes = new ArrayList<>();
        long dropped = 0;
        int outer = in.enter();
        while (in.hasNext()) {
            int tag = in.readTag();
            switch (tag) {
                case OtlpFields.LINK_TRACE_ID << 3 | WireReader.LENGTH_DELIMITED ->
                    traceId = OtlpValue.bytes(in, bytes);
                case OtlpFields.LINK_SPAN_ID << 3 | WireReader.LENGTH_DELIMITED -> spanId = OtlpValue.bytes(in, bytes);
                case OtlpFields.LINK_TRACE_STATE << 3 | WireReader.LENGTH_DELIMITED ->
                    traceState = OtlpValue.text(in, bytes);
                case OtlpFields.LINK_ATTRIBUTES << 3 | WireReader.LENGTH_DELIMITED -> attributes.add(attribute(in));
                case OtlpFields.LINK_DROPPED_ATTRIBUTES << 3 | WireReader.VARINT -> dropped = count(in);
                default -> in.skipField(tag);
            }
        }
        in.leave(outer);
        return new Link(traceId, spanId, traceState, attributes, dropped);
    }

    private void readStatus(WireReader in, Span span) throws MalformedProtobufException {
        int outer = in.enter();
        while (in.hasNext()) {
            int tag = in.readTag();
            switch (tag) {
                case OtlpFields.STATUS_MESSAGE << 3 | WireReader.LENGTH_DELIMITED ->
                    span.statusMessage = OtlpValue.text(in, bytes);
                case OtlpFields.STATUS_CODE << 3 | WireReader.VARINT -> span.statusCode = in.readVarint32();
                default -> in.skipField(tag);
            }
        }
        in.leave(outer);
    }

    private Attribute attribute(WireReader in) throws MalformedProtobufException, FormatException {
        return OtlpValue.readAttribute(in, bytes, 0);
    }

    private static long count(WireReader in) throws MalformedProtobufException {
        return in.readVarint32() & 0xffff_ffffL;
    }
}
