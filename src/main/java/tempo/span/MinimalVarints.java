package tempo.span;

/**
 * Rewrites OTLP so that every varint of it, lengths above all, is as short as can be. Protobuf allows longer ones, and clients
 * write them that do not know a message's length before it is written: OpenTelemetry's SDK for .NET gives each nested message
 * four bytes of length. Such bytes say the same, but equal spans would not be equal bytes, and the storage engine would not
 * find columns in them. The order of fields, and fields that OTLP does not define, stay as they are.
 *
 * <p>Field numbers are those of opentelemetry/proto/trace/v1/trace.proto, common/v1/common.proto and resource/v1/resource.proto.
 * Not thread-safe; one instance may be used again and again.
 */
public final class MinimalVarints {
    private static final int CAPACITY_MIN = 4096;
    private static final int KEPT_BYTES = 1 << 20;

    /** Messages inside each other, at most; two for each level of a nested value. */
    private static final int DEPTH_MAX = 160;

    private final WireReader structure = new WireReader(new byte[0]);
    private final WireReader content = new WireReader(new byte[0]);
    private byte[] source = new byte[0];
    private WireWriter out = new WireWriter(CAPACITY_MIN);

    /** Messages whose fields may hold others. */
    private enum Kind {
        REQUEST,
        RESOURCE_SPANS,
        SCOPE_SPANS,
        RESOURCE,
        SCOPE,
        SPAN,
        EVENT,
        LINK,
        STATUS,
        ENTITY,
        KEY_VALUE,
        ANY_VALUE,
        ARRAY,
        KEY_VALUE_LIST,
        /** No message, or one that is not known. */
        BYTES;

        Kind of(int field) {
            return switch (this) {
                case REQUEST -> field == 1 ? RESOURCE_SPANS : BYTES;
                case RESOURCE_SPANS -> field == 1 ? RESOURCE : field == 2 ? SCOPE_SPANS : BYTES;
                case SCOPE_SPANS -> field == 1 ? SCOPE : field == 2 ? SPAN : BYTES;
                case RESOURCE -> field == 1 ? KEY_VALUE : field == 3 ? ENTITY : BYTES;
                case SCOPE, EVENT -> field == 3 ? KEY_VALUE : BYTES;
                case LINK -> field == 4 ? KEY_VALUE : BYTES;
                case SPAN ->
                    switch (field) {
                        case 9 -> KEY_VALUE;
                        case 11 -> EVENT;
                        case 13 -> LINK;
                        case 15 -> STATUS;
                        default -> BYTES;
                    };
                case KEY_VALUE -> field == 2 ? ANY_VALUE : BYTES;
                case ANY_VALUE -> field == 5 ? ARRAY : field == 6 ? KEY_VALUE_LIST : BYTES;
                case ARRAY -> field == 1 ? ANY_VALUE : BYTES;
                case KEY_VALUE_LIST -> field == 1 ? KEY_VALUE : BYTES;
                case STATUS, ENTITY, BYTES -> BYTES;
            };
        }

        /** True if it is kept as it is where it is broken, rather than sink what is around it. */
        boolean standsAlone() {
            return this == RESOURCE || this == SCOPE || this == SPAN;
        }
    }

    /**
     * Rewrites a {@code TracesData} or {@code ExportTraceServiceRequest}. A span, resource or scope that is not well-formed stays
     * as it is.
     *
     * @throws MalformedProtobufException if the structure around the spans is broken
     */
    public byte[] rewrite(byte[] tracesData) throws MalformedProtobufException {
        return rewrite(tracesData, 0, tracesData.length).toByteArray();
    }

    /** As {@link #rewrite(byte[])}, of {@code bytes[offset..offset + length)}; what is returned is valid until the next call. */
    WireWriter rewrite(byte[] bytes, int offset, int length) throws MalformedProtobufException {
        if (out.buffer().length > KEPT_BYTES) {
            out = new WireWriter(CAPACITY_MIN);
        }
        out.clear();
        source = bytes;
        structure.reset(bytes, offset, length);
        message(structure, Kind.REQUEST, 0);
        return out;
    }

    private void message(WireReader reader, Kind kind, int depth) throws MalformedProtobufException {
        if (depth > DEPTH_MAX) {
            throw reader.malformed("messages are nested more than " + DEPTH_MAX + " deep", reader.position());
        }
        while (reader.hasNext()) {
            int tag = reader.readTag();
            int field = WireReader.field(tag);
            int body = reader.position();
            switch (WireReader.wireType(tag)) {
                case WireReader.VARINT -> out.varint(field, reader.readVarint64());
                case WireReader.LENGTH_DELIMITED -> {
                    Kind inner = kind.of(field);
                    int outer = reader.enter();
                    if (inner == Kind.BYTES) {
                        out.bytes(field, source, reader.position(), reader.limit() - reader.position());
                    } else if (inner.standsAlone()) {
                        alone(field, inner, reader.position(), reader.limit() - reader.position());
                    } else {
                        int mark = out.begin(field);
                        message(reader, inner, depth + 1);
                        out.end(mark);
                    }
                    reader.leave(outer);
                }
                default -> {
                    reader.skipField(tag);
                    out.tag(field, WireReader.wireType(tag));
                    out.raw(source, body, reader.position() - body);
                }
            }
        }
    }

    private void alone(int field, Kind kind, int offset, int length) {
        int before = out.size();
        try {
            int mark = out.begin(field);
            content.reset(source, offset, length);
            message(content, kind, 0);
            out.end(mark);
        } catch (MalformedProtobufException broken) {
            out.truncate(before);
            out.bytes(field, source, offset, length);
        }
    }
}
