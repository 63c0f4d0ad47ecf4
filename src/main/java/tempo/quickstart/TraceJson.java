package tempo.quickstart;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the answer of {@code GET /api/v2/traces/{id}}: OTLP as JSON, with ids in base64 and 64-bit numbers as strings
 * (protobuf's JSON mapping). Only what a drawing needs. Ids are compared, never decoded, so hex would do as well.
 */
final class TraceJson {
    private static final JsonFactory JSON = new JsonFactory();

    private TraceJson() {}

    /**
     * All spans of the answer, in its order.
     *
     * @throws IOException if {@code body} is not JSON or not a trace
     */
    static List<SpanRow> read(byte[] body) throws IOException {
        Object root;
        try (JsonParser parser = JSON.createParser(body)) {
            parser.nextToken();
            root = value(parser);
        }
        Map<String, Object> answer = object(root);
        Map<String, Object> trace = object(answer.getOrDefault("trace", answer));
        List<SpanRow> rows = new ArrayList<>();
        for (Object resourceSpans : list(trace.get("resourceSpans"))) {
            String service = serviceName(object(resourceSpans));
            for (Object scopeSpans : list(object(resourceSpans).get("scopeSpans"))) {
                for (Object span : list(object(scopeSpans).get("spans"))) {
                    rows.add(row(service, object(span)));
                }
            }
        }
        return rows;
    }

    private static String serviceName(Map<String, Object> resourceSpans) throws IOException {
        for (Object attribute : list(object(resourceSpans.get("resource")).get("attributes"))) {
            if (text(object(attribute), "key").equals("service.name")) {
                return text(object(object(attribute).get("value")), "stringValue");
            }
        }
        return "";
    }

    private static SpanRow row(String service, Map<String, Object> span) throws IOException {
        String code = text(object(span.get("status")), "code");
        return new SpanRow(
                service,
                text(span, "name"),
                text(span, "spanId"),
                text(span, "parentSpanId"),
                number(span, "startTimeUnixNano"),
                number(span, "endTimeUnixNano"),
                code.equals("STATUS_CODE_ERROR") || code.equals("2"));
    }

    private static @Nullable Object value(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            Map<String, Object> fields = new LinkedHashMap<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                Object field = value(parser);
                if (field != null) {
                    fields.put(name, field);
                }
            }
            return fields;
        }
        if (token == JsonToken.START_ARRAY) {
            List<Object> elements = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                Object element = value(parser);
                if (element != null) {
                    elements.add(element);
                }
            }
            return elements;
        }
        return token == null || token == JsonToken.VALUE_NULL ? null : parser.getText();
    }

    /** A missing field is an empty object: the mapping leaves out what has its default. */
    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(@Nullable Object value) throws IOException {
        if (value == null) {
            return Map.of();
        }
        if (value instanceof Map) {
            return (Map<String, Object>) value;
        }
        throw new IOException("answer has a " + value.getClass().getSimpleName() + " where an object belongs");
    }

    private static List<?> list(@Nullable Object value) throws IOException {
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list) {
            return list;
        }
        throw new IOException("answer has a " + value.getClass().getSimpleName() + " where a list belongs");
    }

    private static String text(Map<String, Object> object, String field) {
        return String.valueOf(object.getOrDefault(field, ""));
    }

    private static long number(Map<String, Object> object, String field) throws IOException {
        String digits = text(object, field);
        try {
            return digits.isEmpty() ? 0 : Long.parseUnsignedLong(digits);
        } catch (NumberFormatException e) {
            throw new IOException(field + " is not a number: " + digits, e);
        }
    }
}
