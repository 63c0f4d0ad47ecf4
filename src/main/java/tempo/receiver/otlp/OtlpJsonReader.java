package tempo.receiver.otlp;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Locale;
import java.util.Objects;
import tempo.receiver.otlp.OtlpJsonMessage.Field;
import tempo.span.WireWriter;

/** Reads one request. Nesting is bounded by the parser. */
final class OtlpJsonReader {
    private static final int SHOWN_CHARS_MAX = 64;

    private final JsonParser parser;
    private final WireWriter writer;

    OtlpJsonReader(JsonParser parser, int capacity) {
        this.parser = parser;
        writer = new WireWriter(capacity);
    }

    byte[] readRequest() throws IOException, InvalidJsonException {
        JsonToken first = parser.nextToken();
        if (first == null) {
            throw failure("body", "is empty");
        }
        if (first != JsonToken.START_OBJECT) {
            throw failure("body", "is not an object: " + shownValue());
        }
        readMessage(OtlpJsonMessage.REQUEST);
        if (parser.nextToken() != null) {
            throw failure("body", "goes on after the request: " + shownValue());
        }
        return writer.toByteArray();
    }

    /** Reads from after the opening brace to the closing one. */
    private void readMessage(OtlpJsonMessage message) throws IOException, InvalidJsonException {
        int start = writer.size();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            Field field = message.field(parser.currentName());
            JsonToken value = parser.nextToken();
            if (field == null) {
                parser.skipChildren();
            } else if (value != JsonToken.VALUE_NULL) {
                if (field.choice()) {
                    writer.truncate(start);
                }
                readField(field, value);
            }
        }
    }

    private void readField(Field field, JsonToken value) throws IOException, InvalidJsonException {
        if (!field.repeated()) {
            readValue(field, value);
            return;
        }
        if (value != JsonToken.START_ARRAY) {
            throw wrongType("an array");
        }
        for (JsonToken item = parser.nextToken(); item != JsonToken.END_ARRAY; item = parser.nextToken()) {
            readValue(field, item);
        }
    }

    private void readValue(Field field, JsonToken token) throws IOException, InvalidJsonException {
        int number = field.number();
        boolean explicit = field.choice() || field.repeated();
        switch (field.type()) {
            case MESSAGE -> {
                if (token != JsonToken.START_OBJECT) {
                    throw wrongType("an object");
                }
                int mark = writer.begin(number);
                readMessage(Objects.requireNonNull(field.message()));
                writer.end(mark);
            }
            case STRING -> {
                String text = JsonScalar.wellFormed(string(token, "a string"));
                if (explicit || !text.isEmpty()) {
                    writer.string(number, text);
                }
            }
            case ID -> {
                byte[] id = JsonScalar.hex(string(token, "a string of hex digits"));
                if (id.length > 0) {
                    writer.bytes(number, id, 0, id.length);
                }
            }
            case BYTES -> {
                byte[] bytes = JsonScalar.base64(string(token, "a base64 string"));
                if (bytes == null) {
                    throw wrongType("a base64 string");
                }
                writer.bytes(number, bytes, 0, bytes.length);
            }
            case BOOL -> {
                if (!token.isBoolean()) {
                    throw wrongType("true or false");
                }
                writer.varint(number, token == JsonToken.VALUE_TRUE ? 1 : 0);
            }
            case INT64 -> writer.varint(number, signed(token, Long.MIN_VALUE, Long.MAX_VALUE, "a 64-bit integer"));
            case FIXED64 -> {
                long value = unsigned64(token);
                if (value != 0) {
                    writer.fixed64(number, value);
                }
            }
            case UINT32 -> {
                long value = signed(token, 0, 0xffff_ffffL, "a 32-bit unsigned integer");
                if (value != 0) {
                    writer.varint(number, value);
                }
            }
            case FIXED32 -> {
                long value = signed(token, 0, 0xffff_ffffL, "a 32-bit unsigned integer");
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
            case DOUBLE -> writer.fixed64(number, Double.doubleToRawLongBits(real(token)));
        }
    }

    private String string(JsonToken token, String wanted) throws IOException, InvalidJsonException {
        if (token != JsonToken.VALUE_STRING) {
            throw wrongType(wanted);
        }
        return parser.getText();
    }

    private String numberText(JsonToken token, String wanted) throws IOException, InvalidJsonException {
        if (!token.isNumeric() && token != JsonToken.VALUE_STRING) {
            throw wrongType(wanted);
        }
        return parser.getText();
    }

    private long signed(JsonToken token, long min, long max, String wanted) throws IOException, InvalidJsonException {
        Long value = JsonScalar.signed(numberText(token, wanted));
        if (value == null || value < min || value > max) {
            throw wrongType(wanted);
        }
        return value;
    }

    private long unsigned64(JsonToken token) throws IOException, InvalidJsonException {
        Long value = JsonScalar.unsigned(numberText(token, "an unsigned 64-bit integer"));
        if (value == null) {
            throw wrongType("an unsigned 64-bit integer");
        }
        return value;
    }

    private long enumeration(Field field, JsonToken token) throws IOException, InvalidJsonException {
        if (token == JsonToken.VALUE_STRING) {
            Integer named = field.names().get(parser.getText());
            if (named != null) {
                return named;
            }
        }
        return signed(token, Integer.MIN_VALUE, Integer.MAX_VALUE, "a number or a known name");
    }

    private double real(JsonToken token) throws IOException, InvalidJsonException {
        Double value = JsonScalar.real(numberText(token, "a number"), token == JsonToken.VALUE_STRING);
        if (value == null) {
            throw wrongType("a 64-bit floating-point number");
        }
        return value;
    }

    private InvalidJsonException wrongType(String wanted) throws IOException {
        JsonStreamContext context = parser.getParsingContext();
        if (parser.currentToken().isStructStart()) {
            context = context.getParent();
        }
        return failure(path(context), "is not " + wanted + ": " + shownValue());
    }

    private InvalidJsonException failure(String path, String what) {
        JsonLocation location = parser.currentTokenLocation();
        return new InvalidJsonException(path + " " + what, location.getLineNr(), Math.max(0, location.getByteOffset()));
    }

    private String shownValue() throws IOException {
        JsonToken token = parser.currentToken();
        if (token.isScalarValue()) {
            String text = parser.getText();
            String shown = text.length() <= SHOWN_CHARS_MAX ? text : text.substring(0, SHOWN_CHARS_MAX) + "…";
            return token == JsonToken.VALUE_STRING ? '"' + shown + '"' : shown;
        }
        return token.isStructStart() ? (token == JsonToken.START_OBJECT ? "an object" : "an array") : token.asString();
    }

    /** The fields from the outermost to the current one; all of them are names of ours, as unknown ones are skipped. */
    private static String path(JsonStreamContext innermost) {
        StringBuilder path = new StringBuilder();
        for (JsonStreamContext context = innermost; context != null; context = context.getParent()) {
            if (context.inArray()) {
                path.insert(0, "[" + context.getCurrentIndex() + "]");
            } else if (context.inObject()) {
                path.insert(0, "." + context.getCurrentName());
            }
        }
        return path.length() == 0 ? "body" : path.substring(1);
    }

    /** What the parser itself found: bad syntax, bad UTF-8, or a limit exceeded. */
    static InvalidJsonException syntaxError(IOException cause) {
        String what = cause.getMessage();
        int line = 1;
        long offset = 0;
        if (cause instanceof JsonProcessingException json) {
            what = json.getOriginalMessage();
            JsonLocation location = json.getLocation();
            if (location != null) {
                line = location.getLineNr();
                offset = Math.max(0, location.getByteOffset());
            }
        }
        String firstLine = String.valueOf(what).lines().findFirst().orElse("").replaceFirst(", from `.*`\\)", ")");
        String shown = firstLine.isEmpty()
                ? "unreadable"
                : firstLine.substring(0, 1).toLowerCase(Locale.ROOT) + firstLine.substring(1);
        return new InvalidJsonException("body is not valid json: " + shown, line, offset);
    }
}
