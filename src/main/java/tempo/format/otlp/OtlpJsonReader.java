package tempo.format.otlp;

import com.fasterxml.jackson.core.JsonToken;
import java.util.Objects;
import tempo.format.json.InvalidJsonException;
import tempo.format.json.JsonInput;
import tempo.format.json.JsonScalar;
import tempo.format.otlp.OtlpJsonMessage.Field;
import tempo.span.WireWriter;

/** Reads one request. Nesting is bounded by the parser. */
final class OtlpJsonReader {
    private final JsonInput input;
    private final WireWriter writer;

    OtlpJsonReader(JsonInput input, int capacity) {
        this.input = input;
        writer = new WireWriter(capacity);
    }

    byte[] readRequest() throws InvalidJsonException {
        input.begin(JsonToken.START_OBJECT, "an object");
        readMessage(OtlpJsonMessage.REQUEST);
        input.end();
        return writer.toByteArray();
    }

    /** Reads from after the opening brace to the closing one. */
    private void readMessage(OtlpJsonMessage message) throws InvalidJsonException {
        int start = writer.size();
        while (input.next() == JsonToken.FIELD_NAME) {
            Field field = message.field(input.name());
            JsonToken value = input.next();
            if (field == null) {
                input.skipChildren();
            } else if (value != JsonToken.VALUE_NULL) {
                if (field.choice()) {
                    writer.truncate(start);
                }
                readField(field, value);
            }
        }
    }

    private void readField(Field field, JsonToken value) throws InvalidJsonException {
        if (!field.repeated()) {
            readValue(field, value);
            return;
        }
        if (value != JsonToken.START_ARRAY) {
            throw input.wrongType("an array");
        }
        for (JsonToken item = input.next(); item != JsonToken.END_ARRAY; item = input.next()) {
            readValue(field, item);
        }
    }

    private void readValue(Field field, JsonToken token) throws InvalidJsonException {
        int number = field.number();
        boolean explicit = field.choice() || field.repeated();
        switch (field.type()) {
            case MESSAGE -> {
                if (token != JsonToken.START_OBJECT) {
                    throw input.wrongType("an object");
                }
                int mark = writer.begin(number);
                readMessage(Objects.requireNonNull(field.message()));
                writer.end(mark);
            }
            case STRING -> {
                String text = JsonScalar.wellFormed(input.string(token, "a string"));
                if (explicit || !text.isEmpty()) {
                    writer.string(number, text);
                }
            }
            case ID -> {
                byte[] id = JsonScalar.hex(input.string(token, "a string of hex digits"));
                if (id.length > 0) {
                    writer.bytes(number, id, 0, id.length);
                }
            }
            case BYTES -> {
                byte[] bytes = JsonScalar.base64(input.string(token, "a base64 string"));
                if (bytes == null) {
                    throw input.wrongType("a base64 string");
                }
                writer.bytes(number, bytes, 0, bytes.length);
            }
            case BOOL -> {
                if (!token.isBoolean()) {
                    throw input.wrongType("true or false");
                }
                writer.varint(number, token == JsonToken.VALUE_TRUE ? 1 : 0);
            }
            case INT64 ->
                writer.varint(number, input.signed(token, Long.MIN_VALUE, Long.MAX_VALUE, "a 64-bit integer"));
            case FIXED64 -> {
                long value = input.unsigned64(token);
                if (value != 0) {
                    writer.fixed64(number, value);
                }
            }
            case UINT32 -> {
                long value = input.signed(token, 0, 0xffff_ffffL, "a 32-bit unsigned integer");
                if (value != 0) {
                    writer.varint(number, value);
                }
            }
            case FIXED32 -> {
                long value = input.signed(token, 0, 0xffff_ffffL, "a 32-bit unsigned integer");
                if (value != 0) {
                    writer.fixed32(number, (int) value);
                }
            }
            case ENUM -> {
                long value = enumeration(field, token);
                if (value != 0) {
                    writer.varint(number, value);
                }
            }
            case DOUBLE -> writer.fixed64(number, Double.doubleToRawLongBits(input.real(token)));
        }
    }

    private long enumeration(Field field, JsonToken token) throws InvalidJsonException {
        if (token == JsonToken.VALUE_STRING) {
            Integer named = field.names().get(input.string(token, "a string"));
            if (named != null) {
                return named;
            }
        }
        return input.signed(token, Integer.MIN_VALUE, Integer.MAX_VALUE, "a number or a known name");
    }
}
