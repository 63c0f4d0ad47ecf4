package tempo.format.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tempo.format.FormatException;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;

/**
 * Values of attributes as objects: {@link String}, {@link Boolean}, {@link Long}, {@link Double}, {@code byte[]}, a {@link List} of values, or
 * a {@link Map} of values by key. A value that is nothing is the empty string. Stateless.
 */
public final class OtlpValue {
    private static final int DEPTH_MAX = 64;
    private static final JsonFactory JSON = new JsonFactory();

    private OtlpValue() {}

    /** Reads an {@code AnyValue}, which begins at the reader's position. */
    private static Object read(WireReader in, byte[] bytes, int depth)
            throws MalformedProtobufException, FormatException {
        if (depth > DEPTH_MAX) {
            throw new FormatException("attribute has more than " + DEPTH_MAX + " values inside each other");
        }
        Object value = "";
        int outer = in.enter();
        while (in.hasNext()) {
            int tag = in.readTag();
            switch (tag) {
                case 1 << 3 | WireReader.LENGTH_DELIMITED -> value = text(in, bytes);
                case 2 << 3 | WireReader.VARINT -> value = in.readVarint64() != 0;
                case 3 << 3 | WireReader.VARINT -> value = in.readVarint64();
                case 4 << 3 | WireReader.FIXED64 -> value = Double.longBitsToDouble(in.readFixed64());
                case 5 << 3 | WireReader.LENGTH_DELIMITED -> value = readArray(in, bytes, depth + 1);
                case 6 << 3 | WireReader.LENGTH_DELIMITED -> value = readMap(in, bytes, depth + 1);
                case 7 << 3 | WireReader.LENGTH_DELIMITED -> value = bytes(in, bytes);
                default -> in.skipField(tag);
            }
        }
        in.leave(outer);
        return value;
    }

    private static List<Object> readArray(WireReader in, byte[] bytes, int depth)
            throws MalformedProtobufException, FormatException {
        List<Object> values = new ArrayList<>();
        int outer = in.enter();
        while (in.hasNext()) {
            int tag = in.readTag();
            if (tag == WireReader.tag(1, WireReader.LENGTH_DELIMITED)) {
                values.add(read(in, bytes, depth));
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
        return values;
    }

    private static Map<String, Object> readMap(WireReader in, byte[] bytes, int depth)
            throws MalformedProtobufException, FormatException {
        Map<String, Object> values = new LinkedHashMap<>();
        int outer = in.enter();
        while (in.hasNext()) {
            int tag = in.readTag();
            if (tag == WireReader.tag(1, WireReader.LENGTH_DELIMITED)) {
                OtlpTree.Attribute entry = readAttribute(in, bytes, depth);
                values.put(entry.key(), entry.value());
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
        return values;
    }

    /** Reads a {@code KeyValue}. */
    static OtlpTree.Attribute readAttribute(WireReader in, byte[] bytes, int depth)
            throws MalformedProtobufException, FormatException {
        String key = "";
        Object value = "";
        int outer = in.enter();
        while (in.hasNext()) {
            int tag = in.readTag();
            switch (tag) {
                case 1 << 3 | WireReader.LENGTH_DELIMITED -> key = text(in, bytes);
                case 2 << 3 | WireReader.LENGTH_DELIMITED -> value = read(in, bytes, depth);
                default -> in.skipField(tag);
            }
        }
        in.leave(outer);
        return new OtlpTree.Attribute(key, value);
    }

    static String text(WireReader in, byte[] bytes) throws MalformedProtobufException {
        int length = in.readLength();
        String text = new String(bytes, in.position(), length, UTF_8);
        in.skip(length);
        return text;
    }

    static byte[] bytes(WireReader in, byte[] bytes) throws MalformedProtobufException {
        int length = in.readLength();
        byte[] copy = Arrays.copyOfRange(bytes, in.position(), in.position() + length);
        in.skip(length);
        return copy;
    }

    /** As text: a string as it is, bytes as base64, arrays and maps as JSON. */
    public static String text(Object value) {
        return scalar(flat(value));
    }

    /** Where there are no values inside values: arrays and maps become the text of their JSON. */
    public static Object flat(Object value) {
        return value instanceof List || value instanceof Map ? json(value) : value;
    }

    private static String scalar(Object value) {
        return value instanceof byte[] bytes
                ? java.util.Base64.getEncoder().encodeToString(bytes)
                : String.valueOf(value);
    }

    /** As JSON. */
    public static String json(Object value) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            write(out, value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** Writes a value; numbers that JSON does not have are strings. */
    public static void write(JsonGenerator out, Object value) throws IOException {
        if (value instanceof List<?> list) {
            out.writeStartArray();
            for (Object each : list) {
                write(out, each);
            }
            out.writeEndArray();
        } else if (value instanceof Map<?, ?> map) {
            out.writeStartObject();
            for (Map.Entry<?, ?> each : map.entrySet()) {
                out.writeFieldName((String) each.getKey());
                write(out, each.getValue());
            }
            out.writeEndObject();
        } else if (value instanceof Long number) {
            out.writeNumber(number);
        } else if (value instanceof Double number && Double.isFinite(number)) {
            out.writeNumber(number);
        } else if (value instanceof Boolean flag) {
            out.writeBoolean(flag);
        } else {
            out.writeString(scalar(value));
        }
    }
}
