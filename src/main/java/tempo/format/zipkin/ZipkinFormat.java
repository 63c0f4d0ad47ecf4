package tempo.format.zipkin;

import tempo.format.FormatException;
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
     * @return an {@code ExportTraceServiceRequest}
     * @throws FormatException if the bytes are not a list of spans in this format: none of it is translated
     */
    public byte[] toOtlp(byte[] bytes, int offset, int length) throws FormatException {
        SpanWriter out = new SpanWriter();
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
                case THRIFT_V1 -> new ThriftV1(out, bytes, offset, length).read();
            }
        } catch (MalformedProtobufException e) {
            throw new FormatException("protobuf is not valid: " + e.getMessage());
        }
        return out.toByteArray();
    }
}
