package tempo.format.jaeger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static tempo.format.jaeger.JaegerBatches.text;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.jaegertracing.thriftjava.Batch;
import io.jaegertracing.thriftjava.Log;
import io.jaegertracing.thriftjava.Process;
import io.jaegertracing.thriftjava.Span;
import io.jaegertracing.thriftjava.SpanRef;
import io.jaegertracing.thriftjava.SpanRefType;
import io.jaegertracing.thriftjava.Tag;
import io.jaegertracing.thriftjava.TagType;
import io.opentelemetry.proto.trace.v1.Span.Event;
import io.opentelemetry.proto.trace.v1.Span.Link;
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
import tempo.span.WireWriter;

/** What Jaeger's clients write comes out as the OpenTelemetry specification says; and alike, however it was written. */
class JaegerFormatTest {
    private static final long START = 1_700_000_000_123_456L;
    private static final long BYTES_MAX = 64 << 20;

    private static TracesData translate(JaegerFormat format, byte[] bytes) {
        try {
            return TracesData.parseFrom(format.toOtlp(bytes, 0, bytes.length, BYTES_MAX));
        } catch (FormatException | InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static Span span() {
        return new Span(2, 1, 3, 0, "get", 1, START, 1_500);
    }

    private static TracesData translate(Span span) {
        return translate(
                JaegerFormat.THRIFT,
                JaegerBatches.bytes(JaegerFormat.THRIFT, new Batch(new Process("shop"), List.of(span))));
    }

    private static io.opentelemetry.proto.trace.v1.Span only(TracesData traces) {
        assertEquals(1, traces.getResourceSpansCount());
        return traces.getResourceSpans(0).getScopeSpans(0).getSpans(0);
    }

    private static io.opentelemetry.proto.trace.v1.Span tagged(Tag... tags) {
        return only(translate(span().setTags(List.of(tags))));
    }

    private static ByteString id(long... halves) {
        java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate(8 * halves.length);
        for (long half : halves) {
            bytes.putLong(half);
        }
        return ByteString.copyFrom(bytes.flip());
    }

    @Example
    void eachFieldHasItsPlace() {
        Process process = new Process("shop");
        process.setTags(List.of(text("hostname", "a"), new Tag("pid", TagType.LONG).setVLong(7)));
        Span span = span();
        span.setTags(List.of(
                text("http.path", "/x"),
                new Tag("n", TagType.LONG).setVLong(-7),
                new Tag("d", TagType.DOUBLE).setVDouble(1.5),
                new Tag("b", TagType.BOOL).setVBool(true),
                new Tag("raw", TagType.BINARY).setVBinary(new byte[] {1, 2}),
                text("span.kind", "client")));
        span.setLogs(List.of(new Log(START + 100, List.of(text("event", "sent"), text("to", "bank")))));
        span.setFlags(1 | 2 | 8);
        TracesData traces = translate(
                JaegerFormat.THRIFT, JaegerBatches.bytes(JaegerFormat.THRIFT, new Batch(process, List.of(span))));
        assertEquals(
                Map.of("service.name", "shop", "hostname", "a", "pid", 7L),
                OtlpSamples.attributes(traces.getResourceSpans(0).getResource().getAttributesList()));
        io.opentelemetry.proto.trace.v1.Span found = only(traces);
        assertEquals(id(1, 2), found.getTraceId());
        assertEquals(id(3), found.getSpanId());
        assertEquals(ByteString.EMPTY, found.getParentSpanId());
        assertEquals("get", found.getName());
        assertEquals(SpanKind.SPAN_KIND_CLIENT, found.getKind());
        assertEquals(START * 1_000, found.getStartTimeUnixNano());
        assertEquals((START + 1_500) * 1_000, found.getEndTimeUnixNano());
        assertEquals(1, found.getFlags());
        assertEquals(
                Map.of(
                        "http.path",
                        "/x",
                        "n",
                        -7L,
                        "d",
                        1.5,
                        "b",
                        true,
                        "raw",
                        ByteString.copyFrom(new byte[] {1, 2}),
                        "jaeger.debug",
                        true,
                        "jaeger.flags",
                        11L),
                OtlpSamples.attributes(found.getAttributesList()));
        Event event = found.getEvents(0);
        assertEquals("sent", event.getName());
        assertEquals((START + 100) * 1_000, event.getTimeUnixNano());
        assertEquals(Map.of("to", "bank"), OtlpSamples.attributes(event.getAttributesList()));
    }

    @Example
    void aSpanWithoutKindIsInternal() {
        assertEquals(SpanKind.SPAN_KIND_INTERNAL, tagged().getKind());
        io.opentelemetry.proto.trace.v1.Span other = tagged(text("span.kind", "broker"));
        assertEquals(SpanKind.SPAN_KIND_INTERNAL, other.getKind());
        assertEquals(Map.of("span.kind", "broker"), OtlpSamples.attributes(other.getAttributesList()));
    }

    @Example
    void statusStandsInTags() {
        Tag error = new Tag("error", TagType.BOOL).setVBool(true);
        assertEquals(
                Status.StatusCode.STATUS_CODE_ERROR, tagged(error).getStatus().getCode());
        assertEquals(0, tagged(error).getAttributesCount());
        Status told = tagged(text("otel.status_code", "ERROR"), text("otel.status_description", "no money"), error)
                .getStatus();
        assertEquals("no money", told.getMessage());
        assertEquals(
                Status.StatusCode.STATUS_CODE_OK,
                tagged(text("otel.status_code", "OK")).getStatus().getCode());
        io.opentelemetry.proto.trace.v1.Span no = tagged(new Tag("error", TagType.BOOL).setVBool(false));
        assertEquals(Status.getDefaultInstance(), no.getStatus());
        assertEquals(Map.of("error", false), OtlpSamples.attributes(no.getAttributesList()));
    }

    @Example
    void scopeAndTraceStateStandInTags() {
        TracesData traces = translate(span().setTags(List.of(
                text("otel.library.name", "lib"),
                text("otel.scope.name", "lib"),
                text("otel.scope.version", "1.2"),
                text("w3c.tracestate", "a=b"))));
        assertEquals(
                "lib", traces.getResourceSpans(0).getScopeSpans(0).getScope().getName());
        assertEquals(
                "1.2", traces.getResourceSpans(0).getScopeSpans(0).getScope().getVersion());
        assertEquals("a=b", only(traces).getTraceState());
        assertEquals(0, only(traces).getAttributesCount());
    }

    private static SpanRef reference(SpanRefType type, long traceHigh, long traceLow, long span) {
        return new SpanRef(type, traceLow, traceHigh, span);
    }

    @Example
    void parentIsTheFieldElseAChildOfElseAFollowsFrom() {
        Span span = span();
        span.setReferences(List.of(
                reference(SpanRefType.CHILD_OF, 9, 9, 4),
                reference(SpanRefType.FOLLOWS_FROM, 1, 2, 5),
                reference(SpanRefType.CHILD_OF, 1, 2, 6)));
        io.opentelemetry.proto.trace.v1.Span found = only(translate(span));
        assertEquals(id(6), found.getParentSpanId());
        assertEquals(2, found.getLinksCount());
        Link first = found.getLinks(0);
        assertEquals(id(9, 9), first.getTraceId());
        assertEquals(id(4), first.getSpanId());
        assertEquals(Map.of("opentracing.ref_type", "child_of"), OtlpSamples.attributes(first.getAttributesList()));
        assertEquals(
                Map.of("opentracing.ref_type", "follows_from"),
                OtlpSamples.attributes(found.getLinks(1).getAttributesList()));

        span.setReferences(List.of(reference(SpanRefType.FOLLOWS_FROM, 1, 2, 5)));
        io.opentelemetry.proto.trace.v1.Span following = only(translate(span));
        assertEquals(id(5), following.getParentSpanId());
        assertEquals(1, following.getLinksCount());

        span.setParentSpanId(8);
        assertEquals(id(8), only(translate(span)).getParentSpanId());
    }

    @Example
    void aSpanMayHaveAProcessOfItsOwn() {
        WireWriter out = new WireWriter(256);
        int request = out.begin(1);
        for (int i = 1; i <= 3; i++) {
            int span = out.begin(1);
            out.string(3, "span " + i);
            if (i == 2) {
                int process = out.begin(10);
                out.string(1, "other");
                out.end(process);
            }
            out.string(11, "p1");
            out.string(12, "warned");
            out.end(span);
        }
        int process = out.begin(2);
        out.string(1, "shop");
        out.end(process);
        out.end(request);
        TracesData traces = translate(JaegerFormat.PROTOBUF, out.toByteArray());
        assertEquals(2, traces.getResourceSpansCount());
        assertEquals(2, traces.getResourceSpans(0).getScopeSpans(0).getSpansCount());
        assertEquals(
                Map.of("service.name", "other"),
                OtlpSamples.attributes(traces.getResourceSpans(1).getResource().getAttributesList()));
        assertEquals(
                "{@jaeger@warnings=[warned], jaeger.process_id=p1}",
                OtlpSamples.attributes(traces.getResourceSpans(1)
                                .getScopeSpans(0)
                                .getSpans(0)
                                .getAttributesList())
                        .toString());
    }

    @Example
    void timesThatAreNoneAreKept() {
        Span span = span();
        span.setStartTime(-5);
        span.setDuration(-1);
        io.opentelemetry.proto.trace.v1.Span found = only(translate(span));
        assertEquals(0, found.getStartTimeUnixNano());
        assertEquals(
                Map.of("jaeger.start_time", -5_000L, "jaeger.duration", -1_000L),
                OtlpSamples.attributes(found.getAttributesList()));
        span.setStartTime(Long.MAX_VALUE);
        assertEquals(Long.MAX_VALUE, only(translate(span)).getStartTimeUnixNano());
    }

    @Example
    void textThatIsNotUtf8IsReplaced() {
        Span span = span();
        span.setTags(List.of(text("a", "xx")));
        byte[] bytes = JaegerBatches.bytes(JaegerFormat.THRIFT, new Batch(new Process("shop"), List.of(span)));
        int at = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("xx");
        bytes[at] = (byte) 0xff;
        assertEquals(
                Map.of("a", "\ufffdx"),
                OtlpSamples.attributes(
                        only(translate(JaegerFormat.THRIFT, bytes)).getAttributesList()));
    }

    @Example
    void zipkinSpansAreTakenFromAnAgentsCall() {
        // emitZipkinBatch, version 1 of the compact protocol, one span: trace id 1, name "old", id 2.
        byte[] name = "emitZipkinBatch".getBytes(UTF_8);
        java.nio.ByteBuffer call = java.nio.ByteBuffer.allocate(64);
        call.put((byte) 0x82)
                .put((byte) 0x21)
                .put((byte) 0)
                .put((byte) name.length)
                .put(name);
        call.put((byte) 0x19).put((byte) 0x1c);
        call.put((byte) 0x16).put((byte) 2).put((byte) 0x28).put((byte) 3).put("old".getBytes(UTF_8));
        call.put((byte) 0x16).put((byte) 4).put((byte) 0).put((byte) 0);
        byte[] bytes = java.util.Arrays.copyOf(call.array(), call.position());
        io.opentelemetry.proto.trace.v1.Span span = only(translate(JaegerFormat.AGENT_COMPACT, bytes));
        assertEquals("old", span.getName());
        assertEquals(id(0, 1), span.getTraceId());
        assertEquals(id(2), span.getSpanId());
    }

    @Example
    void aSmallRequestDoesNotBecomeALargeOne() {
        Batch batch = new Batch(new Process("shop"), java.util.Collections.nCopies(1_000, span()));
        byte[] bytes = JaegerBatches.bytes(JaegerFormat.THRIFT, batch);
        FormatException refused =
                assertThrows(FormatException.class, () -> JaegerFormat.THRIFT.toOtlp(bytes, 0, bytes.length, 10_000));
        assertEquals("spans become more than 10000 bytes when they are translated", refused.getMessage());
    }

    @Example
    void whatIsWrongIsNamed() {
        assertMessage(
                JaegerFormat.PROTOBUF, new byte[] {10, 5}, "protobuf is not valid: length is 5 but 0 bytes are left");
        assertMessage(JaegerFormat.THRIFT, new byte[] {12, 0}, "thrift is not valid: value is cut off, at byte 1");
        assertMessage(
                JaegerFormat.AGENT_COMPACT, new byte[] {1}, "thrift is not valid: message begins with 1 and not 82");
        assertMessage(JaegerFormat.THRIFT, new byte[] {0, 0}, "thrift is not valid: 1 bytes follow the batch");
    }

    private static void assertMessage(JaegerFormat format, byte[] bytes, String start) {
        FormatException failure =
                assertThrows(FormatException.class, () -> format.toOtlp(bytes, 0, bytes.length, BYTES_MAX));
        String message = String.valueOf(failure.getMessage());
        assertEquals(start, message.substring(0, Math.min(start.length(), message.length())));
    }

    @Property(tries = 500)
    void allFormatsSayTheSame(@ForAll long seed) {
        Batch batch = new JaegerBatches(seed).next();
        TracesData expected = translate(JaegerFormat.THRIFT, JaegerBatches.bytes(JaegerFormat.THRIFT, batch));
        for (JaegerFormat format : JaegerFormat.values()) {
            assertEquals(expected, translate(format, JaegerBatches.bytes(format, batch)), format.name());
        }
    }
}
