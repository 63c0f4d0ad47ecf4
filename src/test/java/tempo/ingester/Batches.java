package tempo.ingester;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.nio.ByteBuffer;
import java.util.List;
import tempo.span.MalformedProtobufException;
import tempo.span.RequestSplitter;
import tempo.span.SliceBatch;
import tempo.span.SpanLimits;
import tempo.span.SplitRequest;
import tempo.span.TraceId;
import tempo.span.TraceKey;

/** Batches of one slice with one span, for tests that care about where slices are and not what is in them. */
final class Batches {
    private Batches() {}

    static TraceKey key(int trace) {
        return TraceKey.of(new TraceId(7, trace));
    }

    /** A batch with the span {@code span} of trace {@code trace}. */
    static byte[] bytes(int trace, int span) {
        ByteString traceId = ByteString.copyFrom(
                ByteBuffer.allocate(16).putLong(7).putLong(trace).flip());
        Span.Builder one = Span.newBuilder()
                .setTraceId(traceId)
                .setSpanId(ByteString.copyFrom(
                        ByteBuffer.allocate(8).putLong(span + 1L).flip()))
                .setName("span " + span)
                .setStartTimeUnixNano(1_000_000_000L + span)
                .setEndTimeUnixNano(2_000_000_000L);
        byte[] request = TracesData.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder()
                        .addScopeSpans(ScopeSpans.newBuilder().addSpans(one)))
                .build()
                .toByteArray();
        try {
            List<SplitRequest.RangeBatch> batches = new RequestSplitter(1, SpanLimits.DEFAULT)
                    .split(request, 0, request.length)
                    .batches();
            return batches.get(0).batch();
        } catch (MalformedProtobufException e) {
            throw new AssertionError(e);
        }
    }

    static ByteBuffer view(int trace, int span) {
        byte[] bytes = bytes(trace, span);
        return SliceBatch.view(bytes, 0, bytes.length);
    }
}
