package tempo.receiver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import brave.Tracing;
import io.jaegertracing.internal.JaegerSpan;
import io.jaegertracing.internal.JaegerTracer;
import io.jaegertracing.internal.reporters.RemoteReporter;
import io.jaegertracing.internal.samplers.ConstSampler;
import io.jaegertracing.spi.Sender;
import io.jaegertracing.thrift.internal.senders.HttpSender;
import io.jaegertracing.thrift.internal.senders.UdpSender;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.exporter.zipkin.ZipkinSpanExporter;
import io.opentracing.tag.Tags;
import java.net.URI;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tempo.NodeFixture;
import tempo.format.OtlpSamples;
import tempo.receiver.SameTrace.Unsaid;
import tempo.receiver.jaeger.JaegerExporterRun;
import zipkin2.reporter.BytesMessageSender;
import zipkin2.reporter.Encoding;
import zipkin2.reporter.brave.AsyncZipkinSpanHandler;
import zipkin2.reporter.urlconnection.URLConnectionSender;

/** The clients that run here send one and the same trace; recordings of others are in {@link RecordedPayloadsTest}. */
class SameTraceTest {
    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of());

    private static void assertFound(String traceId, EnumSet<Unsaid> unsaid) throws Exception {
        NodeFixture.await("the trace is whole", () -> {
            try {
                return OtlpSamples.spans(NODE.trace(traceId)).size() >= 2;
            } catch (com.google.protobuf.InvalidProtocolBufferException notThereYet) {
                return false;
            }
        });
        SameTrace.assertSame(NODE.trace(traceId), unsaid);
        assertEquals(List.of(), NODE.complaints());
    }

    @Test
    void otlpOverGrpc() throws Exception {
        String id = SameTraceOfTheSdk.send(OtlpGrpcSpanExporter.builder()
                .setEndpoint(NODE.otlpGrpc().toString())
                .build());
        assertFound(id, EnumSet.noneOf(Unsaid.class));
    }

    @Test
    void otlpOverHttp() throws Exception {
        String id = SameTraceOfTheSdk.send(OtlpHttpSpanExporter.builder()
                .setEndpoint(NODE.otlpHttp().resolve("/v1/traces").toString())
                .build());
        assertFound(id, EnumSet.noneOf(Unsaid.class));
    }

    @Test
    @SuppressWarnings("deprecation") // The exporter is, and still in use.
    void openTelemetrysExporterForZipkin() throws Exception {
        String id = SameTraceOfTheSdk.send(ZipkinSpanExporter.builder()
                .setEndpoint(NODE.receiver("Zipkin") + "/api/v2/spans")
                .build());
        assertFound(id, EnumSet.of(Unsaid.RESOURCE, Unsaid.TYPES));
    }

    @Test
    void openTelemetrysLastExporterForJaeger() throws Exception {
        String id = JaegerExporterRun.apart(NODE.receiver("Jaeger gRPC").toString());
        assertFound(id, EnumSet.noneOf(Unsaid.class));
    }

    @ParameterizedTest
    @EnumSource(value = Encoding.class, names = "THRIFT", mode = EnumSource.Mode.EXCLUDE)
    void brave(Encoding encoding) throws Exception {
        String id;
        BytesMessageSender sender = URLConnectionSender.newBuilder()
                .endpoint(NODE.receiver("Zipkin") + "/api/v2/spans")
                .encoding(encoding)
                .build();
        try (AsyncZipkinSpanHandler handler = AsyncZipkinSpanHandler.create(sender);
                Tracing tracing = Tracing.newBuilder()
                        .localServiceName("shop")
                        .traceId128Bit(true)
                        .addSpanHandler(handler)
                        .build()) {
            brave.Span order = tracing.tracer()
                    .newTrace()
                    .name("order")
                    .kind(brave.Span.Kind.SERVER)
                    .tag("http.path", "/x")
                    .start(SameTrace.ORDER_START);
            brave.Span pay = tracing.tracer()
                    .newChild(order.context())
                    .name("pay")
                    .kind(brave.Span.Kind.CLIENT)
                    .tag("amount", "12")
                    .tag("retry", "true")
                    .tag("card", "visa")
                    .tag("error", "no money")
                    .start(SameTrace.PAY_START);
            pay.annotate(SameTrace.DECLINED, "declined");
            pay.finish(SameTrace.PAY_END);
            order.finish(SameTrace.ORDER_END);
            handler.flush();
            id = order.context().traceIdString();
        }
        assertFound(id, EnumSet.of(Unsaid.RESOURCE, Unsaid.TYPES, Unsaid.SCOPE, Unsaid.EVENT_ATTRIBUTES));
    }

    private static Sender sender(String receiver) throws Exception {
        URI uri = NODE.receiver(receiver);
        return receiver.equals("Jaeger HTTP")
                ? new HttpSender.Builder(uri + "/api/traces").build()
                : new UdpSender(uri.getHost(), uri.getPort(), 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Jaeger HTTP", "Jaeger compact"})
    void jaegersClient(String receiver) throws Exception {
        String id;
        try (JaegerTracer tracer = new JaegerTracer.Builder("shop")
                .withSampler(new ConstSampler(true))
                .withTraceId128Bit()
                .withReporter(new RemoteReporter.Builder()
                        .withSender(sender(receiver))
                        .build())
                .withTag("zone", "a")
                .build()) {
            JaegerSpan order = tracer.buildSpan("order")
                    .withTag(Tags.SPAN_KIND.getKey(), Tags.SPAN_KIND_SERVER)
                    .withTag("http.path", "/x")
                    .withStartTimestamp(SameTrace.ORDER_START)
                    .start();
            JaegerSpan pay = tracer.buildSpan("pay")
                    .asChildOf(order)
                    .withTag(Tags.SPAN_KIND.getKey(), Tags.SPAN_KIND_CLIENT)
                    .withTag("amount", 12)
                    .withTag("retry", true)
                    .withTag("card", "visa")
                    .withTag(Tags.ERROR.getKey(), true)
                    .withStartTimestamp(SameTrace.PAY_START)
                    .start();
            pay.log(SameTrace.DECLINED, Map.of("event", "declined", "reason", "no money"));
            pay.finish(SameTrace.PAY_END);
            order.finish(SameTrace.ORDER_END);
            id = order.context().getTraceId();
        }
        assertFound(id, EnumSet.of(Unsaid.SCOPE, Unsaid.STATUS_MESSAGE));
    }
}
