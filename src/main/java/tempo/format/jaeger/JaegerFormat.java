package tempo.format.jaeger;

import tempo.format.FormatException;
import tempo.format.thrift.BinaryThrift;
import tempo.format.thrift.CompactThrift;
import tempo.format.thrift.ThriftReader;
import tempo.format.zipkin.ZipkinFormat;
import tempo.span.MalformedProtobufException;

/**
 * The ways in which Jaeger's clients and agents write a batch of spans. Thread-safe.
 *
 * <p>A span whose ids are absent or not valid is passed on without them, so that it can be refused and the others kept.
 */
public enum JaegerFormat {
    /** {@code PostSpansRequest} of the collector's gRPC service. */
    PROTOBUF,
    /** A {@code Batch} in Thrift's binary protocol, as the collector takes it over HTTP. */
    THRIFT,
    /** A call of the agent's {@code emitBatch} or {@code emitZipkinBatch} in the compact protocol: a packet. */
    AGENT_COMPACT,
    /** The same in the binary protocol. */
    AGENT_BINARY;

    private static final String EMIT_BATCH = "emitBatch";
    private static final String EMIT_ZIPKIN_BATCH = "emitZipkinBatch";

    /**
     * Translates the spans in {@code bytes[offset..offset + length)}.
     *
     * @param bytesMax most bytes of what comes out: a small request could become a large one
     * @return an {@code ExportTraceServiceRequest}
     * @throws FormatException if the bytes are not spans in this format, or become too many: none of it is translated
     */
    public byte[] toOtlp(byte[] bytes, int offset, int length, long bytesMax) throws FormatException {
        return switch (this) {
            case PROTOBUF -> ofProtobuf(bytes, offset, length, bytesMax);
            case THRIFT -> ofBatch(bytes, new BinaryThrift(bytes, offset, length), bytesMax);
            case AGENT_COMPACT -> ofCall(bytes, new CompactThrift(bytes, offset, length), bytesMax);
            case AGENT_BINARY -> ofCall(bytes, new BinaryThrift(bytes, offset, length), bytesMax);
        };
    }

    private static byte[] ofProtobuf(byte[] bytes, int offset, int length, long bytesMax) throws FormatException {
        SpanWriter out = new SpanWriter(bytes, bytesMax);
        try {
            new ProtoBatch(out, bytes, offset, length).read();
        } catch (MalformedProtobufException e) {
            throw new FormatException("protobuf is not valid: " + e.getMessage());
        }
        return out.toByteArray();
    }

    private static byte[] ofBatch(byte[] bytes, ThriftReader in, long bytesMax) throws FormatException {
        SpanWriter out = new SpanWriter(bytes, bytesMax);
        new ThriftBatch(out, bytes, in).read();
        if (in.remaining() > 0) {
            throw new FormatException("thrift is not valid: " + in.remaining() + " bytes follow the batch");
        }
        return out.toByteArray();
    }

    private static byte[] ofCall(byte[] bytes, ThriftReader in, long bytesMax) throws FormatException {
        String method = in.readMessage();
        if (method.equals(EMIT_ZIPKIN_BATCH)) {
            return ZipkinFormat.ofThriftCall(in, bytesMax);
        }
        if (!method.equals(EMIT_BATCH)) {
            throw new FormatException(
                    "thrift is not valid: method is neither " + EMIT_BATCH + " nor " + EMIT_ZIPKIN_BATCH);
        }
        SpanWriter out = new SpanWriter(bytes, bytesMax);
        in.beginStruct();
        while (in.nextField()) {
            if (in.is(1, ThriftReader.STRUCT)) {
                new ThriftBatch(out, bytes, in).read();
            } else {
                in.skip();
            }
        }
        return out.toByteArray();
    }
}
