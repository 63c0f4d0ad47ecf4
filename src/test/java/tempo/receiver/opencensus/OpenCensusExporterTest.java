package tempo.receiver.opencensus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.opencensus.common.Duration;
import io.opencensus.exporter.trace.ocagent.OcAgentTraceExporter;
import io.opencensus.exporter.trace.ocagent.OcAgentTraceExporterConfiguration;
import io.opencensus.trace.AttributeValue;
import io.opencensus.trace.Status;
import io.opencensus.trace.Tracer;
import io.opencensus.trace.Tracing;
import io.opencensus.trace.samplers.Samplers;
import io.opentelemetry.proto.trace.v1.Span;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tempo.NodeFixture;
import tempo.format.OtlpSamples;

/** A trace that OpenCensus' own exporter has sent is found by its id, as it was. */
class OpenCensusExporterTest {
    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of());

    private static final int POLLS_PER_TRACE = 20;

    @Test
    void aTraceOfTheExporterComesBack() throws Exception {
        URI uri = NODE.receiver("OpenCensus");
        OcAgentTraceExporter.createAndRegister(OcAgentTraceExporterConfiguration.builder()
                .setEndPoint(uri.getHost() + ":" + uri.getPort())
                .setServiceName("shop")
                .setUseInsecure(true)
                .setRetryInterval(Duration.create(1, 0))
                .setEnableConfig(false)
                .build());
        try {
            Tracer tracer = Tracing.getTracer();
            // Until the exporter has its stream it drops what it is given, so there is a new trace now and then.
            Map<String, Span> byName = new HashMap<>();
            List<String> sent = new ArrayList<>();
            int[] polls = {0};
            NodeFixture.await("a trace is whole", () -> {
                if (polls[0]++ % POLLS_PER_TRACE == 0) {
                    sent.add(send(tracer));
                }
                return sent.stream().anyMatch(id -> isWhole(id, byName));
            });
            Span order = byName.getOrDefault("order", Span.getDefaultInstance());
            Span pay = byName.getOrDefault("pay", Span.getDefaultInstance());
            assertEquals(order.getSpanId(), pay.getParentSpanId());
            assertEquals(Span.SpanKind.SPAN_KIND_CLIENT, pay.getKind());
            assertEquals(12L, OtlpSamples.attributes(pay.getAttributesList()).get("amount"));
            assertEquals("no money", pay.getStatus().getMessage());
            assertEquals("declined", pay.getEvents(0).getName());
        } finally {
            OcAgentTraceExporter.unregister();
        }
    }

    private static String send(Tracer tracer) {
        io.opencensus.trace.Span root = tracer.spanBuilderWithExplicitParent("order", null)
                .setSampler(Samplers.alwaysSample())
                .startSpan();
        io.opencensus.trace.Span child = tracer.spanBuilderWithExplicitParent("pay", root)
                .setSpanKind(io.opencensus.trace.Span.Kind.CLIENT)
                .startSpan();
        child.putAttribute("amount", AttributeValue.longAttributeValue(12));
        child.addAnnotation("declined");
        child.setStatus(Status.FAILED_PRECONDITION.withDescription("no money"));
        child.end();
        root.end();
        return root.getContext().getTraceId().toLowerBase16();
    }

    private static boolean isWhole(String id, Map<String, Span> byName) {
        byName.clear();
        try {
            OtlpSamples.spans(NODE.trace(id)).forEach(span -> byName.put(span.getName(), span));
            return byName.size() == 2;
        } catch (com.google.protobuf.InvalidProtocolBufferException notThere) {
            return false;
        }
    }
}
