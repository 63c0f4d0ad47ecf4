import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.TimeUnit;

/** Sends one trace by OTLP over gRPC, and prints its id. Run it as the README beside it says. */
public final class SendSpans {
    private static final AttributeKey<String> SERVICE_NAME = AttributeKey.stringKey("service.name");

    private SendSpans() {}

    /** Notes whether all was acknowledged: the SDK itself only logs it. */
    private static final class Noting implements SpanExporter {
        private final SpanExporter exporter;
        private volatile boolean acknowledged = true;

        Noting(SpanExporter exporter) {
            this.exporter = exporter;
        }

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            CompletableResultCode result = exporter.export(spans);
            return result.whenComplete(() -> acknowledged &= result.isSuccess());
        }

        @Override
        public CompletableResultCode flush() {
            return exporter.flush();
        }

        @Override
        public CompletableResultCode shutdown() {
            return exporter.shutdown();
        }
    }

    public static void main(String[] arguments) {
        String endpoint = System.getenv().getOrDefault("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317");
        Noting exporter = new Noting(
                OtlpGrpcSpanExporter.builder().setEndpoint(endpoint).build());
        SdkTracerProvider provider = SdkTracerProvider.builder()
                .setResource(Resource.getDefault().merge(Resource.create(Attributes.of(SERVICE_NAME, "java-sender"))))
                .addSpanProcessor(BatchSpanProcessor.builder(exporter).build())
                .build();
        Tracer tracer = provider.get("example");
        Span order = tracer.spanBuilder("place order")
                .setSpanKind(SpanKind.SERVER)
                .setAttribute("order.items", 3)
                .startSpan();
        try (Scope scope = order.makeCurrent()) {
            Span payment = tracer.spanBuilder("charge card")
                    .setSpanKind(SpanKind.CLIENT)
                    .startSpan();
            payment.addEvent("authorized", Attributes.of(AttributeKey.stringKey("card.brand"), "example"));
            payment.end();
        }
        order.end();
        provider.shutdown().join(20, TimeUnit.SECONDS);
        if (!exporter.acknowledged) {
            System.err.println("not sent: is a node running at " + endpoint + "?");
            System.exit(1);
        }
        System.out.println(order.getSpanContext().getTraceId());
    }
}
