package tempo.api.jaeger;

import java.nio.ByteBuffer;
import java.util.Arrays;
import tempo.span.MalformedProtobufException;
import tempo.span.TraceId;
import tempo.span.WireReader;

/** Trace ids in requests. Stateless. */
final class RequestIds {
    private RequestIds() {}

    /**
     * The id in a field of the message that the reader is in, to its end; the last one counts.
     *
     * @throws IllegalArgumentException with a sentence for the caller, if there is none or it is no id
     */
    static TraceId read(byte[] bytes, WireReader in, int field) throws MalformedProtobufException {
        byte[] id = {};
        while (in.hasNext()) {
            int tag = in.readTag();
            if (tag == WireReader.tag(field, WireReader.LENGTH_DELIMITED)) {
                int length = in.readLength();
                id = Arrays.copyOfRange(bytes, in.position(), in.position() + length);
                in.skip(length);
            } else {
                in.skipField(tag);
            }
        }
        return of(id);
    }

    /** Of 16 bytes, or of 8 as those have it whose ids are half as long. */
    private static TraceId of(byte[] id) {
        if (id.length != TraceId.BYTES && id.length != Long.BYTES) {
            throw new IllegalArgumentException("trace_id must have 16 bytes but had " + id.length);
        }
        ByteBuffer buffer = ByteBuffer.wrap(id);
        return new TraceId(id.length == TraceId.BYTES ? buffer.getLong() : 0, buffer.getLong());
    }
}
