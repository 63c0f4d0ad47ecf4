package tempo.format.zipkin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import tempo.format.FormatException;
import tempo.format.json.InvalidJsonException;
import tempo.format.json.JsonInput;
import tempo.format.json.JsonLimits;
import tempo.format.json.JsonScalar;

/** What the JSON of both versions has in common. Stateless. */
final class JsonFields {
    /** Deep enough for a span, and for what clients invent inside one. */
    static final JsonFactory FACTORY = new JsonLimits(64, 100, 16 << 20).newFactory();

    private static final int PORT_MAX = 0xffff;

    private JsonFields() {}

    /** Reads one object of an array of spans; the current token is its first. */
    interface SpanReader {
        void read(JsonInput input) throws FormatException;
    }

    static void readSpans(byte[] json, int offset, int length, SpanReader reader) throws FormatException {
        try (JsonInput input = new JsonInput(FACTORY, json, offset, length)) {
            input.begin(JsonToken.START_ARRAY, "an array of spans");
            for (JsonToken item = input.next(); item != JsonToken.END_ARRAY; item = input.next()) {
                if (item != JsonToken.START_OBJECT) {
                    throw input.wrongType("an object");
                }
                reader.read(input);
            }
            input.end();
        }
    }

    static String string(JsonInput input, JsonToken value) throws InvalidJsonException {
        return JsonScalar.wellFormed(input.string(value, "a string"));
    }

    static long micros(JsonInput input, JsonToken value) throws InvalidJsonException {
        return input.signed(value, Long.MIN_VALUE + 1, Long.MAX_VALUE, "a whole number of microseconds");
    }

    static boolean bool(JsonInput input, JsonToken value) throws InvalidJsonException {
        if (!value.isBoolean()) {
            throw input.wrongType("true or false");
        }
        return value == JsonToken.VALUE_TRUE;
    }

    /** Of a tag: a string, or a number, true or false with its type. */
    static Object tagValue(JsonInput input, JsonToken value) throws InvalidJsonException {
        return switch (value) {
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NUMBER_INT -> input.signed(value, Long.MIN_VALUE, Long.MAX_VALUE, "a 64-bit integer");
            case VALUE_NUMBER_FLOAT -> input.real(value);
            default -> string(input, value);
        };
    }

    static void requireObject(JsonInput input, JsonToken value) throws InvalidJsonException {
        if (value != JsonToken.START_OBJECT) {
            throw input.wrongType("an object");
        }
    }

    static void requireArray(JsonInput input, JsonToken value) throws InvalidJsonException {
        if (value != JsonToken.START_ARRAY) {
            throw input.wrongType("an array");
        }
    }

    /** Reads an endpoint of either version. */
    static void endpoint(JsonInput input, JsonToken first, ZipkinEndpoint endpoint) throws InvalidJsonException {
        requireObject(input, first);
        while (input.next() == JsonToken.FIELD_NAME) {
            String name = input.name();
            JsonToken value = input.next();
            if (value == JsonToken.VALUE_NULL) {
                continue;
            }
            switch (name) {
                case "serviceName" -> endpoint.service = string(input, value);
                case "ipv4" -> endpoint.ipv4 = string(input, value);
                case "ipv6" -> endpoint.ipv6 = string(input, value);
                case "port" -> endpoint.port = input.signed(value, 0, PORT_MAX, "a port");
                default -> input.skipChildren();
            }
        }
    }
}
