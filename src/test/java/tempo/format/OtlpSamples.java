package tempo.format;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Views of OTLP messages that tests compare. */
public final class OtlpSamples {
    private OtlpSamples() {}

    /** Attributes by key; arrays as lists, bytes as they are. */
    public static Map<String, Object> attributes(List<KeyValue> attributes) {
        Map<String, Object> values = new TreeMap<>();
        attributes.forEach(each -> values.put(each.getKey(), value(each.getValue())));
        return values;
    }

    private static Object value(AnyValue value) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue();
            case BOOL_VALUE -> value.getBoolValue();
            case INT_VALUE -> value.getIntValue();
            case DOUBLE_VALUE -> value.getDoubleValue();
            case ARRAY_VALUE ->
                value.getArrayValue().getValuesList().stream()
                        .map(OtlpSamples::value)
                        .toList();
            default -> value.getBytesValue();
        };
    }

    /** All spans, of whatever resource and scope. */
    public static List<Span> spans(TracesData traces) {
        List<Span> all = new ArrayList<>();
        traces.getResourceSpansList()
                .forEach(resource -> resource.getScopeSpansList().forEach(scope -> all.addAll(scope.getSpansList())));
        return all;
    }
}
