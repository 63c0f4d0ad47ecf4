package tempo.format.zipkin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static tempo.format.otlp.OtlpFields.LINK_ATTRIBUTES;

import com.fasterxml.jackson.core.JsonToken;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import tempo.format.json.InvalidJsonException;
import tempo.format.json.JsonInput;
import tempo.format.otlp.OtlpFields;
import tempo.format.otlp.OtlpIds;
import tempo.format.otlp.OtlpTree;
import tempo.format.otlp.OtlpValue;
import tempo.span.WireWriter;

/**
 * The text by which the OpenTelemetry Collector writes a link as a tag, {@code trace id|span id|trace state|attributes|dropped}, since Zipkin
 * has no links and the specification leaves open what becomes of them.
 */
final class LinkText {
    /** Of the tag's name, before the link's number. */
    static final String PREFIX = "otlp.link.";

    private static final int TRACE_DIGITS = 2 * OtlpIds.TRACE_BYTES;
    private static final int SPAN_DIGITS = 2 * OtlpIds.SPAN_BYTES;

    private LinkText() {}

    static String of(OtlpTree.Link link) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        link.attributes().forEach(each -> attributes.put(each.key(), OtlpValue.flat(each.value())));
        return HexFormat.of().formatHex(link.traceId()) + "|" + HexFormat.of().formatHex(link.spanId()) + "|"
                + link.traceState() + "|" + OtlpValue.json(attributes) + "|" + link.droppedAttributes();
    }

    /** Writes the link into the span that is open; false, and nothing is written, if the text is not such a one. */
    static boolean write(String text, WireWriter out) {
        int stateAt = TRACE_DIGITS + SPAN_DIGITS + 2;
        int last = text.lastIndexOf('|');
        int attributesAt = text.indexOf("|{", stateAt - 1);
        boolean looksLikeOne = last > stateAt
                && attributesAt >= 0
                && attributesAt < last
                && text.charAt(TRACE_DIGITS) == '|'
                && text.charAt(stateAt - 1) == '|';
        if (!looksLikeOne) {
            return false;
        }
        int before = out.size();
        try {
            byte[] traceId = HexFormat.of().parseHex(text, 0, TRACE_DIGITS);
            byte[] spanId = HexFormat.of().parseHex(text, TRACE_DIGITS + 1, stateAt - 1);
            long dropped = Integer.parseUnsignedInt(text, last + 1, text.length(), 10) & 0xffff_ffffL;
            int link = out.begin(OtlpFields.SPAN_LINKS);
            out.bytes(OtlpFields.LINK_TRACE_ID, traceId, 0, traceId.length);
            out.bytes(OtlpFields.LINK_SPAN_ID, spanId, 0, spanId.length);
            if (attributesAt > stateAt) {
                out.string(OtlpFields.LINK_TRACE_STATE, text.substring(stateAt, attributesAt));
            }
            boolean whole = writeAttributes(text.substring(attributesAt + 1, last), out);
            if (dropped != 0) {
                out.varint(OtlpFields.LINK_DROPPED_ATTRIBUTES, dropped);
            }
            if (whole) {
                out.end(link);
                return true;
            }
        } catch (IllegalArgumentException | InvalidJsonException otherText) {
            // A text that only looks like one is a tag.
        }
        out.truncate(before);
        return false;
    }

    private static boolean writeAttributes(String text, WireWriter out) throws InvalidJsonException {
        byte[] json = text.getBytes(UTF_8);
        try (JsonInput input = new JsonInput(AttributesText.JSON, json, 0, json.length)) {
            input.begin(JsonToken.START_OBJECT, "an object");
            if (!AttributesText.write(input, LINK_ATTRIBUTES, OtlpFields.LINK_DROPPED_ATTRIBUTES, out)) {
                return false;
            }
            input.end();
            return true;
        }
    }
}
