package tempo.format.zipkin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import tempo.format.json.InvalidJsonException;
import tempo.format.json.JsonInput;
import tempo.format.json.JsonLimits;
import tempo.format.otlp.OtlpAttributes;
import tempo.span.WireWriter;

/** Attributes as a JSON object of strings, numbers and truth values, inside a text of Zipkin's. Stateless. */
final class AttributesText {
    static final JsonFactory JSON = new JsonLimits(3, 100, 1 << 20).newFactory();

    /** How many attributes were dropped, beside those that are there. */
    static final String DROPPED = "otel.dropped_attributes_count";

    private AttributesText() {}

    /**
     * Writes attributes up to the end of the object that has begun; false at a value of another kind.
     *
     * @param droppedField for the number of those that were dropped
     */
    static boolean write(JsonInput input, int field, int droppedField, WireWriter out) throws InvalidJsonException {
        JsonToken token = input.next();
        while (token == JsonToken.FIELD_NAME) {
            String key = input.name();
            JsonToken value = input.next();
            switch (value) {
                case VALUE_STRING -> OtlpAttributes.string(out, field, key, input.string(value, "a string"));
                case VALUE_TRUE -> OtlpAttributes.bool(out, field, key, true);
                case VALUE_FALSE -> OtlpAttributes.bool(out, field, key, false);
                case VALUE_NUMBER_INT -> {
                    long number = input.signed(value, Long.MIN_VALUE, Long.MAX_VALUE, "a 64-bit integer");
                    if (key.equals(DROPPED) && number == (number & 0xffff_ffffL)) {
                        out.varint(droppedField, number);
                    } else {
                        OtlpAttributes.integer(out, field, key, number);
                    }
                }
                case VALUE_NUMBER_FLOAT -> OtlpAttributes.real(out, field, key, input.real(value));
                default -> {
                    return false;
                }
            }
            token = input.next();
        }
        return token == JsonToken.END_OBJECT;
    }
}
