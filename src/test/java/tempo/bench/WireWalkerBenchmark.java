package tempo.bench;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import tempo.span.MalformedProtobufException;
import tempo.span.PaddedOtlp;
import tempo.span.RequestSplitter;
import tempo.span.SpanLimits;
import tempo.span.SplitRequest;

/** Time for each span of a request of 300 spans, about 390 bytes each, of 100 traces. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgs = "-Xmx512m")
public class WireWalkerBenchmark {
    private static final int SPANS = 300;
    private static final int TRACES = 100;
    private static final int RANGES = 64;
    private static final String[] KEYS = {
        "http.request.method", "url.path", "server.address", "http.response.status_code", "user.id", "cart.items"
    };

    private final RequestSplitter splitter = new RequestSplitter(RANGES, SpanLimits.DEFAULT);
    private byte[] request = new byte[0];
    private byte[] padded = new byte[0];

    @Setup
    public void build() {
        Random random = new Random(1);
        ScopeSpans.Builder scope = ScopeSpans.newBuilder();
        for (int i = 0; i < SPANS; i++) {
            Span.Builder span = Span.newBuilder()
                    .setTraceId(id(16, 1 + random.nextInt(TRACES)))
                    .setSpanId(id(8, i + 1))
                    .setParentSpanId(id(8, i + 2))
                    .setName("GET /cart/{id}/items")
                    .setKind(Span.SpanKind.SPAN_KIND_SERVER)
                    .setStartTimeUnixNano(1_700_000_000_000_000_000L + i)
                    .setEndTimeUnixNano(1_700_000_000_100_000_000L + i);
            for (String key : KEYS) {
                span.addAttributes(attribute(key, "value-" + Long.toHexString(random.nextLong())));
            }
            scope.addSpans(span);
        }
        TracesData.Builder data = TracesData.newBuilder();
        data.addResourceSpansBuilder()
                .setResource(Resource.newBuilder().addAttributes(attribute("service.name", "shop")))
                .addScopeSpans(scope);
        request = data.build().toByteArray();
        padded = PaddedOtlp.of(data.build());
    }

    private static ByteString id(int bytes, int seed) {
        byte[] id = new byte[bytes];
        new Random(seed).nextBytes(id);
        return ByteString.copyFrom(id);
    }

    private static KeyValue attribute(String key, String value) {
        return KeyValue.newBuilder()
                .setKey(key)
                .setValue(AnyValue.newBuilder().setStringValue(value))
                .build();
    }

    @Benchmark
    @OperationsPerInvocation(SPANS)
    public SplitRequest split() throws MalformedProtobufException {
        return splitter.split(request, 0, request.length);
    }

    /** The same request with lengths that are made short first. */
    @Benchmark
    @OperationsPerInvocation(SPANS)
    public SplitRequest splitPadded() throws MalformedProtobufException {
        return splitter.split(padded, 0, padded.length);
    }
}
