package tempo.format.otlp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tempo.span.WireReader;

/**
 * What of an OTLP message goes into JSON, in the order that Tempo prints it: that of the declarations in the .proto file,
 * which for {@code flags} is not that of the numbers. Immutable and thread-safe.
 *
 * <p>Source: Tempo's pkg/tempopb, which knows OTLP 1.1; newer fields (entity references, string table indexes) are unknown
 * to it and to its clients' strict parsers.
 */
public final class TraceJsonMessage {
    /** The whole trace, as Grafana Tempo prints it: ids in base64, enums by name. */
    public static final TraceJsonMessage TRACE;

    /** The whole trace as the first version of Tempo's API names its field. */
    public static final TraceJsonMessage TRACE_V1;

    /** The whole trace in OTLP/JSON: ids in hexadecimal, enums as numbers. */
    public static final TraceJsonMessage TRACE_OTLP;

    private static final Map<Integer, String> SPAN_KINDS = Map.of(
            0, "SPAN_KIND_UNSPECIFIED",
            1, "SPAN_KIND_INTERNAL",
            2, "SPAN_KIND_SERVER",
            3, "SPAN_KIND_CLIENT",
            4, "SPAN_KIND_PRODUCER",
            5, "SPAN_KIND_CONSUMER");

    private static final Map<Integer, String> STATUS_CODES =
            Map.of(0, "STATUS_CODE_UNSET", 1, "STATUS_CODE_OK", 2, "STATUS_CODE_ERROR");

    /** Tags below this are looked up in a table; all of OTLP's are. */
    private static final int TAG_COUNT = 256;

    static {
        TRACE = new TraceJsonMessage()
                .messages(1, "resourceSpans", resourceSpans(Type.BYTES, SPAN_KINDS, STATUS_CODES));
        TRACE_V1 = new TraceJsonMessage().messages(1, "batches", resourceSpans(Type.BYTES, SPAN_KINDS, STATUS_CODES));
        TRACE_OTLP = new TraceJsonMessage().messages(1, "resourceSpans", resourceSpans(Type.ID, Map.of(), Map.of()));
    }

    /** A batch, whose ids are of a type and whose enums have names; of one without a name the number is printed. */
    private static TraceJsonMessage resourceSpans(
            Type id, Map<Integer, String> kinds, Map<Integer, String> statusCodes) {
        TraceJsonMessage value = new TraceJsonMessage();
        TraceJsonMessage attribute =
                new TraceJsonMessage().scalar(1, "key", Type.STRING).message(2, "value", value);
        value.choice(1, "stringValue", Type.STRING, null)
                .choice(2, "boolValue", Type.BOOL, null)
                .choice(3, "intValue", Type.INT64, null)
                .choice(4, "doubleValue", Type.DOUBLE, null)
                .choice(5, "arrayValue", Type.MESSAGE, new TraceJsonMessage().messages(1, "values", value))
                .choice(6, "kvlistValue", Type.MESSAGE, new TraceJsonMessage().messages(1, "values", attribute))
                .choice(7, "bytesValue", Type.BYTES, null);
        TraceJsonMessage event = new TraceJsonMessage()
                .scalar(1, "timeUnixNano", Type.FIXED64)
                .scalar(2, "name", Type.STRING)
                .messages(3, "attributes", attribute)
                .scalar(4, "droppedAttributesCount", Type.UINT32);
        TraceJsonMessage link = new TraceJsonMessage()
                .scalar(1, "traceId", id)
                .scalar(2, "spanId", id)
                .scalar(3, "traceState", Type.STRING)
                .messages(4, "attributes", attribute)
                .scalar(5, "droppedAttributesCount", Type.UINT32)
                .scalar(6, "flags", Type.FIXED32);
        TraceJsonMessage status =
                new TraceJsonMessage().scalar(2, "message", Type.STRING).enumeration(3, "code", statusCodes);
        TraceJsonMessage span = new TraceJsonMessage()
                .scalar(1, "traceId", id)
                .scalar(2, "spanId", id)
                .scalar(3, "traceState", Type.STRING)
                .scalar(4, "parentSpanId", id)
                .scalar(16, "flags", Type.FIXED32)
                .scalar(5, "name", Type.STRING)
                .enumeration(6, "kind", kinds)
                .scalar(7, "startTimeUnixNano", Type.FIXED64)
                .scalar(8, "endTimeUnixNano", Type.FIXED64)
                .messages(9, "attributes", attribute)
                .scalar(10, "droppedAttributesCount", Type.UINT32)
                .messages(11, "events", event)
                .scalar(12, "droppedEventsCount", Type.UINT32)
                .messages(13, "links", link)
                .scalar(14, "droppedLinksCount", Type.UINT32)
                .message(15, "status", status);
        TraceJsonMessage scope = new TraceJsonMessage()
                .scalar(1, "name", Type.STRING)
                .scalar(2, "version", Type.STRING)
                .messages(3, "attributes", attribute)
                .scalar(4, "droppedAttributesCount", Type.UINT32);
        TraceJsonMessage scopeSpans = new TraceJsonMessage()
                .message(1, "scope", scope)
                .messages(2, "spans", span)
                .scalar(3, "schemaUrl", Type.STRING);
        TraceJsonMessage resource = new TraceJsonMessage()
                .messages(1, "attributes", attribute)
                .scalar(2, "droppedAttributesCount", Type.UINT32);
        return new TraceJsonMessage()
                .message(1, "resource", resource)
                .messages(2, "scopeSpans", scopeSpans)
                .scalar(3, "schemaUrl", Type.STRING);
    }

    /** How a value is written in protobuf and in JSON. */
    enum Type {
        STRING(WireReader.LENGTH_DELIMITED),
        BYTES(WireReader.LENGTH_DELIMITED),
        ID(WireReader.LENGTH_DELIMITED),
        BOOL(WireReader.VARINT),
        INT64(WireReader.VARINT),
        UINT32(WireReader.VARINT),
        ENUM(WireReader.VARINT),
        FIXED32(WireReader.FIXED32),
        FIXED64(WireReader.FIXED64),
        DOUBLE(WireReader.FIXED64),
        MESSAGE(WireReader.LENGTH_DELIMITED);

        private final int wireType;

        Type(int wireType) {
            this.wireType = wireType;
        }

        /** True for strings, bytes and ids. */
        boolean isBytes() {
            return this == STRING || this == BYTES || this == ID;
        }
    }

    /** One field; fields are compared by identity. */
    static final class Field {
        /** What precedes the value: the name in quotes and a colon. */
        final byte[] label;

        final Type type;
        final boolean repeated;

        /** True for the members of a oneof: printed even if the value is the default, and one excludes the others. */
        final boolean choice;

        /** Names by number, for {@link Type#ENUM}. */
        final Map<Integer, String> names;

        /** For {@link Type#MESSAGE}. */
        final @Nullable TraceJsonMessage message;

        private Field(
                String name,
                Type type,
                boolean repeated,
                boolean choice,
                Map<Integer, String> names,
                @Nullable TraceJsonMessage message) {
            this.label = JsonOutput.ascii('"' + name + "\":");
            this.type = type;
            this.repeated = repeated;
            this.choice = choice;
            this.names = names;
            this.message = message;
        }
    }

    private final List<Field> fields = new ArrayList<>();
    private final byte[] indexByTag = new byte[TAG_COUNT];

    private TraceJsonMessage() {
        Arrays.fill(indexByTag, (byte) -1);
    }

    int fieldCount() {
        return fields.size();
    }

    /** A field by its index in the order of printing. */
    Field field(int index) {
        return fields.get(index);
    }

    /** The index of the field with this tag; -1 if there is none, or if it has another wire type. */
    int index(int tag) {
        return tag >= 0 && tag < TAG_COUNT ? indexByTag[tag] : -1;
    }

    private TraceJsonMessage scalar(int number, String name, Type type) {
        return put(number, new Field(name, type, false, false, Map.of(), null));
    }

    private TraceJsonMessage enumeration(int number, String name, Map<Integer, String> names) {
        return put(number, new Field(name, Type.ENUM, false, false, names, null));
    }

    private TraceJsonMessage message(int number, String name, TraceJsonMessage message) {
        return put(number, new Field(name, Type.MESSAGE, false, false, Map.of(), message));
    }

    private TraceJsonMessage messages(int number, String name, TraceJsonMessage message) {
        return put(number, new Field(name, Type.MESSAGE, true, false, Map.of(), message));
    }

    private TraceJsonMessage choice(int number, String name, Type type, @Nullable TraceJsonMessage message) {
        return put(number, new Field(name, type, false, true, Map.of(), message));
    }

    private TraceJsonMessage put(int number, Field field) {
        indexByTag[WireReader.tag(number, field.type.wireType)] = (byte) fields.size();
        fields.add(field);
        return this;
    }
}
