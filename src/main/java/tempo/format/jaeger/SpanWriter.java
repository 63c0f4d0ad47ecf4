package tempo.format.jaeger;

import static java.nio.charset.StandardCharsets.US_ASCII;

import tempo.format.Extent;
import tempo.format.FormatException;
import tempo.format.otlp.OtlpAttributes;
import tempo.format.otlp.OtlpFields;
import tempo.format.otlp.OtlpIds;
import tempo.format.otlp.OtlpRequest;
import tempo.format.otlp.OtlpText;
import tempo.span.WireWriter;

/*
 * What is not in OTLP's words is kept under names that begin with "jaeger."; docs/receivers.md has the table.
 */
/**
 * Writes spans as OTLP. For one thread.
 *
 * <p>Source: OpenTelemetry specification, "OpenTelemetry to Jaeger Transformation", read the other way round.
 */
final class SpanWriter {
    private static final byte[] SERVICE_NAME = JaegerNames.SERVICE_NAME.getBytes(US_ASCII);
    private static final byte[] EVENT = JaegerNames.EVENT.getBytes(US_ASCII);
    private static final byte[] EVENT_DROPPED = JaegerNames.EVENT_DROPPED_ATTRIBUTES.getBytes(US_ASCII);

    private final byte[] source;
    private final OtlpRequest request;
    private final WireWriter scope = new WireWriter(128);
    private final OtlpIds ids = new OtlpIds();
    private final KnownTags known = new KnownTags();

    /** @param bytesMax most bytes of all spans together */
    SpanWriter(byte[] source, long bytesMax) {
        this.source = source;
        this.request = new OtlpRequest(bytesMax);
    }

    /** Makes a resource of a process. */
    void setProcess(WireWriter resource, long serviceName, Tags tags) {
        resource.clear();
        if (Extent.length(serviceName) > 0) {
            OtlpAttributes.string(
                    resource, OtlpFields.RESOURCE_ATTRIBUTES, JaegerNames.SERVICE_NAME, source, serviceName);
            for (int i = 0; i < tags.size(); i++) {
                if (tags.type(i) == Tags.STRING && tags.equal(tags.key(i), SERVICE_NAME)) {
                    takeOtherName(resource, tags, i, serviceName);
                }
            }
        }
        tags.write(resource, OtlpFields.RESOURCE_ATTRIBUTES, 0, tags.size());
    }

    /** A name in a tag, beside the one in its field: most often the same. */
    private void takeOtherName(WireWriter resource, Tags tags, int i, long serviceName) {
        long value = tags.value(i);
        if (!Extent.equal(source, serviceName, value)) {
            OtlpAttributes.string(
                    resource, OtlpFields.RESOURCE_ATTRIBUTES, JaegerNames.OTHER_SERVICE_NAME, source, value);
        }
        tags.take(i);
    }

    /** Adds a span; it may be reused afterwards. */
    void add(JaegerSpan span, WireWriter resource) throws FormatException {
        known.take(span.tags);
        scope.clear();
        text(scope, OtlpFields.SCOPE_NAME, known.scopeName);
        text(scope, OtlpFields.SCOPE_VERSION, known.scopeVersion);
        WireWriter out = request.spansOf(resource, scope);
        int mark = out.begin(OtlpFields.SCOPE_SPANS_SPANS);
        write(span, out);
        request.end(out, mark);
    }

    /** All spans, as an {@code ExportTraceServiceRequest}. */
    byte[] toByteArray() {
        return request.toByteArray();
    }

    private void write(JaegerSpan span, WireWriter out) {
        ids.trace(out, OtlpFields.SPAN_TRACE_ID, span.traceIdHigh, span.traceIdLow);
        ids.span(out, OtlpFields.SPAN_SPAN_ID, span.id);
        text(out, OtlpFields.SPAN_TRACE_STATE, known.traceState);
        long parent = span.parent();
        ids.span(out, OtlpFields.SPAN_PARENT_SPAN_ID, parent);
        text(out, OtlpFields.SPAN_NAME, span.name);
        out.varint(OtlpFields.SPAN_KIND, known.kind);
        long start = Math.max(span.start, 0);
        if (start > 0) {
            out.fixed64(OtlpFields.SPAN_START, start);
        }
        boolean lasts = span.duration >= 0 && span.duration <= Long.MAX_VALUE - start;
        long end = lasts ? start + span.duration : start;
        if (end > 0) {
            out.fixed64(OtlpFields.SPAN_END, end);
        }
        span.tags.write(out, OtlpFields.SPAN_ATTRIBUTES, 0, span.tags.size());
        writeOthers(span, lasts, out);
        count(out, OtlpFields.SPAN_DROPPED_ATTRIBUTES, known.droppedAttributes + span.tags.dropped());
        for (int i = 0; i < span.logs; i++) {
            writeEvent(span, i, out);
        }
        count(out, OtlpFields.SPAN_DROPPED_EVENTS, known.droppedEvents + span.droppedLogs);
        for (int i = 0; i < span.references; i++) {
            if (!span.isParent(i, parent)) {
                writeLink(span, i, out);
            }
        }
        count(out, OtlpFields.SPAN_DROPPED_LINKS, known.droppedLinks + span.droppedReferences);
        if (known.statusCode != 0) {
            int status = out.begin(OtlpFields.SPAN_STATUS);
            text(out, OtlpFields.STATUS_MESSAGE, known.statusMessage);
            out.varint(OtlpFields.STATUS_CODE, known.statusCode);
            out.end(status);
        }
        if ((span.flags & JaegerSpan.FLAG_SAMPLED) != 0) {
            out.fixed32(OtlpFields.SPAN_FLAGS, OtlpFields.FLAG_SAMPLED);
        }
    }

    private void writeOthers(JaegerSpan span, boolean lasts, WireWriter out) {
        int field = OtlpFields.SPAN_ATTRIBUTES;
        if ((span.flags & JaegerSpan.FLAG_DEBUG) != 0) {
            OtlpAttributes.bool(out, field, JaegerNames.DEBUG, true);
        }
        if ((span.flags & ~(JaegerSpan.FLAG_SAMPLED | JaegerSpan.FLAG_DEBUG)) != 0) {
            OtlpAttributes.integer(out, field, JaegerNames.FLAGS, span.flags & 0xffff_ffffL);
        }
        if (span.start < 0) {
            OtlpAttributes.integer(out, field, JaegerNames.START_TIME, span.start);
        }
        if (!lasts) {
            OtlpAttributes.integer(out, field, JaegerNames.DURATION, span.duration);
        }
        if (Extent.length(span.processId) > 0) {
            OtlpAttributes.string(out, field, JaegerNames.PROCESS_ID, source, span.processId);
        }
        if (span.warnings > 0) {
            OtlpAttributes.strings(out, field, JaegerNames.WARNINGS, source, span.warningTexts, span.warnings);
        }
    }

    private void writeEvent(JaegerSpan span, int log, WireWriter out) {
        Tags fields = span.fields;
        int event = out.begin(OtlpFields.SPAN_EVENTS);
        long time = span.logTimes[log];
        if (time > 0) {
            out.fixed64(OtlpFields.EVENT_TIME, time);
        }
        boolean named = false;
        long dropped = 0;
        for (int i = span.logFrom[log]; i < span.logTo[log]; i++) {
            if (!named && fields.type(i) == Tags.STRING && fields.equal(fields.key(i), EVENT)) {
                named = true;
                text(out, OtlpFields.EVENT_NAME, fields.value(i));
                fields.take(i);
            } else if (dropped == 0 && fields.equal(fields.key(i), EVENT_DROPPED)) {
                dropped = KnownTags.count(fields, i);
                if (dropped > 0) {
                    fields.take(i);
                }
            }
        }
        fields.write(out, OtlpFields.EVENT_ATTRIBUTES, span.logFrom[log], span.logTo[log]);
        if (time < 0) {
            OtlpAttributes.integer(out, OtlpFields.EVENT_ATTRIBUTES, JaegerNames.TIMESTAMP, time);
        }
        count(out, OtlpFields.EVENT_DROPPED_ATTRIBUTES, dropped);
        out.end(event);
    }

    private void writeLink(JaegerSpan span, int reference, WireWriter out) {
        int link = out.begin(OtlpFields.SPAN_LINKS);
        ids.trace(out, OtlpFields.LINK_TRACE_ID, span.referenceTraceHigh[reference], span.referenceTraceLow[reference]);
        ids.span(out, OtlpFields.LINK_SPAN_ID, span.referenceSpan[reference]);
        String type =
                switch (span.referenceType[reference]) {
                    case JaegerSpan.CHILD_OF -> JaegerNames.CHILD_OF;
                    case JaegerSpan.FOLLOWS_FROM -> JaegerNames.FOLLOWS_FROM;
                    default -> Integer.toString(span.referenceType[reference]);
                };
        OtlpAttributes.string(out, OtlpFields.LINK_ATTRIBUTES, JaegerNames.REFERENCE_TYPE, type);
        out.end(link);
    }

    private void text(WireWriter out, int field, long value) {
        if (Extent.length(value) > 0) {
            OtlpText.write(out, field, source, value);
        }
    }

    private static void count(WireWriter out, int field, long count) {
        if (count != 0) {
            out.varint(field, count);
        }
    }
}
