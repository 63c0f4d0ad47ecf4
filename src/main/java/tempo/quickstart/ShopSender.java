package tempo.quickstart;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Sends the shop's traces as the shop itself would: one SDK for each service, over OTLP/gRPC. So a trace arrives in
 * pieces, in several requests, under several resources. Not safe for several threads.
 */
final class ShopSender implements AutoCloseable {
    private static final Duration EXPORT_TIMEOUT = Duration.ofSeconds(10);
    private static final long FLUSH_SECONDS_MAX = 60;
    private static final int QUEUED_SPANS_MAX = 8_192;
    /** Flushed well before the queue of the busiest service could be full: the SDK would drop without a word. */
    private static final int SPANS_PER_FLUSH = QUEUED_SPANS_MAX / 2;

    private static final AttributeKey<String> EXCEPTION_TYPE = AttributeKey.stringKey("exception.type");
    private static final AttributeKey<String> EXCEPTION_MESSAGE = AttributeKey.stringKey("exception.message");
    private static final AttributeKey<String> EXCEPTION_STACKTRACE = AttributeKey.stringKey("exception.stacktrace");

    private final Delivery delivery;
    private final Map<String, SdkTracerProvider> services = new LinkedHashMap<>();
    private int recorded;
    private int unflushed;

    ShopSender(URI otlpGrpc) {
        delivery = new Delivery(OtlpGrpcSpanExporter.builder()
                .setEndpoint(otlpGrpc.toString())
                .setTimeout(EXPORT_TIMEOUT)
                .setCompression("gzip")
                .build());
        for (String service : WebShop.SERVICES) {
            services.put(service, provider(service));
        }
    }

    private SdkTracerProvider provider(String service) {
        Attributes attributes = Attributes.builder()
                .put("service.name", service)
                .put("service.namespace", "shop")
                .put("service.version", "1.4.2")
                .put("deployment.environment.name", "quickstart")
                .put("k8s.pod.name", service + "-7d9f8b6c5-x2x4z")
                .build();
        BatchSpanProcessor batches = BatchSpanProcessor.builder(delivery)
                .setMaxQueueSize(QUEUED_SPANS_MAX)
                .setExporterTimeout(EXPORT_TIMEOUT)
                .build();
        return SdkTracerProvider.builder()
                .setResource(Resource.create(attributes))
                .addSpanProcessor(batches)
                .build();
    }

    /** Records the spans of one trace and returns its id in hex; they are sent by {@link #flush} at the latest. */
    String send(Call root, Instant start) {
        Span span = record(root, Context.root(), nanos(start));
        recorded += root.spanCount();
        unflushed += root.spanCount();
        if (unflushed >= SPANS_PER_FLUSH) {
            flush();
        }
        return span.getSpanContext().getTraceId();
    }

    private Span record(Call call, Context parent, long startNanos) {
        Span span = tracer(call)
                .spanBuilder(call.operation())
                .setSpanKind(call.kind())
                .setParent(parent)
                .setStartTimestamp(startNanos, TimeUnit.NANOSECONDS)
                .setAllAttributes(call.attributes())
                .startSpan();
        long now = startNanos + call.ownMicros() / 2 * 1_000;
        for (Call child : call.calls()) {
            record(child, parent.with(span), now);
            now += child.micros() * 1_000;
        }
        long endNanos = startNanos + call.micros() * 1_000;
        call.failure().ifPresent(failure -> {
            Attributes event = Attributes.of(
                    EXCEPTION_TYPE, failure.type(),
                    EXCEPTION_MESSAGE, failure.message(),
                    EXCEPTION_STACKTRACE, failure.stacktrace());
            span.addEvent("exception", event, endNanos, TimeUnit.NANOSECONDS);
            span.setStatus(StatusCode.ERROR, failure.message());
        });
        span.end(endNanos, TimeUnit.NANOSECONDS);
        return span;
    }

    private Tracer tracer(Call call) {
        SdkTracerProvider provider = services.get(call.service());
        if (provider == null) {
            throw new IllegalArgumentException("service is not part of the shop: " + call.service());
        }
        return provider.get(call.kind() == SpanKind.SERVER ? "shop.server" : "shop.client", "1.4.2");
    }

    /** Sends what was recorded and waits for the answers; returns how many spans were not acknowledged. */
    int flush() {
        for (SdkTracerProvider provider : services.values()) {
            provider.forceFlush().join(FLUSH_SECONDS_MAX, TimeUnit.SECONDS);
        }
        unflushed = 0;
        return recorded - delivery.acknowledged();
    }

    /** How many spans were recorded in all. */
    int recorded() {
        return recorded;
    }

    @Override
    public void close() {
        services.values().forEach(provider -> provider.shutdown().join(FLUSH_SECONDS_MAX, TimeUnit.SECONDS));
        delivery.close();
    }

    private static long nanos(Instant instant) {
        return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
    }
}
