package tempo.format.zipkin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.trace.v1.Span.Event;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import tempo.format.FormatException;
import tempo.format.OtlpSamples;
import zipkin2.Span;
import zipkin2.codec.SpanBytesEncoder;

/** What Zipkin's clients write comes out as the OpenTelemetry specification says; and alike, however it was written. */
class ZipkinFormatTest {
    private static final long START = 1_700_000_000_123_456L;

    private static TracesData translate(ZipkinFormat format, byte[] bytes) {
        try {
            return TracesData.parseFrom(format.toOtlp(bytes, 0, bytes.length, 64 << 20));
        } catch (FormatException | InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static TracesData json(String text) {
        return translate(ZipkinFormat.JSON_V2, text.getBytes(UTF_8));
    }

    private static io.opentelemetry.proto.trace.v1.Span only(TracesData traces) {
        assertEquals(1, traces.getResourceSpansCount());
        assertEquals(1, traces.getResourceSpans(0).getScopeSpansCount());
        assertEquals(1, traces.getResourceSpans(0).getScopeSpans(0).getSpansCount());
        return traces.getResourceSpans(0).getScopeSpans(0).getSpans(0);
    }

    private static io.opentelemetry.proto.trace.v1.Span span(String fields) {
        return only(json("[{\"traceId\":\"a1\",\"id\":\"b2\"," + fields + "}]"));
    }

    private static ByteString bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return ByteString.copyFrom(bytes);
    }

    @Example
    void eachFieldHasItsPlace() {
        TracesData traces = json(
                """
                [{"traceId":"0102030405060708090a0b0c0d0e0f10","parentId":"2","id":"1122334455667788","kind":"CLIENT","name":"get",
                  "timestamp":1700000000123456,"duration":1500,"debug":true,"shared":true,
                  "localEndpoint":{"serviceName":"front","ipv4":"10.0.0.1","port":8080},
                  "remoteEndpoint":{"serviceName":"back","ipv4":"10.0.0.2","ipv6":"2001:db8::1","port":9000},
                  "annotations":[{"timestamp":1700000000123556,"value":"sent"}],
                  "tags":{"http.path":"/x","n":"7"},"other":{"a":[1]}}]
                """);
        assertEquals(
                Map.of("service.name", "front"),
                OtlpSamples.attributes(traces.getResourceSpans(0).getResource().getAttributesList()));
        io.opentelemetry.proto.trace.v1.Span span = only(traces);
        assertEquals(bytes(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16), span.getTraceId());
        assertEquals(bytes(0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88), span.getSpanId());
        assertEquals(bytes(0, 0, 0, 0, 0, 0, 0, 2), span.getParentSpanId());
        assertEquals(SpanKind.SPAN_KIND_CLIENT, span.getKind());
        assertEquals("get", span.getName());
        assertEquals(START * 1_000, span.getStartTimeUnixNano());
        assertEquals((START + 1_500) * 1_000, span.getEndTimeUnixNano());
        assertEquals(
                Map.of(
                        "http.path", "/x",
                        "n", "7",
                        "network.local.address", "10.0.0.1",
                        "network.local.port", 8080L,
                        "peer.service", "back",
                        "network.peer.address", "10.0.0.2",
                        "zipkin.remote_endpoint.ipv6", "2001:db8::1",
                        "network.peer.port", 9000L,
                        "zipkin.debug", true,
                        "zipkin.shared", true),
                OtlpSamples.attributes(span.getAttributesList()));
        Event event = span.getEvents(0);
        assertEquals("sent", event.getName());
        assertEquals((START + 100) * 1_000, event.getTimeUnixNano());
    }

    @Example
    void shortTraceIdsArePadded() {
        assertEquals(
                bytes(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xa1),
                span("\"name\":\"x\"").getTraceId());
    }

    @Example
    void aSpanWithABadIdIsPassedOnWithoutIt() {
        for (String id : List.of("xyz", "", "000102030405060708090a0b0c0d0e0f10")) {
            List<io.opentelemetry.proto.trace.v1.Span> spans = OtlpSamples.spans(
                    json("[{\"traceId\":\"" + id + "\",\"id\":\"1\"},{\"traceId\":\"1\",\"id\":\"2\"}]"));
            assertEquals(ByteString.EMPTY, spans.get(0).getTraceId());
            assertEquals(16, spans.get(1).getTraceId().size());
        }
        assertEquals(
                ByteString.EMPTY,
                only(json("[{\"traceId\":\"1\",\"id\":\"11223344556677889\"}]")).getSpanId());
    }

    @Example
    void aSpanWithoutAKindIsInternal() {
        assertEquals(SpanKind.SPAN_KIND_INTERNAL, span("\"name\":\"x\"").getKind());
        io.opentelemetry.proto.trace.v1.Span odd = span("\"kind\":\"ODD\"");
        assertEquals(SpanKind.SPAN_KIND_INTERNAL, odd.getKind());
        assertEquals("ODD", OtlpSamples.attributes(odd.getAttributesList()).get("zipkin.kind"));
    }

    @Example
    void statusIsInTagsOfItsOwn() {
        io.opentelemetry.proto.trace.v1.Span failed =
                span("\"tags\":{\"error\":\"no route\",\"otel.status_code\":\"ERROR\"}");
        assertEquals(
                Status.newBuilder()
                        .setCode(Status.StatusCode.STATUS_CODE_ERROR)
                        .setMessage("no route")
                        .build(),
                failed.getStatus());
        assertEquals(0, failed.getAttributesCount() - 1);
        assertEquals(
                Status.StatusCode.STATUS_CODE_ERROR,
                span("\"tags\":{\"error\":\"\"}").getStatus().getCode());
        assertEquals(
                Status.StatusCode.STATUS_CODE_OK,
                span("\"tags\":{\"otel.status_code\":\"OK\"}").getStatus().getCode());
        io.opentelemetry.proto.trace.v1.Span fine = span("\"tags\":{\"error\":\"false\"}");
        assertEquals(Status.StatusCode.STATUS_CODE_UNSET, fine.getStatus().getCode());
        assertEquals("false", OtlpSamples.attributes(fine.getAttributesList()).get("error"));
        io.opentelemetry.proto.trace.v1.Span two =
                span("\"tags\":{\"error\":\"one\",\"otel.status_description\":\"other\"}");
        assertEquals("other", two.getStatus().getMessage());
        assertEquals("one", OtlpSamples.attributes(two.getAttributesList()).get("error"));
    }

    @Example
    void whatOpenTelemetryPutIntoTagsComesOut() {
        TracesData traces = json(
                """
                [{"traceId":"1","id":"2","timestamp":1700000000123456,"tags":{"otel.scope.name":"lib","otel.library.version":"1.2",
                  "w3c.tracestate":"a=b","otel.dropped_attributes_count":"3","otel.dropped_events_count":"4",
                  "otel.dropped_links_count":"x"},
                  "annotations":[{"timestamp":1700000000123457,"value":"\\"retry\\": {\\"n\\":2,\\"f\\":1.5,\\"ok\\":false,\\"s\\":\\"t\\"}"},
                    {"timestamp":1700000000123457,"value":"\\"retry\\": {\\"n\\":[2]}"}]}]
                """);
        assertEquals(
                "lib", traces.getResourceSpans(0).getScopeSpans(0).getScope().getName());
        assertEquals(
                "1.2", traces.getResourceSpans(0).getScopeSpans(0).getScope().getVersion());
        io.opentelemetry.proto.trace.v1.Span span = only(traces);
        assertEquals("a=b", span.getTraceState());
        assertEquals(3, span.getDroppedAttributesCount());
        assertEquals(4, span.getDroppedEventsCount());
        assertEquals(Map.of("otel.dropped_links_count", "x"), OtlpSamples.attributes(span.getAttributesList()));
        assertEquals("retry", span.getEvents(0).getName());
        assertEquals(
                Map.of("n", 2L, "f", 1.5, "ok", false, "s", "t"),
                OtlpSamples.attributes(span.getEvents(0).getAttributesList()));
        assertEquals("\"retry\": {\"n\":[2]}", span.getEvents(1).getName());
    }

    @Example
    void aSpanWithoutAStartBeginsWithItsFirstAnnotation() {
        io.opentelemetry.proto.trace.v1.Span span = span(
                "\"duration\":5,\"annotations\":[{\"timestamp\":30,\"value\":\"b\"},{\"timestamp\":20,\"value\":\"a\"}]");
        assertEquals(20_000, span.getStartTimeUnixNano());
        assertEquals(25_000, span.getEndTimeUnixNano());
        assertEquals(
                Map.of("otel.zipkin.absentField.startTime", true), OtlpSamples.attributes(span.getAttributesList()));
        io.opentelemetry.proto.trace.v1.Span far = span("\"timestamp\":9223372036854775807,\"duration\":-3");
        assertEquals(0, far.getStartTimeUnixNano());
        assertEquals(
                Map.of(
                        "otel.zipkin.absentField.startTime",
                        true,
                        "zipkin.timestamp",
                        Long.MAX_VALUE,
                        "zipkin.duration",
                        -3L),
                OtlpSamples.attributes(far.getAttributesList()));
    }

    @Example
    void tagsComeBeforeWhatWouldHaveTheirNames() {
        io.opentelemetry.proto.trace.v1.Span span = span(
                """
                "timestamp":7,"remoteEndpoint":{"serviceName":"s","ipv4":"1.2.3.4","port":5},
                "tags":{"peer.service":"t","network.peer.address":"u","network.peer.port":"v"}""");
        assertEquals(
                Map.of(
                        "peer.service", "t",
                        "network.peer.address", "u",
                        "network.peer.port", "v",
                        "zipkin.remote_endpoint.service_name", "s",
                        "zipkin.remote_endpoint.ipv4", "1.2.3.4",
                        "zipkin.remote_endpoint.port", 5L),
                OtlpSamples.attributes(span.getAttributesList()));
    }

    @Example
    void spansOfAServiceAreTogether() {
        TracesData traces = json(
                """
                [{"traceId":"1","id":"1","localEndpoint":{"serviceName":"a"}},
                 {"traceId":"1","id":"2","localEndpoint":{"serviceName":"b"}},
                 {"traceId":"1","id":"3","localEndpoint":{"serviceName":"a"}},{"traceId":"1","id":"4"}]
                """);
        assertEquals(3, traces.getResourceSpansCount());
        assertEquals(2, traces.getResourceSpans(0).getScopeSpans(0).getSpansCount());
        assertEquals(0, traces.getResourceSpans(2).getResource().getAttributesCount());
    }

    @Example
    void whatIsWrongIsNamed() {
        assertMessage("[{\"traceId\":5}]", "[0].traceId is not a string: 5");
        assertMessage("{}", "body is not an array of spans: an object");
        assertMessage("[{\"traceId\":\"1\"},7]", "[1] is not an object: 7");
        assertMessage("[{\"tags\":{\"a\":{}}}]", "[0].tags.a is not a string: an object");
        assertMessage("[{\"localEndpoint\":{\"port\":70000}}]", "[0].localEndpoint.port is not a port: 70000");
        assertMessage("[", "body is not valid json");
        assertMessage("", "body is empty");
    }

    private static void assertMessage(String text, String start) {
        byte[] bytes = text.getBytes(UTF_8);
        FormatException failure = assertThrows(
                FormatException.class, () -> ZipkinFormat.JSON_V2.toOtlp(bytes, 0, bytes.length, 64 << 20));
        String message = String.valueOf(failure.getMessage());
        assertTrue(message.startsWith(start), message);
    }

    @Property(tries = 500)
    void jsonAndProtobufSayTheSame(@ForAll long seed) {
        List<Span> spans = new ZipkinSpans(seed).some();
        TracesData json = translate(ZipkinFormat.JSON_V2, SpanBytesEncoder.JSON_V2.encodeList(spans));
        TracesData protobuf = translate(ZipkinFormat.PROTOBUF_V2, SpanBytesEncoder.PROTO3.encodeList(spans));
        assertEquals(json, protobuf);
        assertEquals(spans.size(), OtlpSamples.spans(json).size());
    }

    @Property(tries = 500)
    void bothFormsOfVersion1SayTheSame(@ForAll long seed) {
        List<Span> spans = new ZipkinSpans(seed).some();
        TracesData json = translate(ZipkinFormat.JSON_V1, SpanBytesEncoder.JSON_V1.encodeList(spans));
        TracesData thrift = translate(ZipkinFormat.THRIFT_V1, SpanBytesEncoder.THRIFT.encodeList(spans));
        assertEquals(json, thrift);
    }

    /** But for what version 1 cannot say: kinds of spans without a time, the difference between no kind and one without endpoint. */
    @Property(tries = 500)
    void version1SaysTheSameAsVersion2(@ForAll long seed) {
        List<Span> spans = new ZipkinSpans(seed).complete();
        TracesData second = translate(ZipkinFormat.JSON_V2, SpanBytesEncoder.JSON_V2.encodeList(spans));
        TracesData first = translate(ZipkinFormat.THRIFT_V1, SpanBytesEncoder.THRIFT.encodeList(spans));
        assertEquals(second, first);
    }
}
