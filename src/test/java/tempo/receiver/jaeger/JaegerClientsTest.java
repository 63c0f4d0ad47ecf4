package tempo.receiver.jaeger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jaegertracing.internal.JaegerSpan;
import io.jaegertracing.internal.JaegerTracer;
import io.jaegertracing.internal.reporters.RemoteReporter;
import io.jaegertracing.internal.samplers.ConstSampler;
import io.jaegertracing.spi.Sender;
import io.jaegertracing.thrift.internal.senders.HttpSender;
import io.jaegertracing.thrift.internal.senders.UdpSender;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import io.opentracing.References;
import io.opentracing.tag.Tags;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tempo.NodeFixture;
import tempo.format.OtlpSamples;

/** Traces that Jaeger's own client has sent are found by their ids, as they were. */
class JaegerClientsTest {
    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of());

    private static Sender sender(String receiver) throws Exception {
        URI uri = NODE.receiver(receiver);
        return receiver.equals("Jaeger HTTP")
                ? new HttpSender.Builder(uri + "/api/traces").build()
                : new UdpSender(uri.getHost(), uri.getPort(), 0);
    }

    private static TracesData wholeTrace(String id, int spans) throws Exception {
        NodeFixture.await("trace " + id + " has " + spans + " spans", () -> {
            try {
                return OtlpSamples.spans(NODE.trace(id)).size() == spans;
            } catch (com.google.protobuf.InvalidProtocolBufferException notThereYet) {
                return false;
            }
        });
        return NODE.trace(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Jaeger HTTP", "Jaeger compact"})
    void aTraceOfJaegersClientComesBack(String receiver) throws Exception {
        String traceId;
        try (JaegerTracer tracer = new JaegerTracer.Builder("shop")
                .withSampler(new ConstSampler(true))
                .withReporter(new RemoteReporter.Builder()
                        .withSender(sender(receiver))
                        .build())
                .withTag("zone", "a")
                .build()) {
            JaegerSpan root = tracer.buildSpan("order")
                    .withTag(Tags.SPAN_KIND.getKey(), Tags.SPAN_KIND_SERVER)
                    .start();
            JaegerSpan child = tracer.buildSpan("pay")
                    .asChildOf(root)
                    .withTag("amount", 12)
                    .withTag(Tags.ERROR.getKey(), true)
                    .start();
            child.log(Map.of("event", "declined", "by", "bank"));
            child.finish();
            JaegerSpan mail = tracer.buildSpan("mail")
                    .addReference(References.FOLLOWS_FROM, child.context())
                    .start();
            mail.finish();
            root.finish();
            traceId = root.context().getTraceId();
        }
        TracesData trace = wholeTrace(traceId, 3);
        ResourceSpans resource = trace.getResourceSpans(0);
        Map<String, Object> process =
                OtlpSamples.attributes(resource.getResource().getAttributesList());
        assertEquals("shop", process.get("service.name"));
        assertEquals("a", process.get("zone"));
        Map<String, Span> byName = new HashMap<>();
        OtlpSamples.spans(trace).forEach(span -> byName.put(span.getName(), span));
        Span order = byName.getOrDefault("order", Span.getDefaultInstance());
        Span pay = byName.getOrDefault("pay", Span.getDefaultInstance());
        Span mail = byName.getOrDefault("mail", Span.getDefaultInstance());
        assertEquals(Span.SpanKind.SPAN_KIND_SERVER, order.getKind());
        assertEquals(order.getSpanId(), pay.getParentSpanId());
        assertEquals(Status.StatusCode.STATUS_CODE_ERROR, pay.getStatus().getCode());
        assertEquals(12L, OtlpSamples.attributes(pay.getAttributesList()).get("amount"));
        assertEquals("declined", pay.getEvents(0).getName());
        assertEquals(
                Map.of("by", "bank"), OtlpSamples.attributes(pay.getEvents(0).getAttributesList()));
        assertEquals(pay.getSpanId(), mail.getParentSpanId());
        assertEquals(
                Map.of("opentracing.ref_type", "follows_from"),
                OtlpSamples.attributes(mail.getLinks(0).getAttributesList()));
        assertTrue(order.getEndTimeUnixNano() >= order.getStartTimeUnixNano());
        assertEquals(List.of(), NODE.complaints());
    }
}
