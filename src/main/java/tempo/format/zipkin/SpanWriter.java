package tempo.format.zipkin;

import static tempo.format.otlp.OtlpFields.EVENT_ATTRIBUTES;
import static tempo.format.otlp.OtlpFields.SPAN_ATTRIBUTES;

import java.util.List;
import tempo.format.FormatException;
import tempo.format.otlp.OtlpAttributes;
import tempo.format.otlp.OtlpFields;
import tempo.format.otlp.OtlpIds;
import tempo.format.otlp.OtlpRequest;
import tempo.span.WireWriter;

/*
 * What is not in OTLP's words is kept under names that begin with "zipkin.". docs/receivers.md has the table; where two things would
 * have one name, the tag has it, and what Zipkin has in a field of its own goes under the other name.
 */
/**
 * Writes spans as OTLP. For one thread.
 *
 * <p>Source: OpenTelemetry specification, "OpenTelemetry to Zipkin Transformation", read the other way round.
 */
final class SpanWriter {
    private static final long MICROS_MAX = Long.MAX_VALUE / 1_000;
    private static final int[] KINDS = {
        OtlpFields.KIND_INTERNAL,
        OtlpFields.KIND_CLIENT,
        OtlpFields.KIND_SERVER,
        OtlpFields.KIND_PRODUCER,
        OtlpFields.KIND_CONSUMER
    };

    private final OtlpRequest request;
    private final WireWriter resource = new WireWriter(128);
    private final WireWriter scope = new WireWriter(128);
    private final OtlpIds ids = new OtlpIds();
    private final KnownTags known = new KnownTags();

    private final boolean debug;

    /**
     * @param bytesMax most bytes of all spans together
     * @param debug whether all are for debugging, whatever they say
     */
    SpanWriter(long bytesMax, boolean debug) {
        this.debug = debug;
        request = new OtlpRequest(bytesMax);
    }

    /** Adds a span; it may be reused afterwards. */
    void add(ZipkinSpan span) throws FormatException {
        known.find(span);
        resource.clear();
        if (!span.local.service.isEmpty()) {
            OtlpAttributes.string(
                    resource, OtlpFields.RESOURCE_ATTRIBUTES, ZipkinNames.SERVICE_NAME, span.local.service);
        }
        scope.clear();
        string(scope, OtlpFields.SCOPE_NAME, known.scopeName);
        string(scope, OtlpFields.SCOPE_VERSION, known.scopeVersion);
        WireWriter out = request.spansOf(resource, scope);
        int mark = out.begin(OtlpFields.SCOPE_SPANS_SPANS);
        write(span, out);
        request.end(out, mark);
    }

    /** All spans, as an {@code ExportTraceServiceRequest}. */
    byte[] toByteArray() {
        return request.toByteArray();
    }

    private void write(ZipkinSpan span, WireWriter out) {
        ids.trace(out, OtlpFields.SPAN_TRACE_ID, span.traceIdHigh, span.traceIdLow);
        ids.span(out, OtlpFields.SPAN_SPAN_ID, span.id);
        string(out, OtlpFields.SPAN_TRACE_STATE, known.traceState);
        if (span.parentId != span.id) {
            ids.span(out, OtlpFields.SPAN_PARENT_SPAN_ID, span.parentId);
        }
        string(out, OtlpFields.SPAN_NAME, span.name);
        out.varint(OtlpFields.SPAN_KIND, KINDS[span.kind]);
        long start = start(span);
        if (start > 0) {
            out.fixed64(OtlpFields.SPAN_START, start * 1_000);
        }
        long end = span.duration < 0 || span.duration > MICROS_MAX - start ? start : start + span.duration;
        if (end > 0) {
            out.fixed64(OtlpFields.SPAN_END, end * 1_000);
        }
        writeLinks(span.tags(), out);
        writeAttributes(span, start, end, out);
        count(out, OtlpFields.SPAN_DROPPED_ATTRIBUTES, known.droppedAttributes + span.droppedTags);
        for (ZipkinSpan.Annotation annotation : span.annotations()) {
            writeEvent(annotation, out);
        }
        count(out, OtlpFields.SPAN_DROPPED_EVENTS, known.droppedEvents + span.droppedAnnotations);
        count(out, OtlpFields.SPAN_DROPPED_LINKS, known.droppedLinks);
        if (known.statusCode != 0) {
            int status = out.begin(OtlpFields.SPAN_STATUS);
            string(out, OtlpFields.STATUS_MESSAGE, known.statusMessage);
            out.varint(OtlpFields.STATUS_CODE, known.statusCode);
            out.end(status);
        }
    }

    private void writeLinks(List<ZipkinSpan.Tag> tags, WireWriter out) {
        for (int i = 0; i < tags.size(); i++) {
            ZipkinSpan.Tag tag = tags.get(i);
            boolean isLink = tag.key().startsWith(LinkText.PREFIX) && tag.value() instanceof String;
            if (isLink && LinkText.write((String) tag.value(), out)) {
                known.take(i);
            }
        }
    }

    /** Microseconds; where there is no start, the first annotation's. */
    private static long start(ZipkinSpan span) {
        if (isTime(span.timestamp)) {
            return span.timestamp;
        }
        long first = 0;
        for (ZipkinSpan.Annotation annotation : span.annotations()) {
            if (isTime(annotation.timestamp()) && (first == 0 || annotation.timestamp() < first)) {
                first = annotation.timestamp();
            }
        }
        return first;
    }

    private static boolean isTime(long micros) {
        return micros > 0 && micros <= MICROS_MAX;
    }

    private void writeAttributes(ZipkinSpan span, long start, long end, WireWriter out) {
        List<ZipkinSpan.Tag> tags = span.tags();
        for (int i = 0; i < tags.size(); i++) {
            if (!known.isElsewhere(i)) {
                attribute(out, tags.get(i));
            }
        }
        if (!isTime(span.timestamp)) {
            OtlpAttributes.bool(out, SPAN_ATTRIBUTES, ZipkinNames.START_ABSENT, true);
            integer(out, ZipkinNames.TIMESTAMP, span.timestamp);
        }
        if (span.duration != end - start) {
            integer(out, ZipkinNames.DURATION, span.duration);
        }
        if (span.debug || debug) {
            OtlpAttributes.bool(out, SPAN_ATTRIBUTES, ZipkinNames.DEBUG, true);
        }
        if (span.shared) {
            OtlpAttributes.bool(out, SPAN_ATTRIBUTES, ZipkinNames.SHARED, true);
        }
        text(out, ZipkinNames.KIND, span.otherKind);
        ZipkinEndpoint local = span.local;
        address(out, ZipkinNames.LOCAL, local, known.hasLocalAddress, known.hasLocalPort);
        ZipkinEndpoint remote = span.remote;
        text(out, known.hasPeerService ? ZipkinNames.REMOTE_SERVICE : ZipkinNames.PEER_SERVICE, remote.service);
        address(out, ZipkinNames.REMOTE, remote, known.hasPeerAddress, known.hasPeerPort);
    }

    /** One address has OTLP's name; if there are two it is that of version 4. */
    private static void address(
            WireWriter out, ZipkinNames.Side side, ZipkinEndpoint endpoint, boolean hasAddress, boolean hasPort) {
        if (!endpoint.ipv4.isEmpty()) {
            text(out, hasAddress ? side.ipv4() : side.address(), endpoint.ipv4);
        }
        if (!endpoint.ipv6.isEmpty()) {
            text(out, hasAddress || !endpoint.ipv4.isEmpty() ? side.ipv6() : side.address(), endpoint.ipv6);
        }
        if (endpoint.port != 0) {
            OtlpAttributes.integer(out, SPAN_ATTRIBUTES, hasPort ? side.otherPort() : side.port(), endpoint.port);
        }
    }

    private void writeEvent(ZipkinSpan.Annotation annotation, WireWriter out) {
        int event = out.begin(OtlpFields.SPAN_EVENTS);
        if (isTime(annotation.timestamp())) {
            out.fixed64(OtlpFields.EVENT_TIME, annotation.timestamp() * 1_000);
        }
        if (!EventText.write(annotation.value(), known.ofOpenTelemetry, out)) {
            string(out, OtlpFields.EVENT_NAME, annotation.value());
        }
        if (!annotation.service().isEmpty()) {
            OtlpAttributes.string(out, EVENT_ATTRIBUTES, ZipkinNames.ANNOTATION_SERVICE, annotation.service());
        }
        if (!isTime(annotation.timestamp()) && annotation.timestamp() != 0) {
            OtlpAttributes.integer(out, EVENT_ATTRIBUTES, ZipkinNames.TIMESTAMP, annotation.timestamp());
        }
        out.end(event);
    }

    private static void attribute(WireWriter out, ZipkinSpan.Tag tag) {
        Object value = tag.value();
        if (value instanceof String text) {
            OtlpAttributes.string(out, SPAN_ATTRIBUTES, tag.key(), text);
        } else if (value instanceof Long number) {
            OtlpAttributes.integer(out, SPAN_ATTRIBUTES, tag.key(), number);
        } else if (value instanceof Double number) {
            OtlpAttributes.real(out, SPAN_ATTRIBUTES, tag.key(), number);
        } else if (value instanceof Boolean flag) {
            OtlpAttributes.bool(out, SPAN_ATTRIBUTES, tag.key(), flag);
        } else {
            OtlpAttributes.bytes(out, SPAN_ATTRIBUTES, tag.key(), (byte[]) value);
        }
    }

    private static void text(WireWriter out, String key, String value) {
        if (!value.isEmpty()) {
            OtlpAttributes.string(out, SPAN_ATTRIBUTES, key, value);
        }
    }

    private static void integer(WireWriter out, String key, long value) {
        if (value != ZipkinSpan.ABSENT && value != 0) {
            OtlpAttributes.integer(out, SPAN_ATTRIBUTES, key, value);
        }
    }

    private static void string(WireWriter out, int field, String value) {
        if (!value.isEmpty()) {
            out.string(field, value);
        }
    }

    private static void count(WireWriter out, int field, long count) {
        if (count != 0) {
            out.varint(field, count);
        }
    }
}
