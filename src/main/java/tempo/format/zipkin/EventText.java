package tempo.format.zipkin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static tempo.format.otlp.OtlpFields.EVENT_ATTRIBUTES;

import com.fasterxml.jackson.core.JsonToken;
import java.util.LinkedHashMap;
import java.util.Map;
import tempo.format.json.InvalidJsonException;
import tempo.format.json.JsonInput;
import tempo.format.otlp.OtlpFields;
import tempo.format.otlp.OtlpTree;
import tempo.format.otlp.OtlpValue;
import tempo.span.WireWriter;

/**
 * The text by which OpenTelemetry's exporters write an event with attributes as an annotation:
 * {@code "my-event-name": { "key1" : "value1", "key2": "value2" }}.
 *
 * <p>Source: OpenTelemetry specification, "OpenTelemetry to Zipkin Transformation", Events.
 */
final class EventText {
    private EventText() {}

    /** The text of an event: its name alone if it has nothing else, and could not be taken for such a text. */
    static String of(OtlpTree.Event event) {
        if (event.attributes().isEmpty() && event.droppedAttributes() == 0 && !looksLikeOne(event.name())) {
            return event.name();
        }
        Map<String, Object> attributes = new LinkedHashMap<>();
        event.attributes().forEach(each -> attributes.put(each.key(), AttributesText.flat(each.value())));
        if (event.droppedAttributes() != 0) {
            attributes.putIfAbsent(AttributesText.DROPPED, event.droppedAttributes());
        }
        String json = OtlpValue.json(Map.of(event.name(), attributes));
        return json.substring(1, json.length() - 1);
    }

    private static boolean looksLikeOne(String text) {
        return text.startsWith("\"") && text.endsWith("}");
    }

    /** Writes name and attributes into the event that is open; false, and nothing is written, if the text is not such a one. */
    static boolean write(String text, WireWriter out) {
        if (!looksLikeOne(text)) {
            return false;
        }
        int before = out.size();
        byte[] json = ("{" + text + "}").getBytes(UTF_8);
        try (JsonInput input = new JsonInput(AttributesText.JSON, json, 0, json.length)) {
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
        if (!AttributesText.write(input, EVENT_ATTRIBUTES, OtlpFields.EVENT_DROPPED_ATTRIBUTES, out)) {
            return false;
        }
        if (input.next() != JsonToken.END_OBJECT) {
            return false;
        }
        input.end();
        return true;
    }
}
