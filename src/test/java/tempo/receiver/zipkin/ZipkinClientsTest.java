package tempo.receiver.zipkin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import brave.Tracing;
import brave.propagation.B3Propagation;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.zipkin.ZipkinSpanExporter;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tempo.NodeFixture;
import tempo.format.OtlpSamples;
import tempo.format.zipkin.ZipkinSpans;
import zipkin2.reporter.AsyncReporter;
import zipkin2.reporter.BytesMessageSender;
import zipkin2.reporter.Encoding;
import zipkin2.reporter.brave.AsyncZipkinSpanHandler;
import zipkin2.reporter.urlconnection.URLConnectionSender;

/** Traces that Zipkin's own clients, and OpenTelemetry's exporter for Zipkin, have sent are found by their ids. */
class ZipkinClientsTest {
    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of());

    private static BytesMessageSender sender(Encoding encoding, String path) {
        return URLConnectionSender.newBuilder()
                .endpoint(NODE.receiver("Zipkin") + path)
                .encoding(encoding)
                .build();
    }

    private static List<Span> spansOf(String traceId) throws Exception {
        return OtlpSamples.spans(NODE.trace(traceId));
    }

    private static List<ResourceSpans> resourcesOf(String traceId) throws Exception {
        return NODE.trace(traceId).getResourceSpansList();
    }

    /** As the reporter sends them: by its encoding, and compressed. */
    @ParameterizedTest
    @EnumSource(Encoding.class)
    @SuppressWarnings("deprecation") // Thrift is, and old clients send it.
    void aTraceOfTheReporterComesBack(Encoding encoding) throws Exception {
        zipkin2.Span span = new ZipkinSpans(encoding.ordinal() + 5).complete().get(0);
        String path = encoding == Encoding.THRIFT ? "/api/v1/spans" : "/api/v2/spans";
        try (BytesMessageSender sender = sender(encoding, path);
                AsyncReporter<zipkin2.Span> reporter = AsyncReporter.builder(sender)
                        .closeTimeout(60, TimeUnit.SECONDS)
                        .build(zipkin2.reporter.SpanBytesEncoder.forEncoding(encoding))) {
            reporter.report(span);
            reporter.flush();
        }
        List<Span> found = spansOf(span.traceId());
        assertEquals(1, found.size());
        assertEquals(span.timestampAsLong() * 1_000, found.get(0).getStartTimeUnixNano());
    }

    /** The client's and the server's half of a span have one id, and both are kept. */
    @Test
    void bothHalvesOfASharedSpanAreKept() throws Exception {
        String traceId;
        try (BytesMessageSender sender = sender(Encoding.JSON, "/api/v2/spans");
                AsyncZipkinSpanHandler handler = AsyncZipkinSpanHandler.create(sender)) {
            try (Tracing client = tracing("client", handler);
                    Tracing server = tracing("server", handler)) {
                brave.Span call = client.tracer().newTrace().name("call").kind(brave.Span.Kind.CLIENT);
                traceId = call.context().traceIdString();
                call.start();
                brave.Span work = server.tracer()
                        .joinSpan(call.context())
                        .name("work")
                        .kind(brave.Span.Kind.SERVER)
                        .start();
                work.annotate("half way").error(new IllegalStateException("it failed"));
                work.finish();
                call.tag("http.path", "/x").finish();
            }
            handler.flush();
        }
        List<Span> found = spansOf(traceId);
        assertEquals(2, found.size());
        assertEquals(found.get(0).getSpanId(), found.get(1).getSpanId());
        Map<String, Span> byKind = new TreeMap<>();
        found.forEach(each -> byKind.put(each.getKind().name(), each));
        Span work = byKind.getOrDefault("SPAN_KIND_SERVER", Span.getDefaultInstance());
        assertEquals("half way", work.getEvents(0).getName());
        assertEquals("it failed", work.getStatus().getMessage());
        assertTrue(byKind.containsKey("SPAN_KIND_CLIENT"), byKind.keySet().toString());
        assertEquals(2, resourcesOf(traceId).size());
    }

    private static Tracing tracing(String service, AsyncZipkinSpanHandler handler) {
        return Tracing.newBuilder()
                .localServiceName(service)
                .propagationFactory(B3Propagation.FACTORY)
                .addSpanHandler(handler)
                .build();
    }

    /** What OpenTelemetry puts into tags and annotations for Zipkin is what it was before. */
    @Test
    @SuppressWarnings("deprecation") // The exporter is, and still in use.
    void aTraceOfOpenTelemetryComesBackAsItWas() throws Exception {
        String traceId;
        try (SdkTracerProvider provider = SdkTracerProvider.builder()
                .setResource(Resource.builder().put("service.name", "shop").build())
                .addSpanProcessor(SimpleSpanProcessor.create(ZipkinSpanExporter.builder()
                        .setEndpoint(NODE.receiver("Zipkin") + "/api/v2/spans")
                        .build()))
                .build()) {
            Tracer tracer = provider.get("lib", "1.2");
            io.opentelemetry.api.trace.Span root = tracer.spanBuilder("order").startSpan();
            traceId = root.getSpanContext().getTraceId();
            io.opentelemetry.api.trace.Span child = tracer.spanBuilder("pay")
                    .setSpanKind(SpanKind.CLIENT)
                    .setParent(Context.root().with(root))
                    .setAttribute("peer.service", "bank")
                    .setAttribute("amount", "12")
                    .startSpan();
            child.addEvent("declined");
            child.setStatus(StatusCode.ERROR, "no money");
            child.end();
            root.end();
        }
        ResourceSpans resource = resourcesOf(traceId).get(0);
        assertEquals("shop", resource.getResource().getAttributes(0).getValue().getStringValue());
        assertEquals("lib", resource.getScopeSpans(0).getScope().getName());
        assertEquals("1.2", resource.getScopeSpans(0).getScope().getVersion());
        Map<String, Span> byName = new TreeMap<>();
        spansOf(traceId).forEach(each -> byName.put(each.getName(), each));
        Span pay = byName.getOrDefault("pay", Span.getDefaultInstance());
        Span order = byName.getOrDefault("order", Span.getDefaultInstance());
        assertEquals(order.getSpanId(), pay.getParentSpanId());
        assertEquals(Span.SpanKind.SPAN_KIND_INTERNAL, order.getKind());
        assertEquals(Span.SpanKind.SPAN_KIND_CLIENT, pay.getKind());
        assertEquals("no money", pay.getStatus().getMessage());
        assertEquals("declined", pay.getEvents(0).getName());
    }
}
