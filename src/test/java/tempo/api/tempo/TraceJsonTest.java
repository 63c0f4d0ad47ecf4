package tempo.api.tempo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tempo.format.otlp.JsonOutput;
import tempo.span.MalformedProtobufException;
import tempo.span.TraceSamples;
import tempo.span.WireWriter;

class TraceJsonTest {
    private static final TracesData TRACE = TracesData.newBuilder()
            .addResourceSpans(ResourceSpans.newBuilder()
                    .setResource(Resource.newBuilder().addAttributes(attribute("service.name", string("shop"))))
                    .addScopeSpans(ScopeSpans.newBuilder()
                            .setScope(InstrumentationScope.newBuilder()
                                    .setName("lib")
                                    .setVersion("1.0"))
                            .addSpans(Span.newBuilder()
                                    .setTraceId(ByteString.copyFrom(new byte[16]))
                                    .setSpanId(ByteString.copyFromUtf8("12345678"))
                                    .setParentSpanId(ByteString.copyFrom(new byte[] {-1, -2, -3, -4, -5, -6, -7, -8}))
                                    .setFlags(257)
                                    .setName("GET /<id>")
                                    .setKind(Span.SpanKind.SPAN_KIND_SERVER)
                                    .setStartTimeUnixNano(-1)
                                    .setEndTimeUnixNano(1544712661000000000L)
                                    .addAttributes(attribute(
                                            "zero", AnyValue.newBuilder().setIntValue(0)))
                                    .addAttributes(attribute(
                                            "no", AnyValue.newBuilder().setBoolValue(false)))
                                    .addAttributes(attribute("empty", string("")))
                                    .addAttributes(attribute("nothing", AnyValue.newBuilder()))
                                    .addAttributes(KeyValue.newBuilder().setKey("absent"))
                                    .setDroppedAttributesCount(-1)
                                    .addEvents(Span.Event.newBuilder()
                                            .setTimeUnixNano(5)
                                            .setName("e"))
                                    .addLinks(Span.Link.newBuilder().setSpanId(ByteString.copyFrom(new byte[] {1})))
                                    .setStatus(Status.newBuilder()
                                            .setMessage("bad")
                                            .setCode(Status.StatusCode.STATUS_CODE_ERROR)))
                            .addSpans(Span.newBuilder().setKindValue(9).setStatus(Status.getDefaultInstance())))
                    .setSchemaUrl("u"))
            .build();

    private static final String SPANS =
            """
            [{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
            "scopeSpans":[{"scope":{"name":"lib","version":"1.0"},
            "spans":[{"traceId":"AAAAAAAAAAAAAAAAAAAAAA==","spanId":"MTIzNDU2Nzg=","parentSpanId":"//79/Pv6+fg=",
            "flags":257,"name":"GET /\\u003cid\\u003e","kind":"SPAN_KIND_SERVER",
            "startTimeUnixNano":"18446744073709551615","endTimeUnixNano":"1544712661000000000",
            "attributes":[{"key":"zero","value":{"intValue":"0"}},{"key":"no","value":{"boolValue":false}},
            {"key":"empty","value":{"stringValue":""}},{"key":"nothing","value":{}},{"key":"absent"}],
            "droppedAttributesCount":4294967295,"events":[{"timeUnixNano":"5","name":"e"}],"links":[{"spanId":"AQ=="}],
            "status":{"message":"bad","code":"STATUS_CODE_ERROR"}},{"kind":9,"status":{}}]}],"schemaUrl":"u"}]"""
                    .replace("\n", "");

    @Test
    void printsTheFirstVersionAsTempoDoes() throws MalformedProtobufException {
        assertEquals("{\"batches\":" + SPANS + "}", v1(TRACE.toByteArray()));
        assertEquals("{}", v1(new byte[0]));
    }

    @Test
    void printsTheSecondVersionAsTempoDoes() throws MalformedProtobufException {
        byte[] bytes = TRACE.toByteArray();
        assertEquals(
                "{\"trace\":{\"resourceSpans\":" + SPANS + "},\"metrics\":{\"inspectedBytes\":\"42\"}}",
                v2(TraceByIdResponse.complete(42), bytes));
        assertEquals("{\"trace\":{},\"metrics\":{}}", v2(TraceByIdResponse.complete(0), new byte[0]));
        assertEquals(
                "{\"trace\":{},\"metrics\":{},\"status\":\"PARTIAL\",\"message\":\"node \\\"a\\\" did not answer\"}",
                v2(TraceByIdResponse.partial(0, "node \"a\" did not answer"), new byte[0]));
    }

    @Test
    void wrapsATraceInProtobuf() {
        assertArrayEquals(
                new byte[] {10, 0, 18, 0}, TraceByIdResponse.complete(0).toProtobuf(new byte[0], 0, 0));
        assertArrayEquals(
                new byte[] {10, 2, 7, 8, 18, 3, 8, (byte) 0x80, 1, 24, 1, 34, 2, 'n', 'o'},
                TraceByIdResponse.partial(128, "no").toProtobuf(new byte[] {0, 7, 8, 0}, 1, 2));
    }

    @Property(tries = 300)
    void readsBackAsTheSameTrace(@ForAll long seed, @ForAll @IntRange(min = 0, max = 12) int spans) throws Exception {
        TracesData trace = new TraceSamples(seed).trace(spans);
        byte[] bytes = trace.toByteArray();

        String json = v1(bytes);
        TracesData.Builder read = TracesData.newBuilder();
        JsonpbReader.read(json.replaceFirst("batches", "resourceSpans").getBytes(UTF_8), read);

        assertEquals(withoutUnknown(trace), read.build(), json);
    }

    /** Fields in any order, scalars and messages more than once: protobuf allows it, so it must mean the same here. */
    @Property(tries = 300)
    void readsBackWhatProtobufMakesOfAnyOrderOfFields(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        WireWriter value = new WireWriter(0);
        for (int parts = random.nextInt(6); parts > 0; parts--) {
            switch (random.nextInt(4)) {
                case 0 -> value.string(1, "s" + parts);
                case 1 -> value.varint(3, parts);
                case 2 -> {
                    int array = value.begin(5);
                    value.bytes(1, new byte[] {0x18, (byte) parts}, 0, 2);
                    value.end(array);
                }
                default -> value.bytes(7, new byte[] {1}, 0, random.nextInt(2));
            }
        }
        WireWriter span = new WireWriter(0);
        for (int fields = random.nextInt(12); fields > 0; fields--) {
            switch (random.nextInt(6)) {
                case 0 -> span.string(5, random.nextBoolean() ? "" : "n" + fields);
                case 1 -> span.varint(6, random.nextInt(4));
                case 2 -> span.bytes(11, new byte[] {0x12, 1, 'e'}, 0, 3);
                case 3 -> span.bytes(15, new byte[] {0x18, (byte) random.nextInt(3)}, 0, random.nextInt(2) * 2);
                case 4 -> span.varint(7, 3);
                default -> {
                    int attribute = span.begin(9);
                    span.bytes(2, value.buffer(), 0, value.size());
                    span.bytes(2, value.buffer(), 0, random.nextBoolean() ? value.size() : 0);
                    span.end(attribute);
                }
            }
        }
        byte[] bytes = inTrace(span);

        TracesData.Builder read = TracesData.newBuilder();
        JsonpbReader.read(v1(bytes).replaceFirst("batches", "resourceSpans").getBytes(UTF_8), read);

        // Not straight into the generated class: its builder keeps what a oneof held before another member was set.
        DynamicMessage parsed = DynamicMessage.parseFrom(TracesData.getDescriptor(), bytes);
        assertEquals(withoutUnknown(TracesData.parseFrom(parsed.toByteArray())), read.build());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "0,0",
                "-0.0,-0",
                "1,1",
                "-1.5,-1.5",
                "1e20,100000000000000000000",
                "1e21,1e+21",
                "123456789012345680000,123456789012345680000",
                "1e-6,0.000001",
                "9.999e-7,9.999e-7",
                "1e-7,1e-7",
                "2e-3,0.002",
                "5e-324,5e-324",
                "1e-323,1e-323",
                "1.5e-323,1.5e-323",
                "1.7976931348623157e308,1.7976931348623157e+308",
                "5.684341886080802e-14,5.684341886080802e-14",
                "2e23,2e+23",
                "4.35,4.35",
                "1.1e-10,1.1e-10",
                "9007199254740993,9007199254740992",
                "NaN,\"NaN\"",
                "-Infinity,\"-Infinity\"",
            })
    void printsDoublesAsGoDoes(double value, String text) {
        JsonOutput out = new JsonOutput(0);
        out.real(value);
        assertEquals(text, text(out));
    }

    @Property
    void doublesReadBackTheSame(@ForAll long bits) {
        double value = Double.longBitsToDouble(bits);
        JsonOutput out = new JsonOutput(0);
        out.real(value);
        assertEquals(value, Double.parseDouble(text(out).replace("\"", "")));
    }

    @Test
    void escapesStringsAsGoDoes() {
        assertEquals(
                "\"a\\\"b\\\\c/d\\b\\f\\n\\r\\t\\u0000\\u001f\u007f\"", quoted("a\"b\\c/d\b\f\n\r\t\0\u001f\u007f"));
        assertEquals("\"\\u003ca href='x'\\u003e\\u0026amp;\"", quoted("<a href='x'>&amp;"));
        assertEquals("\"żółć 漢字 😀\\u2028\\u2029\"", quoted("żółć 漢字 😀\u2028\u2029"));
    }

    @Test
    void replacesBytesThatAreNotUtf8AsGoDoes() {
        String r = "\\ufffd";
        assertEquals(
                "\"" + r + r + "(" + r.repeat(6) + "\"", quoted(0xff, 0xc3, '(', 0xed, 0xa0, 0x80, 0xf0, 0x9f, 0x98));
        assertEquals("\"" + r + r + "x" + r + r + r + "\"", quoted(0xe2, 0x82, 'x', 0xc0, 0x80, 0xf5));
    }

    @Test
    void printsNestedValuesAndBytes() throws MalformedProtobufException {
        AnyValue.Builder list = AnyValue.newBuilder()
                .setArrayValue(ArrayValue.newBuilder()
                        .addValues(AnyValue.newBuilder().setDoubleValue(0))
                        .addValues(AnyValue.newBuilder().setArrayValue(ArrayValue.getDefaultInstance()))
                        .addValues(AnyValue.newBuilder()
                                .setKvlistValue(KeyValueList.newBuilder().addValues(attribute("k", string("v")))))
                        .addValues(AnyValue.newBuilder().setBytesValue(ByteString.EMPTY)));
        TracesData trace = TracesData.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder()
                        .setResource(Resource.newBuilder().addAttributes(attribute("a", list))))
                .build();
        assertEquals(
                "{\"batches\":[{\"resource\":{\"attributes\":[{\"key\":\"a\",\"value\":{\"arrayValue\":{\"values\":["
                        + "{\"doubleValue\":0},{\"arrayValue\":{}},"
                        + "{\"kvlistValue\":{\"values\":[{\"key\":\"k\",\"value\":{\"stringValue\":\"v\"}}]}},"
                        + "{\"bytesValue\":\"\"}]}}}]}}]}",
                v1(trace.toByteArray()));
    }

    @Test
    void refusesMessagesNestedTooDeep() throws MalformedProtobufException {
        assertTrue(v1(nested(490)).length() > 490);
        MalformedProtobufException failure = assertThrows(MalformedProtobufException.class, () -> v1(nested(510)));
        assertTrue(String.valueOf(failure.getMessage()).startsWith("messages are nested more than 1000 deep"));
    }

    @Test
    void printsOrRefusesMutatedBytes() {
        Random random = new Random(23);
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = new TraceSamples(i).trace(2).toByteArray();
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            TraceJsonFuzz.check(bytes);
        }
    }

    /** A span with an attribute of lists inside lists. */
    private static byte[] nested(int levels) {
        WireWriter span = new WireWriter(0);
        int[] marks = new int[2 * levels];
        int attribute = span.begin(9);
        int value = span.begin(2);
        for (int i = 0; i < levels; i++) {
            marks[2 * i] = span.begin(5);
            marks[2 * i + 1] = span.begin(1);
        }
        for (int i = marks.length - 1; i >= 0; i--) {
            span.end(marks[i]);
        }
        span.end(value);
        span.end(attribute);
        return inTrace(span);
    }

    private static byte[] inTrace(WireWriter span) {
        WireWriter trace = new WireWriter(0);
        int resource = trace.begin(1);
        int scope = trace.begin(2);
        trace.bytes(2, span.buffer(), 0, span.size());
        trace.end(scope);
        trace.end(resource);
        return trace.toByteArray();
    }

    private static String v1(byte[] trace) throws MalformedProtobufException {
        return new String(TraceJson.v1(trace, 0, trace.length), UTF_8);
    }

    private static String v2(TraceByIdResponse response, byte[] trace) throws MalformedProtobufException {
        return new String(TraceJson.v2(response, trace, 0, trace.length), UTF_8);
    }

    private static String quoted(String value) {
        JsonOutput out = new JsonOutput(0);
        out.string(value);
        return text(out);
    }

    private static String quoted(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        JsonOutput out = new JsonOutput(0);
        out.string(bytes, 0, bytes.length);
        return text(out);
    }

    private static String text(JsonOutput out) {
        return new String(out.toByteArray(), UTF_8);
    }

    private static AnyValue.Builder string(String value) {
        return AnyValue.newBuilder().setStringValue(value);
    }

    private static KeyValue attribute(String key, AnyValue.Builder value) {
        return KeyValue.newBuilder().setKey(key).setValue(value).build();
    }

    /** JSON has no place for fields that have no name. */
    private static TracesData withoutUnknown(TracesData trace) throws InvalidProtocolBufferException {
        TracesData.Builder builder = trace.toBuilder();
        for (ResourceSpans.Builder resource : builder.getResourceSpansBuilderList()) {
            drop(resource);
            for (ScopeSpans.Builder scope : resource.getScopeSpansBuilderList()) {
                drop(scope);
                scope.getSpansBuilderList().forEach(TraceJsonTest::drop);
            }
        }
        return builder.build();
    }

    private static void drop(Message.Builder message) {
        message.setUnknownFields(UnknownFieldSet.getDefaultInstance());
    }
}
