package tempo.receiver.otlp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.UnknownFieldSet;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.internal.otlp.traces.TraceRequestMarshaler;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.TracesData;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tempo.NodeFixture;
import tempo.SpanRecorder;

class OtlpExportersTest {
    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of());

    @ParameterizedTest
    @CsvSource({"grpc,none", "grpc,gzip", "http,none", "http,gzip"})
    void traceOfTheSdkComesBackAsItWasSent(String protocol, String compression) throws Exception {
        List<SpanData> spans = everyKindOfSpan();
        try (SpanExporter exporter = exporter(protocol, compression)) {
            CompletableResultCode exported = exporter.export(spans).join(20, TimeUnit.SECONDS);
            assertTrue(exported.isSuccess(), String.valueOf(exported.getFailureThrowable()));
        }

        byte[] answer = NODE.get("/api/v2/traces/" + spans.get(0).getTraceId(), "Accept", "application/protobuf")
                .body();

        UnknownFieldSet response = UnknownFieldSet.parseFrom(answer);
        TracesData trace = TracesData.parseFrom(
                response.getField(1).getLengthDelimitedList().get(0));
        TracesData sent = sent(spans);
        assertEquals(sent.getResourceSpansCount(), trace.getResourceSpansCount());
        assertEquals(
                sent.getResourceSpans(0).getResource(),
                trace.getResourceSpans(0).getResource());
        ScopeSpans scope = trace.getResourceSpans(0).getScopeSpans(0);
        ScopeSpans sentScope = sent.getResourceSpans(0).getScopeSpans(0);
        assertEquals(sentScope.getScope(), scope.getScope());
        assertEquals(sentScope.getSchemaUrl(), scope.getSchemaUrl());
        assertEquals(sentScope.getSpansCount(), scope.getSpansCount());
        assertEquals(new HashSet<>(sentScope.getSpansList()), new HashSet<>(scope.getSpansList()));
        assertEquals(Set.of(1, 2), response.asMap().keySet(), "neither status nor message");
    }

    private static SpanExporter exporter(String protocol, String compression) {
        return protocol.equals("grpc")
                ? OtlpGrpcSpanExporter.builder()
                        .setEndpoint(NODE.otlpGrpc().toString())
                        .setCompression(compression)
                        .build()
                : OtlpHttpSpanExporter.builder()
                        .setEndpoint(NODE.otlpHttp().resolve("/v1/traces").toString())
                        .setCompression(compression)
                        .build();
    }

    /** What the exporters put on the wire. */
    private static TracesData sent(List<SpanData> spans) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TraceRequestMarshaler.create(spans).writeBinaryTo(bytes);
        return TracesData.parseFrom(bytes.toByteArray());
    }

    /** One trace: attributes of all types, events, links, trace state, every kind, every status. */
    private static List<SpanData> everyKindOfSpan() {
        List<SpanData> ended = new ArrayList<>();
        try (SdkTracerProvider provider = SdkTracerProvider.builder()
                .setResource(Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "żółć")))
                .addSpanProcessor(SimpleSpanProcessor.create(new SpanRecorder(ended)))
                .build()) {
            Tracer tracer = provider.tracerBuilder("scope")
                    .setInstrumentationVersion("1.2")
                    .setSchemaUrl("https://opentelemetry.io/schemas/1.21.0")
                    .build();
            SpanContext remote = SpanContext.createFromRemoteParent(
                    "5b8efff798038103d269b633813fc60c",
                    "eee19b7ec3c1b174",
                    TraceFlags.getSampled(),
                    TraceState.builder().put("vendor", "a:b").build());
            Span root = tracer.spanBuilder("root")
                    .setNoParent()
                    .addLink(remote, Attributes.of(AttributeKey.longKey("of.link"), 7L))
                    .setSpanKind(SpanKind.SERVER)
                    .startSpan();
            root.setAttribute("string", "a\u0000\n😀");
            root.setAttribute("bool", true);
            root.setAttribute("long", Long.MIN_VALUE);
            root.setAttribute("double", -0.0);
            root.setAttribute(AttributeKey.stringArrayKey("strings"), List.of("", "b"));
            root.setAttribute(AttributeKey.booleanArrayKey("bools"), List.of(true, false));
            root.setAttribute(AttributeKey.longArrayKey("longs"), List.of(0L, Long.MAX_VALUE));
            root.setAttribute(AttributeKey.doubleArrayKey("doubles"), List.of(Double.NaN, 1e300));
            root.setAttribute(
                    AttributeKey.valueKey("value"),
                    Value.of(
                            KeyValue.of("bytes", Value.of(new byte[] {0, -1})),
                            KeyValue.of("list", Value.of(List.of()))));
            root.addEvent("thrown", Attributes.of(AttributeKey.stringKey("exception.type"), "x"));
            root.recordException(new IllegalStateException("for the event"));
            root.setStatus(StatusCode.ERROR, "broken");
            Context parent = Context.root().with(root);
            for (SpanKind kind : SpanKind.values()) {
                Span child = tracer.spanBuilder("child " + kind)
                        .setParent(parent)
                        .setSpanKind(kind)
                        .startSpan();
                child.setStatus(kind == SpanKind.CLIENT ? StatusCode.OK : StatusCode.UNSET);
                child.end();
            }
            root.end();
        }
        return List.copyOf(ended);
    }
}
