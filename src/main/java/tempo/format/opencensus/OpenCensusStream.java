package tempo.format.opencensus;

import java.util.Arrays;
import tempo.format.Extent;
import tempo.format.FormatException;
import tempo.format.otlp.OtlpFields;
import tempo.format.otlp.OtlpRequest;
import tempo.format.proto.ProtoValues;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;
import tempo.span.WireWriter;

/**
 * The messages of one export stream: node and resource hold until a message brings others. For one thread at a time.
 *
 * <p>Source: <a href="https://github.com/census-instrumentation/opencensus-proto">agent/trace/v1/trace_service.proto</a>, by its
 * documented fields and comments.
 */
public final class OpenCensusStream {
    private static final int NODE = 1;
    private static final int SPANS = 2;
    private static final int RESOURCE = 3;
    private static final byte[] NONE = {};

    private byte[] node = NONE;
    private byte[] resource = NONE;
    private WireWriter resourceOfAll = new WireWriter(0);

    /**
     * Translates the next message: an {@code opencensus.proto.agent.trace.v1.ExportTraceServiceRequest} in
     * {@code bytes[offset..offset + length)}.
     *
     * @param bytesMax most bytes of what comes out: a small request could become a large one
     * @return an {@code ExportTraceServiceRequest} of OTLP
     * @throws FormatException if the bytes are not such a message, or become too many: none of it is translated, and node and resource
     *     stay as they were
     */
    public byte[] toOtlp(byte[] bytes, int offset, int length, long bytesMax) throws FormatException {
        try {
            return translate(bytes, offset, length, bytesMax);
        } catch (MalformedProtobufException e) {
            throw new FormatException("protobuf is not valid: " + e.getMessage());
        }
    }

    private byte[] translate(byte[] bytes, int offset, int length, long bytesMax)
            throws FormatException, MalformedProtobufException {
        WireReader in = new WireReader(bytes, offset, length);
        byte[] newNode = node;
        byte[] newResource = resource;
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, NODE)) {
                newNode = copy(bytes, ProtoValues.extent(in));
            } else if (ProtoValues.isMessage(tag, RESOURCE)) {
                newResource = copy(bytes, ProtoValues.extent(in));
            } else {
                in.skipField(tag);
            }
        }
        WireWriter ofMessage =
                newNode == node && newResource == resource ? resourceOfAll : NodeResource.of(newNode, newResource);
        OtlpRequest request = new OtlpRequest(bytesMax);
        WireWriter scope = new WireWriter(0);
        SpanTranslation span = new SpanTranslation(bytes);
        in.seek(offset);
        while (in.hasNext()) {
            int tag = in.readTag();
            if (ProtoValues.isMessage(tag, SPANS)) {
                int outer = in.enter();
                long own = span.read(in);
                WireWriter ofSpan = own == Extent.EMPTY ? ofMessage : NodeResource.of(newNode, copy(bytes, own));
                WireWriter out = request.spansOf(ofSpan, scope);
                int mark = out.begin(OtlpFields.SCOPE_SPANS_SPANS);
                span.write(in, out);
                request.end(out, mark);
                in.leave(outer);
            } else {
                in.skipField(tag);
            }
        }
        node = newNode;
        resource = newResource;
        resourceOfAll = ofMessage;
        return request.toByteArray();
    }

    private static byte[] copy(byte[] bytes, long extent) {
        int at = Extent.at(extent);
        return Arrays.copyOfRange(bytes, at, at + Extent.length(extent));
    }
}
