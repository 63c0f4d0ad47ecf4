package tempo.api.tempo;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.io.IOException;
import java.util.Base64;

/** Reads protobuf's JSON into a message by its descriptor, as strictly as Tempo's clients: an unknown key is an error. */
final class JsonpbReader {
    private final JsonParser parser;

    private JsonpbReader(JsonParser parser) {
        this.parser = parser;
    }

    static void read(byte[] json, Message.Builder into) throws IOException {
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            check(parser.nextToken() == JsonToken.START_OBJECT, "not an object");
            new JsonpbReader(parser).message(into);
            check(parser.nextToken() == null, "goes on");
        }
    }

    private void message(Message.Builder into) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            FieldDescriptor field = into.getDescriptorForType().getFields().stream()
                    .filter(candidate -> candidate.getJsonName().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IOException("unknown key " + name));
            JsonToken token = parser.nextToken();
            if (field.isRepeated()) {
                check(token == JsonToken.START_ARRAY, name + " is not an array");
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    into.addRepeatedField(field, value(into, field));
                }
            } else {
                into.setField(field, value(into, field));
            }
        }
    }

    private Object value(Message.Builder into, FieldDescriptor field) throws IOException {
        String text = parser.getText();
        boolean quoted = parser.currentToken() == JsonToken.VALUE_STRING;
        return switch (field.getType()) {
            case MESSAGE -> {
                check(parser.currentToken() == JsonToken.START_OBJECT, field.getName() + " is not an object");
                Message.Builder inner = into.newBuilderForField(field);
                message(inner);
                yield inner.build();
            }
            case STRING -> {
                check(quoted, field.getName());
                yield text;
            }
            case BYTES -> {
                check(quoted && text.length() % 4 == 0, field.getName());
                yield ByteString.copyFrom(Base64.getDecoder().decode(text));
            }
            case FIXED64, INT64 -> {
                check(quoted, field.getName() + " is not quoted");
                yield text.startsWith("-") ? Long.parseLong(text) : Long.parseUnsignedLong(text);
            }
            case FIXED32, UINT32 -> {
                check(!quoted, field.getName() + " is quoted");
                yield Integer.parseUnsignedInt(text);
            }
            case DOUBLE -> Double.parseDouble(text);
            case BOOL -> parser.getBooleanValue();
            case ENUM -> {
                EnumDescriptor type = field.getEnumType();
                yield quoted
                        ? type.findValueByName(text)
                        : type.findValueByNumberCreatingIfUnknown(Integer.parseInt(text));
            }
            default -> throw new IOException("no " + field.getType() + " in OTLP");
        };
    }

    private static void check(boolean holds, String what) throws IOException {
        if (!holds) {
            throw new IOException(what);
        }
    }
}
