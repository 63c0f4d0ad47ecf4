package tempo.format.zipkin;

import tempo.format.FormatException;
import tempo.format.thrift.BinaryThrift;
import tempo.format.thrift.ThriftReader;
import tempo.span.MalformedProtobufException;

/**
 * The ways in which Zipkin's clients write a list of spans. Thread-safe.
 *
 * <p>A span whose ids are absent or not valid is passed on without them, so that it can be refused and the others kept.
 */
public enum ZipkinFormat {
    JSON_V2,
    PROTOBUF_V2,
    JSON_V1,
    THRIFT_V1;

    /**
     * Translates the spans in {@code bytes[offset..offset + length)}.
     *
     * @param bytesMax most bytes of what comes out: a small request could become a large one
     * @return an {@code ExportTraceServiceRequest}
     * @throws FormatException if the bytes are not a list of spans in this format, or become too many: none of it is translated
     */
    public byte[] toOtlp(byte[] bytes, int offset, int length, long bytesMax) throws FormatException {
        return toOtlp(bytes, offset, length, bytesMax, false);
    }

    /**
     * The same, of a request that may say for all its spans that they are for debugging.
     *
     * @param debug whether it does
     */
    public byte[] toOtlp(byte[] bytes, int offset, int length, long bytesMax, boolean debug) throws FormatException {
        SpanWriter out = new SpanWriter(bytesMax, debug);
        try {
            switch (this) {
                case JSON_V2 -> {
                    JsonV2 reader = new JsonV2(out);
                    JsonFields.readSpans(bytes, offset, length, reader::read);
                }
                case JSON_V1 -> {
                    JsonV1 reader = new JsonV1(out);
                    JsonFields.readSpans(bytes, offset, length, reader::read);
                }
                case PROTOBUF_V2 -> new ProtoV2(out, bytes, offset, length).read();
                case THRIFT_V1 -> new ThriftV1(out, new BinaryThrift(bytes, offset, length)).read();
            }
        } catch (MalformedProtobufException e) {
            throw new FormatException("protobuf is not valid: " + e.getMessage());
        }
        return out.toByteArray();
    }

    /**
     * Translates the spans that are the argument of a call, as Jaeger's agent takes them; the call's header was read.
     *
     * @param bytesMax most bytes of what comes out: a small request could become a large one
     * @return an {@code ExportTraceServiceRequest}
     * @throws FormatException if it is not a list of spans
     */
    public static byte[] ofThriftCall(ThriftReader in, long bytesMax) throws FormatException {
        SpanWriter out = new SpanWriter(bytesMax, false);
        new ThriftV1(out, in).readCall();
        return out.toByteArray();
    }
}
