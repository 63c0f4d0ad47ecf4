package tempo.tempodb.scan;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tempo.span.TraceKey;
import tempo.tempodb.spans.SpanField;
import tempo.tempodb.spans.ValueTest;

/** Spans as objects, asked one by one: what the columns have to come to. */
final class SpanModel {
    final TraceKey key;
    final int entry;
    final Resource resource;
    final InstrumentationScope scope;
    final Span span;

    private SpanModel(TraceKey key, int entry, Resource resource, InstrumentationScope scope, Span span) {
        this.key = key;
        this.entry = entry;
        this.resource = resource;
        this.scope = scope;
        this.span = span;
    }

    static List<SpanModel> of(TraceKey key, int entry, byte[] value) {
        try {
            List<SpanModel> spans = new ArrayList<>();
            for (ResourceSpans resource : TracesData.parseFrom(value).getResourceSpansList()) {
                for (ScopeSpans scope : resource.getScopeSpansList()) {
                    for (Span span : scope.getSpansList()) {
                        spans.add(new SpanModel(key, entry, resource.getResource(), scope.getScope(), span));
                    }
                }
            }
            return spans;
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
    }

    boolean passes(SpanFilter filter) {
        if (filter instanceof SpanFilter.Where where) {
            return passes(where.field(), where.test());
        }
        if (filter instanceof SpanFilter.Not not) {
            return !passes(not.filter());
        }
        if (filter instanceof SpanFilter.And and) {
            return and.filters().stream().allMatch(this::passes);
        }
        return ((SpanFilter.Or) filter).filters().stream().anyMatch(this::passes);
    }

    private boolean passes(SpanField field, ValueTest test) {
        return switch (field.of()) {
            case NAME -> text(span.getNameBytes(), test);
            case KIND -> test.number(span.getKindValue());
            case STATUS_CODE -> test.number(span.getStatus().getCodeValue());
            case STATUS_MESSAGE -> text(span.getStatus().getMessageBytes(), test);
            case TRACE_STATE -> text(span.getTraceStateBytes(), test);
            case DURATION -> test.number(span.getEndTimeUnixNano() - span.getStartTimeUnixNano());
            case START -> test.number(span.getStartTimeUnixNano());
            case SCOPE_NAME -> text(scope.getNameBytes(), test);
            case SCOPE_VERSION -> text(scope.getVersionBytes(), test);
            case SCOPE_ATTRIBUTE -> any(scope.getAttributesList(), field.key(), test);
            case RESOURCE_ATTRIBUTE -> any(resource.getAttributesList(), field.key(), test);
            case SPAN_ATTRIBUTE -> any(span.getAttributesList(), field.key(), test);
            case EVENT_NAME -> span.getEventsList().stream().anyMatch(event -> text(event.getNameBytes(), test));
            case EVENT_ATTRIBUTE ->
                span.getEventsList().stream().anyMatch(event -> any(event.getAttributesList(), field.key(), test));
            case LINK_ATTRIBUTE ->
                span.getLinksList().stream().anyMatch(link -> any(link.getAttributesList(), field.key(), test));
        };
    }

    /** The text of a field, or nothing. */
    @Nullable
    String text(SpanField field) {
        if (field.of() == SpanField.Of.NAME) {
            return span.getName();
        }
        List<KeyValue> attributes =
                field.of() == SpanField.Of.RESOURCE_ATTRIBUTE ? resource.getAttributesList() : span.getAttributesList();
        for (KeyValue attribute : attributes) {
            if (attribute.getKey().equals(field.key()) && attribute.getValue().hasStringValue()) {
                return attribute.getValue().getStringValue();
            }
        }
        return null;
    }

    long start() {
        return span.getStartTimeUnixNano();
    }

    long duration() {
        return span.getEndTimeUnixNano() - span.getStartTimeUnixNano();
    }

    /** The parent, among the spans of the same entry. */
    @Nullable
    SpanModel parent(List<SpanModel> entrySpans) {
        if (span.getParentSpanId().isEmpty()) {
            return null;
        }
        for (SpanModel other : entrySpans) {
            if (other != this && other.span.getSpanId().equals(span.getParentSpanId())) {
                return other;
            }
        }
        return null;
    }

    private static boolean any(List<KeyValue> attributes, String key, ValueTest test) {
        return attributes.stream()
                .anyMatch(attribute -> attribute.getKey().equals(key) && value(attribute.getValue(), test));
    }

    private static boolean value(AnyValue value, ValueTest test) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> text(value.getStringValueBytes(), test);
            case BYTES_VALUE -> text(value.getBytesValue(), test);
            case INT_VALUE -> test.number(value.getIntValue());
            case DOUBLE_VALUE -> test.real(value.getDoubleValue());
            case BOOL_VALUE -> test.truth(value.getBoolValue());
            default -> false;
        };
    }

    private static boolean text(ByteString text, ValueTest test) {
        return test.text(text.toByteArray(), 0, text.size());
    }
}
