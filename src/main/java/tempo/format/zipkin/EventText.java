package tempo.format.zipkin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static tempo.format.otlp.OtlpFields.EVENT_ATTRIBUTES;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import tempo.format.json.InvalidJsonException;
import tempo.format.json.JsonInput;
import tempo.format.json.JsonLimits;
import tempo.format.otlp.OtlpAttributes;
import tempo.format.otlp.OtlpFields;
import tempo.span.WireWriter;

/**
 * The text by which OpenTelemetry's exporters write an event with attributes as an annotation:
 * {@code "my-event-name": { "key1" : "value1", "key2": "value2" }}.
 *
 * <p>Source: OpenTelemetry specification, "OpenTelemetry to Zipkin Transformation", Events.
 */
final class EventText {
    private static final JsonFactory JSON = new JsonLimits(3, 100, 1 << 20).newFactory();

    private EventText() {}

    /** Writes name and attributes into the event that is open; false, and nothing is written, if the text is not such a one. */
    static boolean write(String text, WireWriter out) {
        if (!text.startsWith("\"") || !text.endsWith("}")) {
            return false;
        }
        int before = out.size();
        byte[] json = ("{" + text + "}").getBytes(UTF_8);
        try (JsonInput input = new JsonInput(JSON, json, 0, json.length)) {
            if (write(input, out)) {
                return true;
            }
        } catch (InvalidJsonException otherText) {
            // A text that only looks like one is an event's name.
        }
        out.truncate(before);
        return false;
    }

    private static boolean write(JsonInput input, WireWriter out) throws InvalidJsonException {
        input.begin(JsonToken.START_OBJECT, "an object");
        if (input.next() != JsonToken.FIELD_NAME) {
            return false;
        }
        out.string(OtlpFields.EVENT_NAME, input.name());
        if (input.next() != JsonToken.START_OBJECT) {
            return false;
        }
        while (input.next() == JsonToken.FIELD_NAME) {
            String key = input.name();
            JsonToken value = input.next();
            switch (value) {
                case VALUE_STRING -> OtlpAttributes.string(out, EVENT_ATTRIBUTES, key, input.string(value, "a string"));
                case VALUE_TRUE -> OtlpAttributes.bool(out, EVENT_ATTRIBUTES, key, true);
                case VALUE_FALSE -> OtlpAttributes.bool(out, EVENT_ATTRIBUTES, key, false);
                case VALUE_NUMBER_INT ->
                    OtlpAttributes.integer(
                            out,
                            EVENT_ATTRIBUTES,
                            key,
                            input.signed(value, Long.MIN_VALUE, Long.MAX_VALUE, "a 64-bit integer"));
                case VALUE_NUMBER_FLOAT -> OtlpAttributes.real(out, EVENT_ATTRIBUTES, key, input.real(value));
                default -> {
                    return false;
                }
            }
        }
        if (input.next() != JsonToken.END_OBJECT) {
            return false;
        }
        input.end();
        return true;
    }
}
