package tempo.format.zipkin;

import com.fasterxml.jackson.core.JsonToken;
import tempo.format.FormatException;
import tempo.format.json.InvalidJsonException;
import tempo.format.json.JsonInput;

/**
 * Reads spans of version 1 in JSON. Unknown fields are ignored, {@code null} is absent. For one thread.
 *
 * <p>Source: <a href="https://zipkin.io/zipkin-api/zipkin-api.yaml">zipkin-api.yaml</a>.
 */
final class JsonV1 {
    private final V1Span span = new V1Span();
    private final V1Conversion out;

    JsonV1(SpanWriter out) {
        this.out = new V1Conversion(out);
    }

    void read(JsonInput input) throws FormatException {
        span.clear();
        while (input.next() == JsonToken.FIELD_NAME) {
            String name = input.name();
            JsonToken value = input.next();
            if (value != JsonToken.VALUE_NULL) {
                readField(input, name, value);
            }
        }
        out.add(span);
    }

    private void readField(JsonInput input, String name, JsonToken value) throws InvalidJsonException {
        ZipkinSpan head = span.head;
        switch (name) {
            case "traceId" -> head.traceId(JsonFields.string(input, value));
            case "parentId" -> head.parentId = Ids.span(JsonFields.string(input, value));
            case "id" -> head.id = Ids.span(JsonFields.string(input, value));
            case "name" -> head.name = JsonFields.string(input, value);
            case "timestamp" -> head.timestamp = JsonFields.micros(input, value);
            case "duration" -> head.duration = JsonFields.micros(input, value);
            case "debug" -> head.debug = JsonFields.bool(input, value);
            case "annotations" -> readAnnotations(input, value);
            case "binaryAnnotations" -> readBinaryAnnotations(input, value);
            default -> input.skipChildren();
        }
    }

    private void readAnnotations(JsonInput input, JsonToken first) throws InvalidJsonException {
        JsonFields.requireArray(input, first);
        for (JsonToken item = input.next(); item != JsonToken.END_ARRAY; item = input.next()) {
            JsonFields.requireObject(input, item);
            long timestamp = 0;
            String text = "";
            ZipkinEndpoint endpoint = new ZipkinEndpoint();
            while (input.next() == JsonToken.FIELD_NAME) {
                String name = input.name();
                JsonToken value = input.next();
                if (value == JsonToken.VALUE_NULL) {
                    continue;
                }
                switch (name) {
                    case "timestamp" -> timestamp = JsonFields.micros(input, value);
                    case "value" -> text = JsonFields.string(input, value);
                    case "endpoint" -> JsonFields.endpoint(input, value, endpoint);
                    default -> input.skipChildren();
                }
            }
            span.annotate(timestamp, text, endpoint);
        }
    }

    private void readBinaryAnnotations(JsonInput input, JsonToken first) throws InvalidJsonException {
        JsonFields.requireArray(input, first);
        for (JsonToken item = input.next(); item != JsonToken.END_ARRAY; item = input.next()) {
            JsonFields.requireObject(input, item);
            String key = "";
            Object content = "";
            ZipkinEndpoint endpoint = new ZipkinEndpoint();
            while (input.next() == JsonToken.FIELD_NAME) {
                String name = input.name();
                JsonToken value = input.next();
                if (value == JsonToken.VALUE_NULL) {
                    continue;
                }
                switch (name) {
                    case "key" -> key = JsonFields.string(input, value);
                    case "value" -> content = JsonFields.tagValue(input, value);
                    case "endpoint" -> JsonFields.endpoint(input, value, endpoint);
                    default -> input.skipChildren();
                }
            }
            span.tag(key, content, endpoint);
        }
    }
}
