package tempo.format.otlp;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** Prints a message as OTLP/JSON from its descriptor, choosing at random between the spellings a receiver must take. */
public final class OtlpJsonPrinter {
    private final Random random;

    public OtlpJsonPrinter(long seed) {
        random = new Random(seed);
    }

    public String print(Message message) {
        List<String> members = new ArrayList<>();
        message.getAllFields().forEach((field, value) -> {
            String name = random.nextInt(4) == 0 ? field.getName() : field.getJsonName();
            members.add('"' + name + "\":" + printField(field, value));
        });
        if (random.nextInt(8) == 0) {
            members.add("\"notOfOtlp\":{\"a\":[1,{\"kind\":2}],\"b\":null}");
        }
        if (random.nextInt(8) == 0) {
            members.add("\"name\":null,\"stringValue\":null");
        }
        return "{" + String.join(random.nextBoolean() ? "," : " ,\n\t", members) + "}";
    }

    private String printField(FieldDescriptor field, Object value) {
        if (!field.isRepeated()) {
            return printValue(field, value);
        }
        List<String> items = new ArrayList<>();
        for (Object item : (List<?>) value) {
            items.add(printValue(field, item));
        }
        return "[" + String.join(",", items) + "]";
    }

    private String printValue(FieldDescriptor field, Object value) {
        return switch (field.getType()) {
            case MESSAGE -> print((Message) value);
            case STRING -> quote((String) value);
            case BYTES -> '"' + bytes(field, (ByteString) value) + '"';
            case ENUM -> enumeration((EnumValueDescriptor) value);
            case FIXED64 -> number(Long.toUnsignedString((Long) value));
            case INT64 -> number(value.toString());
            case FIXED32, UINT32 -> number(Integer.toUnsignedString((Integer) value));
            case DOUBLE ->
                ((Double) value).isNaN() || ((Double) value).isInfinite()
                        ? '"' + value.toString() + '"'
                        : number(value.toString());
            default -> value.toString();
        };
    }

    private String bytes(FieldDescriptor field, ByteString value) {
        if (field.getName().endsWith("_id")) {
            HexFormat hex =
                    random.nextBoolean() ? HexFormat.of() : HexFormat.of().withUpperCase();
            return hex.formatHex(value.toByteArray());
        }
        Base64.Encoder base64 = random.nextBoolean() ? Base64.getEncoder() : Base64.getUrlEncoder();
        return (random.nextBoolean() ? base64 : base64.withoutPadding()).encodeToString(value.toByteArray());
    }

    private String enumeration(EnumValueDescriptor value) {
        boolean known = value.getIndex() >= 0;
        return known && random.nextBoolean()
                ? '"' + value.getName() + '"'
                : number(Integer.toString(value.getNumber()));
    }

    private String number(String text) {
        return random.nextBoolean() ? text : '"' + text + '"';
    }

    private String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c < ' ' || c == '"' || c == '\\' || random.nextInt(5) == 0) {
                quoted.append(String.format("\\u%04x", (int) c));
            } else if (Character.isSurrogate(c)) {
                // Half a pair cannot stand beside an escaped half.
                quoted.append(String.format("\\u%04X", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
