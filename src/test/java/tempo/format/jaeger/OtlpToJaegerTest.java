package tempo.format.jaeger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static tempo.receiver.otlp.OtlpSpans.attribute;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.Event;
import io.opentelemetry.proto.trace.v1.Span.Link;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import tempo.format.FormatException;
import tempo.format.OtlpSamples;
import tempo.receiver.otlp.OtlpSpans;
import tempo.span.TraceSamples;
import tempo.span.WireWriter;

/** What comes back from Jaeger's words is what went into them, but for what they cannot say. */
class OtlpToJaegerTest {
    private static final long BYTES_MAX = 64 << 20;
    private static final String TRACE = "0102030405060708090a0b0c0d0e0f10";
    private static final ByteString OTHER_TRACE =
            ByteString.copyFrom(new byte[16]).substring(1).concat(ByteString.copyFrom(new byte[] {9}));
    private static final ByteString SPAN = ByteString.copyFrom(new byte[] {0, 0, 0, 0, 0, 0, 0, 8});

    /** To Jaeger's words and back. */
    private static TracesData thereAndBack(byte[] otlp) {
        try {
            TracesData.Builder back = TracesData.newBuilder();
            for (byte[] batch : OtlpToJaeger.batches(otlp, 0, otlp.length)) {
                WireWriter request = new WireWriter(batch.length);
                request.bytes(1, batch, 0, batch.length);
                byte[] bytes = request.toByteArray();
                back.mergeFrom(JaegerFormat.PROTOBUF.toOtlp(bytes, 0, bytes.length, BYTES_MAX));
            }
            return back.build();
        } catch (FormatException | InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static TracesData of(Resource resource, InstrumentationScope scope, Span span) {
        return TracesData.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder()
                        .setResource(resource)
                        .addScopeSpans(ScopeSpans.newBuilder().setScope(scope).addSpans(span)))
                .build();
    }

    private static TracesData of(Span.Builder span) {
        return of(
                Resource.newBuilder()
                        .addAttributes(attribute("service.name", "shop"))
                        .build(),
                InstrumentationScope.getDefaultInstance(),
                span.build());
    }

    private static Span.Builder span() {
        return OtlpSpans.span(TRACE, 7).toBuilder().setKind(SpanKind.SPAN_KIND_INTERNAL);
    }

    private static Span back(Span.Builder span) {
        return OtlpSamples.spans(thereAndBack(of(span).toByteArray())).get(0);
    }

    private static KeyValue value(String key, AnyValue.Builder value) {
        return KeyValue.newBuilder().setKey(key).setValue(value).build();
    }

    @Example
    void whatBothCanSayComesBackAsItWas() {
        Span.Builder span = span().setParentSpanId(SPAN)
                .setTraceState("a=b")
                .setKind(SpanKind.SPAN_KIND_CLIENT)
                .setFlags(1)
                .addAttributes(attribute("text", "x"))
                .addAttributes(value("int", AnyValue.newBuilder().setIntValue(-7)))
                .addAttributes(value("real", AnyValue.newBuilder().setDoubleValue(1.5)))
                .addAttributes(value("flag", AnyValue.newBuilder().setBoolValue(true)))
                .addAttributes(
                        value("raw", AnyValue.newBuilder().setBytesValue(ByteString.copyFrom(new byte[] {1, 2}))))
                .setDroppedAttributesCount(1)
                .addEvents(Event.newBuilder()
                        .setTimeUnixNano(1_700_000_000_000_000_123L)
                        .setName("sent")
                        .addAttributes(attribute("to", "bank"))
                        .setDroppedAttributesCount(2))
                .setDroppedEventsCount(3)
                .addLinks(Link.newBuilder()
                        .setTraceId(OTHER_TRACE)
                        .setSpanId(SPAN)
                        .addAttributes(attribute("opentracing.ref_type", "follows_from")))
                .addLinks(Link.newBuilder()
                        .setTraceId(OTHER_TRACE)
                        .setSpanId(SPAN)
                        .addAttributes(attribute("opentracing.ref_type", "child_of")))
                .setDroppedLinksCount(4)
                .setStatus(Status.newBuilder()
                        .setCode(Status.StatusCode.STATUS_CODE_ERROR)
                        .setMessage("no"));
        TracesData sent = of(
                Resource.newBuilder()
                        .addAttributes(attribute("service.name", "shop"))
                        .addAttributes(value("pid", AnyValue.newBuilder().setIntValue(12)))
                        .build(),
                InstrumentationScope.newBuilder().setName("lib").setVersion("2").build(),
                span.build());

        assertEquals(sent, thereAndBack(sent.toByteArray()));
    }

    @Example
    void whatJaegerHasNoWordForIsKeptInOthers() {
        Span back = back(span().addAttributes(value(
                        "list",
                        AnyValue.newBuilder()
                                .setArrayValue(ArrayValue.newBuilder()
                                        .addValues(AnyValue.newBuilder().setStringValue("a"))
                                        .addValues(AnyValue.newBuilder().setIntValue(1)))))
                .addEvents(Event.newBuilder().setName("named").addAttributes(attribute("event", "other")))
                .addLinks(Link.newBuilder()
                        .setTraceId(OTHER_TRACE)
                        .setSpanId(SPAN)
                        .setTraceState("c=d")
                        .addAttributes(attribute("why", "batch"))));
        assertEquals(Map.of("list", "[\"a\",1]"), OtlpSamples.attributes(back.getAttributesList()));
        assertEquals("other", back.getEvents(0).getName());
        assertEquals(
                Map.of("otel.event.name", "named"),
                OtlpSamples.attributes(back.getEvents(0).getAttributesList()));
        assertEquals("link", back.getEvents(1).getName());
        assertEquals(back.getStartTimeUnixNano(), back.getEvents(1).getTimeUnixNano());
        assertEquals(
                Map.of(
                        "trace_id",
                        "00000000000000000000000000000009",
                        "span_id",
                        "0000000000000008",
                        "w3c.tracestate",
                        "c=d",
                        "why",
                        "batch"),
                OtlpSamples.attributes(back.getEvents(1).getAttributesList()));
        assertEquals(
                Map.of("opentracing.ref_type", "follows_from"),
                OtlpSamples.attributes(back.getLinks(0).getAttributesList()));
    }

    @Example
    void aServiceWithoutANameIsTheOneOfTheDefaultResource() {
        TracesData back = thereAndBack(
                of(Resource.getDefaultInstance(), InstrumentationScope.getDefaultInstance(), span().build())
                        .toByteArray());
        assertEquals(
                Map.of("service.name", "unknown_service"),
                OtlpSamples.attributes(back.getResourceSpans(0).getResource().getAttributesList()));
    }

    /** All of a span by its id, without order. */
    private static Map<String, Object> comparable(TracesData traces) {
        Map<String, Object> spans = new TreeMap<>();
        int number = 0;
        for (ResourceSpans resource : traces.getResourceSpansList()) {
            for (ScopeSpans scope : resource.getScopeSpansList()) {
                for (Span span : scope.getSpansList()) {
                    spans.put(
                            String.format("%05d", number++),
                            List.of(
                                    OtlpSamples.attributes(
                                            resource.getResource().getAttributesList()),
                                    scope.getScope(),
                                    OtlpSamples.attributes(span.getAttributesList()),
                                    span.toBuilder().clearAttributes().build()));
                }
            }
        }
        return spans;
    }

    @Property
    void aBatchOfJaegersComesBackTheSame(@ForAll long seed) throws Exception {
        byte[] batch = JaegerBatches.bytes(JaegerFormat.PROTOBUF, new JaegerBatches(seed).next());
        byte[] otlp = JaegerFormat.PROTOBUF.toOtlp(batch, 0, batch.length, BYTES_MAX);
        assertEquals(comparable(TracesData.parseFrom(otlp)), comparable(thereAndBack(otlp)));
    }

    @Property(tries = 200)
    void whateverOtlpSaysIsSaidOnceAndForAll(@ForAll long seed) throws Exception {
        byte[] otlp = new TraceSamples(seed).trace(1 + (int) (seed & 7)).toByteArray();
        TracesData once = thereAndBack(otlp);
        assertEquals(
                OtlpSamples.spans(TracesData.parseFrom(otlp)).size(),
                OtlpSamples.spans(once).size());
        TracesData twice = thereAndBack(once.toByteArray());
        TracesData thrice = thereAndBack(twice.toByteArray());
        assertEquals(comparable(twice), comparable(thrice));
    }

    @Example
    void bytesThatAreNoOtlpAreRefused() {
        FormatException refused =
                assertThrows(FormatException.class, () -> OtlpToJaeger.batches(new byte[] {10, 5}, 0, 2));
        assertEquals("protobuf is not valid: length is 5 but 0 bytes are left, at byte 1", refused.getMessage());
    }
}
