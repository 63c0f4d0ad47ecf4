package tempo.api.jaeger;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import tempo.span.MalformedProtobufException;
import tempo.span.TraceId;
import tempo.span.WireReader;

/**
 * Fields of small requests.
 *
 * @param first text of field 1; empty if there is none
 * @param second text of field 2
 */
record RequestFields(String first, String second) {
    /** The two texts of a request. */
    static RequestFields texts(byte[] request) throws MalformedProtobufException {
        return new RequestFields(
                new String(bytes(request, new WireReader(request), 1), UTF_8),
                new String(bytes(request, new WireReader(request), 2), UTF_8));
    }

    /**
     * The id in a field of the message that the reader is in, to its end; of 16 bytes, or of 8 as those have it whose ids are half as
     * long.
     *
     * @throws IllegalArgumentException with a sentence for the caller, if there is none or it is no id
     */
    static TraceId traceId(byte[] request, WireReader in, int field) throws MalformedProtobufException {
        byte[] id = bytes(request, in, field);
        if (id.length != TraceId.BYTES && id.length != Long.BYTES) {
            throw new IllegalArgumentException("trace_id must have 16 bytes but had " + id.length);
        }
        ByteBuffer buffer = ByteBuffer.wrap(id);
        return new TraceId(id.length == TraceId.BYTES ? buffer.getLong() : 0, buffer.getLong());
    }

    /** The last one counts, as protobuf has it. */
    private static byte[] bytes(byte[] request, WireReader in, int field) throws MalformedProtobufException {
        byte[] bytes = {};
        while (in.hasNext()) {
            int tag = in.readTag();
            if (tag == WireReader.tag(field, WireReader.LENGTH_DELIMITED)) {
                int length = in.readLength();
                bytes = Arrays.copyOfRange(request, in.position(), in.position() + length);
                in.skip(length);
            } else {
                in.skipField(tag);
            }
        }
        return bytes;
    }
}
