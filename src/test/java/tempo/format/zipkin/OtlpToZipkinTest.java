package tempo.format.zipkin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static tempo.receiver.otlp.OtlpSpans.attribute;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.common.v1.AnyValue;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import tempo.format.FormatException;
import tempo.format.OtlpSamples;
import tempo.receiver.otlp.OtlpSpans;
import tempo.span.TraceSamples;
import zipkin2.Endpoint;
import zipkin2.codec.SpanBytesDecoder;
import zipkin2.codec.SpanBytesEncoder;

/** What comes back from Zipkin's words is what went into them, but for what they cannot say; Zipkin's own library reads them. */
class OtlpToZipkinTest {
    private static final long BYTES_MAX = 64 << 20;
    private static final String TRACE = "0102030405060708090a0b0c0d0e0f10";
    private static final ByteString SPAN = ByteString.copyFrom(new byte[] {0, 0, 0, 0, 0, 0, 0, 8});

    private static byte[] json(TracesData traces) {
        byte[] otlp = traces.toByteArray();
        try {
            return OtlpToZipkin.json(otlp, 0, otlp.length);
        } catch (FormatException e) {
            throw new AssertionError(e);
        }
    }

    private static TracesData back(byte[] json) {
        try {
            return TracesData.parseFrom(ZipkinFormat.JSON_V2.toOtlp(json, 0, json.length, BYTES_MAX));
        } catch (FormatException | InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static TracesData thereAndBack(TracesData traces) {
        return back(json(traces));
    }

    private static TracesData of(Span span, KeyValue... resource) {
        return TracesData.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder()
                        .setResource(Resource.newBuilder()
                                .addAttributes(attribute("service.name", "shop"))
                                .addAllAttributes(List.of(resource)))
                        .addScopeSpans(ScopeSpans.newBuilder()
                                .setScope(InstrumentationScope.newBuilder()
                                        .setName("lib")
                                        .setVersion("2"))
                                .addSpans(span)))
                .build();
    }

    /** Times of whole microseconds. */
    private static Span.Builder span() {
        return OtlpSpans.span(TRACE, 7).toBuilder()
                .setStartTimeUnixNano(1_700_000_000_000_001_000L)
                .setEndTimeUnixNano(1_700_000_000_000_003_000L)
                .setKind(SpanKind.SPAN_KIND_INTERNAL);
    }

    private static zipkin2.Span read(TracesData traces) {
        return SpanBytesDecoder.JSON_V2.decodeOne(json(traces).length == 0 ? new byte[0] : only(json(traces)));
    }

    private static byte[] only(byte[] list) {
        String text = new String(list, UTF_8);
        return text.substring(1, text.length() - 1).getBytes(UTF_8);
    }

    @Example
    void whatBothCanSayComesBackAsItWas() {
        TracesData sent = of(span().setParentSpanId(SPAN)
                .setTraceState("a=b")
                .setKind(SpanKind.SPAN_KIND_CLIENT)
                .addAttributes(attribute("text", "x"))
                .addAttributes(attribute("network.peer.address", "10.0.0.1"))
                .addAttributes(port("network.peer.port", 443))
                .addAttributes(attribute("peer.service", "bank"))
                .setDroppedAttributesCount(1)
                .addEvents(Event.newBuilder()
                        .setTimeUnixNano(1_700_000_000_000_002_000L)
                        .setName("sent")
                        .addAttributes(attribute("to", "bank"))
                        .addAttributes(port("n", 3))
                        .setDroppedAttributesCount(2))
                .addEvents(Event.newBuilder()
                        .setTimeUnixNano(1_700_000_000_000_002_000L)
                        .setName("plain"))
                .setDroppedEventsCount(3)
                .addLinks(Link.newBuilder()
                        .setTraceId(ByteString.copyFrom(new byte[15]).concat(ByteString.copyFrom(new byte[] {9})))
                        .setSpanId(SPAN)
                        .setTraceState("c=d")
                        .addAttributes(attribute("why", "a|b"))
                        .setDroppedAttributesCount(5))
                .setDroppedLinksCount(4)
                .setStatus(Status.newBuilder()
                        .setCode(Status.StatusCode.STATUS_CODE_ERROR)
                        .setMessage("no"))
                .build());
        assertEquals(Set.copyOf(comparable(sent)), Set.copyOf(comparable(thereAndBack(sent))));
    }

    private static KeyValue port(String key, long value) {
        return KeyValue.newBuilder()
                .setKey(key)
                .setValue(AnyValue.newBuilder().setIntValue(value))
                .build();
    }

    @Example
    void zipkinsOwnLibraryReadsWhatTheSpecificationSays() {
        zipkin2.Span read = read(of(
                span().setKind(SpanKind.SPAN_KIND_PRODUCER)
                        .addAttributes(attribute("server.address", "queue"))
                        .addAttributes(port("n", 12))
                        .addAttributes(attribute("error", "own"))
                        .setStatus(Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR))
                        .addEvents(Event.newBuilder()
                                .setTimeUnixNano(1_700_000_000_000_002_000L)
                                .setName("my-event")
                                .addAttributes(attribute("key", "value")))
                        .build(),
                attribute("service.namespace", "eu"),
                attribute("n", "of the resource")));
        assertEquals(TRACE, read.traceId());
        assertEquals(zipkin2.Span.Kind.PRODUCER, read.kind());
        assertEquals(1_700_000_000_000_001L, read.timestampAsLong());
        assertEquals(2, read.durationAsLong());
        assertEquals(Endpoint.newBuilder().serviceName("shop").build(), read.localEndpoint());
        assertEquals(Endpoint.newBuilder().serviceName("queue").build(), read.remoteEndpoint());
        assertEquals(
                "\"my-event\":{\"key\":\"value\"}", read.annotations().get(0).value());
        Map<String, String> tags = new HashMap<>();
        tags.put("server.address", "queue");
        tags.put("n", "12");
        tags.put("otel.resource.n", "of the resource");
        tags.put("service.namespace", "eu");
        tags.put("error", "");
        tags.put("otel.span.error", "own");
        tags.put("otel.status_code", "ERROR");
        tags.put("otel.scope.name", "lib");
        tags.put("otel.library.name", "lib");
        tags.put("otel.scope.version", "2");
        tags.put("otel.library.version", "2");
        assertEquals(tags, read.tags());
    }

    @Example
    void idsOf64BitsAreThatShortAgain() {
        zipkin2.Span read =
                read(of(span().setTraceId(ByteString.copyFrom(new byte[15]).concat(ByteString.copyFrom(new byte[] {9})))
                        .build()));
        assertEquals("0000000000000009", read.traceId());
    }

    @Example
    void anEventWhoseNameLooksLikeATextOfAttributesComesBack() {
        TracesData sent = of(span().addEvents(Event.newBuilder()
                        .setTimeUnixNano(1_700_000_000_000_002_000L)
                        .setName("\"a\": {\"b\": 1}"))
                .build());
        assertEquals(
                "\"a\": {\"b\": 1}",
                OtlpSamples.spans(thereAndBack(sent)).get(0).getEvents(0).getName());
    }

    private static List<Object> comparable(TracesData traces) {
        List<Object> spans = new java.util.ArrayList<>();
        for (ResourceSpans resource : traces.getResourceSpansList()) {
            for (ScopeSpans scope : resource.getScopeSpansList()) {
                for (Span span : scope.getSpansList()) {
                    spans.add(List.of(
                            OtlpSamples.attributes(resource.getResource().getAttributesList()),
                            scope.getScope(),
                            OtlpSamples.attributes(span.getAttributesList()),
                            span.toBuilder().clearAttributes().build()));
                }
            }
        }
        return spans;
    }

    @Property
    void spansOfZipkinsComeBackTheSame(@ForAll long seed) throws Exception {
        byte[] json = SpanBytesEncoder.JSON_V2.encodeList(new ZipkinSpans(seed).complete());
        TracesData otlp = back(json);
        assertEquals(new HashSet<>(comparable(otlp)), new HashSet<>(comparable(thereAndBack(otlp))));
    }

    @Property(tries = 200)
    void whateverOtlpSaysZipkinsLibraryReads(@ForAll long seed) {
        TracesData traces = new TraceSamples(seed).trace(1 + (int) (seed & 7));
        byte[] json = json(traces);
        assertEquals(
                OtlpSamples.spans(traces).size(),
                SpanBytesDecoder.JSON_V2.decodeList(json).size());
        TracesData twice = thereAndBack(back(json));
        assertEquals(new HashSet<>(comparable(twice)), new HashSet<>(comparable(thereAndBack(twice))));
        assertTrue(json.length > 0);
    }
}
