package tempo.receiver;

import static java.util.concurrent.TimeUnit.MICROSECONDS;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;

/** {@link SameTrace}, made by OpenTelemetry's SDK. */
public final class SameTraceOfTheSdk {
    private SameTraceOfTheSdk() {}

    /** Sends it, and returns its id once all is answered. */
    public static String send(SpanExporter exporter) {
        Resource resource = Resource.create(
                Attributes.of(AttributeKey.stringKey("service.name"), "shop", AttributeKey.stringKey("zone"), "a"));
        try (SdkTracerProvider provider = SdkTracerProvider.builder()
                .setResource(resource)
                .addSpanProcessor(BatchSpanProcessor.builder(exporter).build())
                .build()) {
            Tracer tracer = provider.get("lib", "1.2");
            Span order = tracer.spanBuilder("order")
                    .setNoParent()
                    .setSpanKind(SpanKind.SERVER)
                    .setStartTimestamp(SameTrace.ORDER_START, MICROSECONDS)
                    .setAttribute("http.path", "/x")
                    .startSpan();
            Span pay = tracer.spanBuilder("pay")
                    .setParent(Context.root().with(order))
                    .setSpanKind(SpanKind.CLIENT)
                    .setStartTimestamp(SameTrace.PAY_START, MICROSECONDS)
                    .setAttribute("amount", 12)
                    .setAttribute("retry", true)
                    .setAttribute("card", "visa")
                    .startSpan();
            pay.addEvent(
                    "declined",
                    Attributes.of(AttributeKey.stringKey("reason"), "no money"),
                    SameTrace.DECLINED,
                    MICROSECONDS);
            pay.setStatus(StatusCode.ERROR, "no money");
            pay.end(SameTrace.PAY_END, MICROSECONDS);
            order.end(SameTrace.ORDER_END, MICROSECONDS);
            return order.getSpanContext().getTraceId();
        }
    }
}
