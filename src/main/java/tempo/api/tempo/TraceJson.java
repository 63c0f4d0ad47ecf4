package tempo.api.tempo;

import tempo.format.otlp.JsonOutput;
import tempo.format.otlp.TraceJsonMessage;
import tempo.format.otlp.TraceJsonWriter;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;

/**
 * A trace in protobuf, printed as JSON just as Grafana Tempo does: fields that have their default value are left out unless
 * they are members of a oneof, 64-bit integers are strings, ids and other bytes are base64 (not hex as in OTLP/JSON), enums
 * are names. Bytes that are not UTF-8 become U+FFFD, unknown fields are skipped. Written straight from the wire format:
 * neither a message nor a tree is made.
 *
 * <p>Source: gogo {@code jsonpb} with its defaults, and {@code MarshalToJSONV1} in Tempo's pkg/tempopb.
 */
public final class TraceJson {
    private static final int FIRST_CAPACITY_MAX = 16 << 20;

    private TraceJson() {}

    /**
     * The body of {@code /api/traces/{id}}: the fields of the trace itself, with the spans under {@code batches}.
     *
     * @param trace of which {@code [offset..offset + length)} is a serialized {@code TracesData}
     * @throws MalformedProtobufException if it is not well-formed, or nested more than 1,000 messages deep
     * @throws IllegalStateException if the JSON needs more than 2^31 - 9 bytes
     */
    public static byte[] v1(byte[] trace, int offset, int length) throws MalformedProtobufException {
        JsonOutput out = output(length);
        new TraceJsonWriter(out).message(TraceJsonMessage.TRACE_V1, trace, new WireReader(trace, offset, length));
        return out.toByteArray();
    }

    /**
     * The body of {@code /api/v2/traces/{id}}: the trace under {@code trace}, with the spans under {@code resourceSpans}, and
     * what {@code response} says about it.
     *
     * @param trace of which {@code [offset..offset + length)} is a serialized {@code TracesData}
     * @throws MalformedProtobufException if it is not well-formed, or nested more than 1,000 messages deep
     * @throws IllegalStateException if the JSON needs more than 2^31 - 9 bytes
     */
    public static byte[] v2(TraceByIdResponse response, byte[] trace, int offset, int length)
            throws MalformedProtobufException {
        JsonOutput out = output(length);
        out.raw("{\"trace\":");
        new TraceJsonWriter(out).message(TraceJsonMessage.TRACE, trace, new WireReader(trace, offset, length));
        // There even if empty: Tempo sets the pointer always.
        out.raw(",\"metrics\":{");
        if (response.inspectedBytes() != 0) {
            out.raw("\"inspectedBytes\":");
            out.quotedNumber(Long.toUnsignedString(response.inspectedBytes()));
        }
        out.raw('}');
        if (response.partial()) {
            out.raw(",\"status\":\"PARTIAL\"");
        }
        if (!response.message().isEmpty()) {
            out.raw(",\"message\":");
            out.string(response.message());
        }
        out.raw('}');
        return out.toByteArray();
    }

    /** With a first guess of the size: most of a trace is text, which stays as long as it was, beside the names of fields. */
    private static JsonOutput output(int traceBytes) {
        return new JsonOutput((int) Math.min(FIRST_CAPACITY_MAX, traceBytes * 2L));
    }
}
