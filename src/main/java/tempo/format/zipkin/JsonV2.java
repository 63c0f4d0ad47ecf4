package tempo.format.zipkin;

import com.fasterxml.jackson.core.JsonToken;
import tempo.format.FormatException;
import tempo.format.json.InvalidJsonException;
import tempo.format.json.JsonInput;

/**
 * Reads spans of version 2 in JSON. Unknown fields are ignored, {@code null} is absent. For one thread.
 *
 * <p>Source: <a href="https://zipkin.io/zipkin-api/#/default/post_spans">zipkin2-api.yaml</a>.
 */
final class JsonV2 {
    private final ZipkinSpan span = new ZipkinSpan();
    private final SpanWriter out;

    JsonV2(SpanWriter out) {
        this.out = out;
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
        switch (name) {
            case "traceId" -> span.traceId(JsonFields.string(input, value));
            case "parentId" -> span.parentId = Ids.span(JsonFields.string(input, value));
            case "id" -> span.id = Ids.span(JsonFields.string(input, value));
            case "kind" -> readKind(JsonFields.string(input, value));
            case "name" -> span.name = JsonFields.string(input, value);
            case "timestamp" -> span.timestamp = JsonFields.micros(input, value);
            case "duration" -> span.duration = JsonFields.micros(input, value);
            case "debug" -> span.debug = JsonFields.bool(input, value);
            case "shared" -> span.shared = JsonFields.bool(input, value);
            case "localEndpoint" -> JsonFields.endpoint(input, value, span.local);
            case "remoteEndpoint" -> JsonFields.endpoint(input, value, span.remote);
            case "annotations" -> readAnnotations(input, value);
            case "tags" -> readTags(input, value);
            default -> input.skipChildren();
        }
    }

    private void readKind(String kind) {
        switch (kind) {
            case "CLIENT" -> span.kind = ZipkinSpan.CLIENT;
            case "SERVER" -> span.kind = ZipkinSpan.SERVER;
            case "PRODUCER" -> span.kind = ZipkinSpan.PRODUCER;
            case "CONSUMER" -> span.kind = ZipkinSpan.CONSUMER;
            default -> span.otherKind = kind;
        }
    }

    private void readAnnotations(JsonInput input, JsonToken first) throws InvalidJsonException {
        JsonFields.requireArray(input, first);
        for (JsonToken item = input.next(); item != JsonToken.END_ARRAY; item = input.next()) {
            JsonFields.requireObject(input, item);
            long timestamp = 0;
            String text = "";
            while (input.next() == JsonToken.FIELD_NAME) {
                String name = input.name();
                JsonToken value = input.next();
                if (value == JsonToken.VALUE_NULL) {
                    continue;
                }
                switch (name) {
                    case "timestamp" -> timestamp = JsonFields.micros(input, value);
                    case "value" -> text = JsonFields.string(input, value);
                    default -> input.skipChildren();
                }
            }
            span.annotate(timestamp, text, "");
        }
    }

    /** Values are strings; a number, true or false keeps its type. */
    private void readTags(JsonInput input, JsonToken first) throws InvalidJsonException {
        JsonFields.requireObject(input, first);
        while (input.next() == JsonToken.FIELD_NAME) {
            String key = input.name();
            JsonToken value = input.next();
            if (value != JsonToken.VALUE_NULL) {
                span.tag(key, JsonFields.tagValue(input, value));
            }
        }
    }
}
