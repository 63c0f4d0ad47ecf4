package tempo.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import tempo.format.FormatException;
import tempo.format.Translation;
import tempo.format.jaeger.JaegerFormat;
import tempo.format.jaeger.OtlpToJaeger;
import tempo.format.zipkin.OtlpToZipkin;
import tempo.format.zipkin.ZipkinFormat;
import tempo.span.WireWriter;
import zipkin2.codec.SpanBytesDecoder;
import zipkin2.codec.SpanBytesEncoder;

/** Time for each span of the standard load, of requests of some 300 spans, of translating it to OTLP. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(value = 1, jvmArgs = "-Xmx512m")
public class TranslationBenchmark {
    private static final int SPANS = 3_000;
    private static final int REQUEST_SPANS = 300;
    private static final long BYTES_MAX = 64 << 20;

    @Param({"zipkin JSON v2", "zipkin protobuf v2", "zipkin JSON v1", "zipkin Thrift v1", "jaeger protobuf"})
    public String format = "";

    private final List<byte[]> requests = new ArrayList<>();
    private Translation translation = (bytes, offset, length, max) -> bytes;

    @Setup
    @SuppressWarnings("deprecation") // Thrift is, and old clients send it.
    public void build() throws FormatException {
        ShopTraces traces = new ShopTraces(1);
        int left = SPANS;
        while (left > 0) {
            WireWriter request = new WireWriter(1 << 18);
            int spans = 0;
            while (spans < Math.min(left, REQUEST_SPANS)) {
                byte[] trace = traces.next(Math.min(left, REQUEST_SPANS) - spans);
                request.raw(trace, 0, trace.length);
                spans += traces.spans();
            }
            left -= spans;
            add(request.toByteArray());
        }
    }

    @SuppressWarnings("deprecation") // Thrift is, and old clients send it.
    private void add(byte[] otlp) throws FormatException {
        switch (format) {
            case "jaeger protobuf" -> {
                translation = JaegerFormat.PROTOBUF::toOtlp;
                WireWriter request = new WireWriter(otlp.length);
                // Of the batches of one message the last counts: each is a request of its own.
                for (byte[] batch : OtlpToJaeger.batches(otlp, 0, otlp.length)) {
                    request.clear();
                    request.bytes(1, batch, 0, batch.length);
                    requests.add(request.toByteArray());
                }
            }
            case "zipkin JSON v2" -> addZipkin(otlp, ZipkinFormat.JSON_V2, SpanBytesEncoder.JSON_V2);
            case "zipkin protobuf v2" -> addZipkin(otlp, ZipkinFormat.PROTOBUF_V2, SpanBytesEncoder.PROTO3);
            case "zipkin JSON v1" -> addZipkin(otlp, ZipkinFormat.JSON_V1, SpanBytesEncoder.JSON_V1);
            default -> addZipkin(otlp, ZipkinFormat.THRIFT_V1, SpanBytesEncoder.THRIFT);
        }
    }

    private void addZipkin(byte[] otlp, ZipkinFormat zipkin, SpanBytesEncoder encoder) throws FormatException {
        translation = zipkin::toOtlp;
        byte[] json = OtlpToZipkin.json(otlp, 0, otlp.length);
        requests.add(encoder.encodeList(SpanBytesDecoder.JSON_V2.decodeList(json)));
    }

    @Benchmark
    @OperationsPerInvocation(SPANS)
    public long translate() throws FormatException {
        long bytes = 0;
        for (byte[] request : requests) {
            bytes += translation.toOtlp(request, 0, request.length, BYTES_MAX).length;
        }
        return bytes;
    }
}
