package tempo.format.otlp;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the JSON object of an OTLP message may hold, and how each key is written in protobuf. Keys are known both in
 * lowerCamelCase and as in the .proto files.
 *
 * <p>Source: opentelemetry-proto 1.11, trace.proto, common.proto, resource.proto.
 */
final class OtlpJsonMessage {
    /** The message a request body holds. */
    static final OtlpJsonMessage REQUEST = new OtlpJsonMessage();

    private static final Map<String, Integer> SPAN_KINDS = Map.of(
            "SPAN_KIND_UNSPECIFIED", 0,
            "SPAN_KIND_INTERNAL", 1,
            "SPAN_KIND_SERVER", 2,
            "SPAN_KIND_CLIENT", 3,
            "SPAN_KIND_PRODUCER", 4,
            "SPAN_KIND_CONSUMER", 5);

    private static final Map<String, Integer> STATUS_CODES = Map.of(
            "STATUS_CODE_UNSET", 0,
            "STATUS_CODE_OK", 1,
            "STATUS_CODE_ERROR", 2);

    static {
        OtlpJsonMessage value = new OtlpJsonMessage();
        OtlpJsonMessage attribute =
                new OtlpJsonMessage().scalar("key", 1, Type.STRING).message("value", 2, value);
        value.choice("string_value", 1, Type.STRING, null)
                .choice("bool_value", 2, Type.BOOL, null)
                .choice("int_value", 3, Type.INT64, null)
                .choice("double_value", 4, Type.DOUBLE, null)
                .choice("array_value", 5, Type.MESSAGE, new OtlpJsonMessage().messages("values", 1, value))
                .choice("kvlist_value", 6, Type.MESSAGE, new OtlpJsonMessage().messages("values", 1, attribute))
                .choice("bytes_value", 7, Type.BYTES, null);
        OtlpJsonMessage event = new OtlpJsonMessage()
                .scalar("time_unix_nano", 1, Type.FIXED64)
                .scalar("name", 2, Type.STRING)
                .messages("attributes", 3, attribute)
                .scalar("dropped_attributes_count", 4, Type.UINT32);
        OtlpJsonMessage link = new OtlpJsonMessage()
                .scalar("trace_id", 1, Type.ID)
                .scalar("span_id", 2, Type.ID)
                .scalar("trace_state", 3, Type.STRING)
                .messages("attributes", 4, attribute)
                .scalar("dropped_attributes_count", 5, Type.UINT32)
                .scalar("flags", 6, Type.FIXED32);
        OtlpJsonMessage status =
                new OtlpJsonMessage().scalar("message", 2, Type.STRING).enumeration("code", 3, STATUS_CODES);
        OtlpJsonMessage span = new OtlpJsonMessage()
                .scalar("trace_id", 1, Type.ID)
                .scalar("span_id", 2, Type.ID)
                .scalar("trace_state", 3, Type.STRING)
                .scalar("parent_span_id", 4, Type.ID)
                .scalar("name", 5, Type.STRING)
                .enumeration("kind", 6, SPAN_KINDS)
                .scalar("start_time_unix_nano", 7, Type.FIXED64)
                .scalar("end_time_unix_nano", 8, Type.FIXED64)
                .messages("attributes", 9, attribute)
                .scalar("dropped_attributes_count", 10, Type.UINT32)
                .messages("events", 11, event)
                .scalar("dropped_events_count", 12, Type.UINT32)
                .messages("links", 13, link)
                .scalar("dropped_links_count", 14, Type.UINT32)
                .message("status", 15, status)
                .scalar("flags", 16, Type.FIXED32);
        OtlpJsonMessage scope = new OtlpJsonMessage()
                .scalar("name", 1, Type.STRING)
                .scalar("version", 2, Type.STRING)
                .messages("attributes", 3, attribute)
                .scalar("dropped_attributes_count", 4, Type.UINT32);
        OtlpJsonMessage scopeSpans = new OtlpJsonMessage()
                .message("scope", 1, scope)
                .messages("spans", 2, span)
                .scalar("schema_url", 3, Type.STRING);
        OtlpJsonMessage entityRef = new OtlpJsonMessage()
                .scalar("schema_url", 1, Type.STRING)
                .scalar("type", 2, Type.STRING)
                .strings("id_keys", 3)
                .strings("description_keys", 4);
        OtlpJsonMessage resource = new OtlpJsonMessage()
                .messages("attributes", 1, attribute)
                .scalar("dropped_attributes_count", 2, Type.UINT32)
                .messages("entity_refs", 3, entityRef);
        OtlpJsonMessage resourceSpans = new OtlpJsonMessage()
                .message("resource", 1, resource)
                .messages("scope_spans", 2, scopeSpans)
                .scalar("schema_url", 3, Type.STRING);
        REQUEST.messages("resource_spans", 1, resourceSpans);
    }

    /** How a value is written in JSON and in protobuf. */
    enum Type {
        STRING,
        /** Bytes, in hex. */
        ID,
        /** Bytes, in base64. */
        BYTES,
        BOOL,
        INT64,
        UINT32,
        FIXED32,
        FIXED64,
        DOUBLE,
        ENUM,
        MESSAGE
    }

    /**
     * One field.
     *
     * @param choice true for the members of a oneof: written even if the value is the default, and one excludes the others
     * @param names numbers by name, for {@link Type#ENUM}
     * @param message for {@link Type#MESSAGE}
     */
    record Field(
            int number,
            Type type,
            boolean repeated,
            boolean choice,
            Map<String, Integer> names,
            @Nullable OtlpJsonMessage message) {}

    private final Map<String, Field> fields = new HashMap<>();

    private OtlpJsonMessage() {}

    /** The field under a key, or null if OTLP has none of that name. */
    @Nullable
    Field field(String key) {
        return fields.get(key);
    }

    private OtlpJsonMessage scalar(String name, int number, Type type) {
        return put(name, new Field(number, type, false, false, Map.of(), null));
    }

    private OtlpJsonMessage enumeration(String name, int number, Map<String, Integer> names) {
        return put(name, new Field(number, Type.ENUM, false, false, names, null));
    }

    private OtlpJsonMessage message(String name, int number, OtlpJsonMessage message) {
        return put(name, new Field(number, Type.MESSAGE, false, false, Map.of(), message));
    }

    private OtlpJsonMessage messages(String name, int number, OtlpJsonMessage message) {
        return put(name, new Field(number, Type.MESSAGE, true, false, Map.of(), message));
    }

    private OtlpJsonMessage strings(String name, int number) {
        return put(name, new Field(number, Type.STRING, true, false, Map.of(), null));
    }

    private OtlpJsonMessage choice(String name, int number, Type type, @Nullable OtlpJsonMessage message) {
        return put(name, new Field(number, type, false, true, Map.of(), message));
    }

    private OtlpJsonMessage put(String name, Field field) {
        fields.put(name, field);
        fields.put(camelCase(name), field);
        return this;
    }

    private static String camelCase(String name) {
        StringBuilder camel = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            camel.append(c == '_' ? Character.toUpperCase(name.charAt(++i)) : c);
        }
        return camel.toString();
    }
}
