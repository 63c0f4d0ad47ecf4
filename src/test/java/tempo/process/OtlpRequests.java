package tempo.process;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.Random;

/** Export requests of a wanted size, from a seed. Not safe for several threads. */
final class OtlpRequests {
    private final Random random;

    OtlpRequests(long seed) {
        this.random = new Random(seed);
    }

    /** One request with one new trace of {@code spans} spans, each with {@code bytes} bytes that do not compress. */
    ExportTraceServiceRequest trace(int spans, int bytes) {
        ByteString traceId = bytes(16);
        ScopeSpans.Builder scope = ScopeSpans.newBuilder();
        for (int i = 0; i < spans; i++) {
            long start = 1_700_000_000_000_000_000L + random.nextInt(1_000_000_000);
            scope.addSpans(Span.newBuilder()
                    .setTraceId(traceId)
                    .setSpanId(bytes(8))
                    .setName("work-" + i)
                    .setStartTimeUnixNano(start)
                    .setEndTimeUnixNano(start + 1_000)
                    .addAttributes(KeyValue.newBuilder()
                            .setKey("payload")
                            .setValue(AnyValue.newBuilder().setBytesValue(bytes(bytes)))));
        }
        KeyValue service = KeyValue.newBuilder()
                .setKey("service.name")
                .setValue(AnyValue.newBuilder().setStringValue("loader"))
                .build();
        return ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder()
                        .setResource(Resource.newBuilder().addAttributes(service))
                        .addScopeSpans(scope))
                .build();
    }

    private ByteString bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    /** The id of the trace of a request made here. */
    static ByteString traceId(ExportTraceServiceRequest request) {
        return request.getResourceSpans(0).getScopeSpans(0).getSpans(0).getTraceId();
    }

    static int spans(ExportTraceServiceRequest request) {
        return request.getResourceSpans(0).getScopeSpans(0).getSpansCount();
    }
}
