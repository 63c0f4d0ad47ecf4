package tempo.format.jaeger;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import tempo.format.otlp.OtlpFields;
import tempo.format.otlp.OtlpTree;
import tempo.format.otlp.OtlpValue;

/**
 * Makes Jaeger's spans of OTLP's. What {@link SpanWriter} put into attributes goes back to where it came from. Stateless.
 *
 * <p>Source: OpenTelemetry specification, "OpenTelemetry to Jaeger Transformation", "OpenTelemetry Transformation to non-OTLP Formats".
 */
final class SpanConversion {
    private static final String LINK = "link";

    private SpanConversion() {}

    static SpanModel.Process process(OtlpTree.Resource resource) {
        List<SpanModel.Tag> tags = new ArrayList<>();
        boolean named = false;
        for (OtlpTree.Attribute each : resource.attributes()) {
            if (!named && each.key().equals(JaegerNames.SERVICE_NAME)) {
                named = true;
            } else if (each.key().equals(JaegerNames.OTHER_SERVICE_NAME)) {
                tags.add(new SpanModel.Tag(JaegerNames.SERVICE_NAME, OtlpValue.flat(each.value())));
            } else {
                tags.add(tag(each));
            }
        }
        if (resource.droppedAttributes() > 0) {
            tags.add(new SpanModel.Tag(JaegerNames.DROPPED_ATTRIBUTES, resource.droppedAttributes()));
        }
        return new SpanModel.Process(resource.serviceName(), tags);
    }

    static SpanModel span(OtlpTree.Scope scope, OtlpTree.Span from) {
        SpanModel span = new SpanModel();
        span.traceId = from.traceId;
        span.spanId = from.spanId;
        span.name = from.name;
        span.flags = from.flags & OtlpFields.FLAG_SAMPLED;
        span.start = from.start;
        span.duration = from.end == 0 ? 0 : from.end - from.start;
        if (from.parentSpanId.length > 0) {
            span.references.add(new SpanModel.Reference(JaegerSpan.CHILD_OF, from.traceId, from.parentSpanId));
        }
        for (OtlpTree.Attribute each : from.attributes) {
            if (!isField(span, each)) {
                span.tags.add(tag(each));
            }
        }
        scope.attributes().forEach(each -> span.tags.add(tag(each)));
        addKnownTags(span, scope, from);
        for (OtlpTree.Event event : from.events) {
            span.logs.add(log(event));
        }
        for (OtlpTree.Link link : from.links) {
            addLink(span, link);
        }
        return span;
    }

    /** True if it was a field of Jaeger's span, and is one again. */
    private static boolean isField(SpanModel span, OtlpTree.Attribute attribute) {
        Object value = attribute.value();
        switch (attribute.key()) {
            case JaegerNames.DEBUG -> {
                if (!Boolean.TRUE.equals(value)) {
                    return false;
                }
                span.flags |= JaegerSpan.FLAG_DEBUG;
            }
            case JaegerNames.FLAGS -> {
                if (!(value instanceof Long flags)) {
                    return false;
                }
                span.flags = (int) (long) flags;
            }
            case JaegerNames.START_TIME -> {
                if (span.start != 0 || !(value instanceof Long start)) {
                    return false;
                }
                span.start = start;
            }
            case JaegerNames.DURATION -> {
                if (!(value instanceof Long duration)) {
                    return false;
                }
                span.duration = duration;
            }
            case JaegerNames.PROCESS_ID -> span.processId = OtlpValue.text(value);
            case JaegerNames.WARNINGS -> {
                if (!(value instanceof List<?> warnings)) {
                    return false;
                }
                warnings.forEach(each -> span.warnings.add(OtlpValue.text(each)));
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void addKnownTags(SpanModel span, OtlpTree.Scope scope, OtlpTree.Span from) {
        switch (from.kind) {
            case OtlpFields.KIND_SERVER -> span.tag(JaegerNames.SPAN_KIND, "server");
            case OtlpFields.KIND_CLIENT -> span.tag(JaegerNames.SPAN_KIND, "client");
            case OtlpFields.KIND_PRODUCER -> span.tag(JaegerNames.SPAN_KIND, "producer");
            case OtlpFields.KIND_CONSUMER -> span.tag(JaegerNames.SPAN_KIND, "consumer");
            default -> {
                // Internal is what a span without the tag is.
            }
        }
        text(span, JaegerNames.SCOPE_NAME, scope.name());
        text(span, JaegerNames.LIBRARY_NAME, scope.name());
        text(span, JaegerNames.SCOPE_VERSION, scope.version());
        text(span, JaegerNames.LIBRARY_VERSION, scope.version());
        if (from.statusCode == OtlpFields.STATUS_ERROR) {
            span.tag(JaegerNames.STATUS_CODE, "ERROR");
            span.tag(JaegerNames.ERROR, true);
        } else if (from.statusCode == OtlpFields.STATUS_OK) {
            span.tag(JaegerNames.STATUS_CODE, "OK");
        }
        text(span, JaegerNames.STATUS_DESCRIPTION, from.statusMessage);
        text(span, JaegerNames.TRACE_STATE, from.traceState);
        count(span, JaegerNames.DROPPED_ATTRIBUTES, from.droppedAttributes);
        count(span, JaegerNames.DROPPED_EVENTS, from.droppedEvents);
        count(span, JaegerNames.DROPPED_LINKS, from.droppedLinks);
    }

    private static SpanModel.Log log(OtlpTree.Event event) {
        List<SpanModel.Tag> fields = new ArrayList<>();
        long time = event.time();
        boolean named = false;
        for (OtlpTree.Attribute each : event.attributes()) {
            if (time == 0 && each.key().equals(JaegerNames.TIMESTAMP) && each.value() instanceof Long before1970) {
                time = before1970;
            } else {
                named |= each.key().equals(JaegerNames.EVENT);
                fields.add(tag(each));
            }
        }
        if (!event.name().isEmpty()) {
            // An attribute "event" is the log's; the name is kept beside it.
            fields.add(0, new SpanModel.Tag(named ? JaegerNames.EVENT_NAME : JaegerNames.EVENT, event.name()));
        }
        if (event.droppedAttributes() > 0) {
            fields.add(new SpanModel.Tag(JaegerNames.EVENT_DROPPED_ATTRIBUTES, event.droppedAttributes()));
        }
        return new SpanModel.Log(time, fields);
    }

    /** A reference cannot hold what a link may have beside ids; that goes to a log. */
    private static void addLink(SpanModel span, OtlpTree.Link link) {
        int type = JaegerSpan.FOLLOWS_FROM;
        List<SpanModel.Tag> others = new ArrayList<>();
        for (OtlpTree.Attribute each : link.attributes()) {
            Integer known = each.key().equals(JaegerNames.REFERENCE_TYPE)
                    ? REFERENCE_TYPES.get(OtlpValue.text(each.value()))
                    : null;
            if (known == null) {
                others.add(tag(each));
            } else {
                type = known;
            }
        }
        span.references.add(new SpanModel.Reference(type, link.traceId(), link.spanId()));
        if (!link.traceState().isEmpty()) {
            others.add(new SpanModel.Tag(JaegerNames.TRACE_STATE, link.traceState()));
        }
        if (link.droppedAttributes() > 0) {
            others.add(new SpanModel.Tag(JaegerNames.DROPPED_ATTRIBUTES, link.droppedAttributes()));
        }
        if (!others.isEmpty()) {
            List<SpanModel.Tag> fields = new ArrayList<>();
            fields.add(new SpanModel.Tag(JaegerNames.EVENT, LINK));
            fields.add(new SpanModel.Tag("trace_id", HexFormat.of().formatHex(link.traceId())));
            fields.add(new SpanModel.Tag("span_id", HexFormat.of().formatHex(link.spanId())));
            fields.addAll(others);
            span.logs.add(new SpanModel.Log(span.start, fields));
        }
    }

    private static final Map<String, Integer> REFERENCE_TYPES =
            Map.of(JaegerNames.CHILD_OF, JaegerSpan.CHILD_OF, JaegerNames.FOLLOWS_FROM, JaegerSpan.FOLLOWS_FROM);

    private static SpanModel.Tag tag(OtlpTree.Attribute attribute) {
        return new SpanModel.Tag(attribute.key(), OtlpValue.flat(attribute.value()));
    }

    private static void text(SpanModel span, String key, String value) {
        if (!value.isEmpty()) {
            span.tag(key, value);
        }
    }

    private static void count(SpanModel span, String key, long count) {
        if (count != 0) {
            span.tag(key, count);
        }
    }
}
