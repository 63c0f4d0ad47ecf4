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
 * The text of an annotation that is an event with attributes. The specification has {@code "name": {"key": "value"}}. Of OpenTelemetry's own
 * exporters that for Go writes {@code name: {"key": "value"}}, that for Python {@code {"name": {"key": "value"}}}, and the Collector
 * {@code name|{"key": "value"}|dropped}.
 *
 * <p>Source: OpenTelemetry specification, "OpenTelemetry to Zipkin Transformation", Events.
 */
final class EventText {
    private static final int COUNT_DIGITS_MAX = 10;

    private EventText() {}

    /** The text of an event: its name alone if it has nothing else, and could not be taken for such a text. */
    static String of(OtlpTree.Event event) {
        if (event.attributes().isEmpty()
                && event.droppedAttributes() == 0
                && !write(event.name(), true, new WireWriter(event.name().length()))) {
            return event.name();
        }
        Map<String, Object> attributes = new LinkedHashMap<>();
        event.attributes().forEach(each -> attributes.put(each.key(), OtlpValue.flat(each.value())));
        if (event.droppedAttributes() != 0) {
            attributes.putIfAbsent(AttributesText.DROPPED, event.droppedAttributes());
        }
        String json = OtlpValue.json(Map.of(event.name(), attributes));
        return json.substring(1, json.length() - 1);
    }

    /**
     * Writes name and attributes into the event that is open; false, and nothing is written, if the text is not such a one.
     *
     * @param ofOpenTelemetry whether its exporters have written the span: of others only what the specification has is no plain text
     */
    static boolean write(String text, boolean ofOpenTelemetry, WireWriter out) {
        int before = out.size();
        try {
            if (text.endsWith("}") && writeObject(text, ofOpenTelemetry, out)
                    || ofOpenTelemetry && writeCounted(text, out)) {
                return true;
            }
        } catch (InvalidJsonException otherText) {
            // A text that only looks like one is an event's name.
        }
        out.truncate(before);
        return false;
    }

    private static boolean writeObject(String text, boolean ofOpenTelemetry, WireWriter out)
            throws InvalidJsonException {
        if (text.startsWith("\"")) {
            return writeNamed("{" + text + "}", out);
        }
        if (!ofOpenTelemetry) {
            return false;
        }
        if (text.startsWith("{")) {
            return writeNamed(text, out);
        }
        int colon = text.indexOf(": {");
        return colon > 0 && write(text.substring(0, colon), text.substring(colon + 2), out);
    }

    /** As the Collector has it. */
    private static boolean writeCounted(String text, WireWriter out) throws InvalidJsonException {
        int attributes = text.indexOf("|{");
        int count = text.lastIndexOf("}|") + 2;
        int digits = text.length() - count;
        if (attributes < 0 || count < attributes || digits < 1 || digits > COUNT_DIGITS_MAX) {
            return false;
        }
        long dropped;
        try {
            dropped = Integer.parseUnsignedInt(text, count, text.length(), 10) & 0xffff_ffffL;
        } catch (NumberFormatException otherText) {
            return false;
        }
        if (!write(text.substring(0, attributes), text.substring(attributes + 1, count - 1), out)) {
            return false;
        }
        if (dropped != 0) {
            out.varint(OtlpFields.EVENT_DROPPED_ATTRIBUTES, dropped);
        }
        return true;
    }

    /** An object with one field, the name, whose value is an object with the attributes. */
    private static boolean writeNamed(String text, WireWriter out) throws InvalidJsonException {
        byte[] json = text.getBytes(UTF_8);
        try (JsonInput input = new JsonInput(AttributesText.JSON, json, 0, json.length)) {
            input.begin(JsonToken.START_OBJECT, "an object");
            if (input.next() != JsonToken.FIELD_NAME) {
                return false;
            }
            out.string(OtlpFields.EVENT_NAME, input.name());
            if (input.next() != JsonToken.START_OBJECT
                    || !writeAttributes(input, out)
                    || input.next() != JsonToken.END_OBJECT) {
                return false;
            }
            input.end();
            return true;
        }
    }

    private static boolean write(String name, String attributes, WireWriter out) throws InvalidJsonException {
        byte[] json = attributes.getBytes(UTF_8);
        try (JsonInput input = new JsonInput(AttributesText.JSON, json, 0, json.length)) {
            input.begin(JsonToken.START_OBJECT, "an object");
            out.string(OtlpFields.EVENT_NAME, name);
            if (!writeAttributes(input, out)) {
                return false;
            }
            input.end();
            return true;
        }
    }

    private static boolean writeAttributes(JsonInput input, WireWriter out) throws InvalidJsonException {
        return AttributesText.write(input, EVENT_ATTRIBUTES, OtlpFields.EVENT_DROPPED_ATTRIBUTES, out);
    }
}
