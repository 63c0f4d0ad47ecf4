package tempo.format.jaeger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static tempo.receiver.otlp.OtlpSpans.attribute;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.Event;
import io.opentelemetry.proto.trace.v1.Span.Link;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import tempo.format.FormatException;
import tempo.receiver.otlp.OtlpSpans;
import tempo.span.MalformedProtobufException;
import tempo.span.TraceSamples;

/** A trace in the JSON that Jaeger's UI reads, and warnings in a trace. */
class JaegerTraceJsonTest {
    private static final String ID = "0102030405060708090a0b0c0d0e0f10";
    private static final ByteString PARENT = ByteString.copyFrom(new byte[] {0, 0, 0, 0, 0, 0, 0, 9});

    private static JsonNode json(byte[] otlp, List<String> warnings) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = new JsonFactory().createGenerator(bytes)) {
            JaegerTraceJson.write(out, otlp, 0, otlp.length, warnings);
        }
        return new ObjectMapper().readTree(bytes.toByteArray());
    }

    private static JsonNode json(Span.Builder span) throws Exception {
        return json(OtlpSpans.request(span.build()).toByteArray(), List.of())
                .get("spans")
                .get(0);
    }

    /** Tags by key, each as its type and value. */
    private static Map<String, String> tags(JsonNode tags) {
        Map<String, String> all = new TreeMap<>();
        tags.forEach(tag -> all.put(tag.get("key").asText(), tag.get("type").asText() + " " + tag.get("value")));
        return all;
    }

    private static KeyValue value(String key, AnyValue.Builder value) {
        return KeyValue.newBuilder().setKey(key).setValue(value).build();
    }

    @Example
    void tagsHaveTheirTypesAndWhatJavaScriptWouldRoundIsText() throws Exception {
        JsonNode span = json(OtlpSpans.span(ID, 1).toBuilder()
                .setKind(SpanKind.SPAN_KIND_SERVER)
                .setStatus(Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR))
                .addAttributes(attribute("text", "x"))
                .addAttributes(value("flag", AnyValue.newBuilder().setBoolValue(false)))
                .addAttributes(value("int", AnyValue.newBuilder().setIntValue((1L << 53) - 1)))
                .addAttributes(value("large", AnyValue.newBuilder().setIntValue(1L << 53)))
                .addAttributes(value("least", AnyValue.newBuilder().setIntValue(Long.MIN_VALUE)))
                .addAttributes(value("real", AnyValue.newBuilder().setDoubleValue(0.5)))
                .addAttributes(value("none", AnyValue.newBuilder().setDoubleValue(Double.NaN)))
                .addAttributes(
                        value("raw", AnyValue.newBuilder().setBytesValue(ByteString.copyFrom(new byte[] {1, 2})))));
        assertEquals(
                Map.ofEntries(
                        Map.entry("text", "string \"x\""),
                        Map.entry("flag", "bool false"),
                        Map.entry("int", "int64 9007199254740991"),
                        Map.entry("large", "int64 \"9007199254740992\""),
                        Map.entry("least", "int64 \"-9223372036854775808\""),
                        Map.entry("real", "float64 0.5"),
                        Map.entry("none", "float64 \"NaN\""),
                        Map.entry("raw", "binary \"AQI=\""),
                        Map.entry("span.kind", "string \"server\""),
                        Map.entry("otel.status_code", "string \"ERROR\""),
                        Map.entry("error", "bool true")),
                tags(span.get("tags")));
    }

    @Example
    void parentsLinksAndEventsAreReferencesAndLogs() throws Exception {
        JsonNode span = json(OtlpSpans.span(ID, 1).toBuilder()
                .setParentSpanId(PARENT)
                .addLinks(Link.newBuilder()
                        .setTraceId(ByteString.copyFrom(new byte[16]))
                        .setSpanId(PARENT))
                .addEvents(Event.newBuilder()
                        .setTimeUnixNano(1_700_000_000_000_005_999L)
                        .setName("sent")
                        .addAttributes(attribute("to", "bank"))));
        JsonNode references = span.get("references");
        assertEquals("CHILD_OF", references.get(0).get("refType").asText());
        assertEquals(ID, references.get(0).get("traceID").asText());
        assertEquals("0000000000000009", references.get(0).get("spanID").asText());
        assertEquals("FOLLOWS_FROM", references.get(1).get("refType").asText());
        assertEquals("0000000000000000", references.get(1).get("traceID").asText());
        JsonNode log = span.get("logs").get(0);
        assertEquals(1_700_000_000_000_005L, log.get("timestamp").asLong());
        assertEquals(Map.of("event", "string \"sent\"", "to", "string \"bank\""), tags(log.get("fields")));
    }

    @Example
    void equalProcessesAreOne() throws Exception {
        TracesData twice = TracesData.newBuilder()
                .mergeFrom(OtlpSpans.request(OtlpSpans.span(ID, 1)))
                .mergeFrom(OtlpSpans.request(OtlpSpans.span(ID, 2)))
                .build();
        JsonNode trace = json(twice.toByteArray(), List.of("may lack spans"));
        assertEquals(2, trace.get("spans").size());
        assertEquals(1, trace.get("processes").size());
        assertEquals("[\"may lack spans\"]", trace.get("warnings").toString());
    }

    @Property(tries = 200)
    void anyTraceIsJsonWithAsManySpans(@ForAll long seed) throws Exception {
        TracesData trace = new TraceSamples(seed).trace(5);
        JsonNode json = json(trace.toByteArray(), List.of());
        assertEquals(5, json.get("spans").size());
        for (JsonNode span : json.get("spans")) {
            assertEquals(true, json.get("processes").has(span.get("processID").asText()));
        }
    }

    @Example
    void aWarningIsTheFirstSpansAndAllElseIsAsItWas() throws Exception {
        TracesData trace = OtlpSpans.request(OtlpSpans.span(ID, 1), OtlpSpans.span(ID, 2));
        byte[] warned = JaegerWarnings.add(trace.toByteArray(), List.of("one", "two"));
        JsonNode spans = json(warned, List.of()).get("spans");
        assertEquals("[\"one\",\"two\"]", spans.get(0).get("warnings").toString());
        assertEquals("[]", spans.get(1).get("warnings").toString());
        TracesData.Builder without = TracesData.parseFrom(warned).toBuilder();
        without.getResourceSpansBuilder(0)
                .getScopeSpansBuilder(0)
                .getSpansBuilder(0)
                .removeAttributes(0);
        assertEquals(trace, without.build());
    }

    @Example
    void withoutWarningsOrSpansATraceIsAsItWas() throws Exception {
        byte[] trace = OtlpSpans.request(OtlpSpans.span(ID, 1)).toByteArray();
        assertSame(trace, JaegerWarnings.add(trace, List.of()));
        byte[] empty = TracesData.newBuilder().addResourceSpansBuilder().build().toByteArray();
        assertSame(empty, JaegerWarnings.add(empty, List.of("one")));
    }

    @Example
    void whatIsNoTraceIsRefused() {
        byte[] bad = {10, 9, 1, 2, 3};
        assertThrows(FormatException.class, () -> json(bad, List.of()));
        assertThrows(MalformedProtobufException.class, () -> JaegerWarnings.add(bad, List.of("one")));
    }
}
