package tempo.format.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.util.HexFormat;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tempo.format.json.InvalidJsonException;
import tempo.format.json.JsonLimits;
import tempo.span.TraceSamples;

class OtlpJsonTest {
    private final OtlpJson json = new OtlpJson(JsonLimits.DEFAULT);

    @Property(tries = 300)
    void readsEverySpellingOfAnyRequest(@ForAll long seed) throws Exception {
        TracesData request = new TraceSamples(seed).request(3, 8);
        String text = new OtlpJsonPrinter(seed).print(request);

        TracesData parsed = TracesData.parseFrom(translate(text));

        assertEquals(withoutUnknown(request), parsed);
    }

    /** The example of the OTLP specification, examples/trace.json of opentelemetry-proto. */
    @Test
    void readsTheExampleOfTheSpecification() throws Exception {
        String text =
                """
                {"resourceSpans": [{
                  "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "my.service"}}]},
                  "scopeSpans": [{
                    "scope": {"name": "my.library", "version": "1.0.0", "attributes": [
                      {"key": "my.scope.attribute", "value": {"stringValue": "some scope attribute"}}]},
                    "spans": [{
                      "traceId": "5B8EFFF798038103D269B633813FC60C",
                      "spanId": "EEE19B7EC3C1B174",
                      "parentSpanId": "EEE19B7EC3C1B173",
                      "name": "I'm a server span",
                      "startTimeUnixNano": "1544712660000000000",
                      "endTimeUnixNano": "1544712661000000000",
                      "kind": 2,
                      "attributes": [{"key": "my.span.attr", "value": {"stringValue": "some value"}}]
                    }]
                  }]
                }]}
                """;
        ExportTraceServiceRequest expected = ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder()
                        .setResource(Resource.newBuilder().addAttributes(text("service.name", "my.service")))
                        .addScopeSpans(ScopeSpans.newBuilder()
                                .setScope(InstrumentationScope.newBuilder()
                                        .setName("my.library")
                                        .setVersion("1.0.0")
                                        .addAttributes(text("my.scope.attribute", "some scope attribute")))
                                .addSpans(Span.newBuilder()
                                        .setTraceId(hex("5b8efff798038103d269b633813fc60c"))
                                        .setSpanId(hex("eee19b7ec3c1b174"))
                                        .setParentSpanId(hex("eee19b7ec3c1b173"))
                                        .setName("I'm a server span")
                                        .setStartTimeUnixNano(1544712660000000000L)
                                        .setEndTimeUnixNano(1544712661000000000L)
                                        .setKind(Span.SpanKind.SPAN_KIND_SERVER)
                                        .addAttributes(text("my.span.attr", "some value")))))
                .build();

        assertEquals(expected, ExportTraceServiceRequest.parseFrom(translate(text)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"stringValue\":\"\"}|0a00",
                "{\"boolValue\":false}|1000",
                "{\"intValue\":0}|1800",
                "{\"intValue\":\"-1\"}|18ffffffffffffffffff01",
                "{\"intValue\":1.0}|1801",
                "{\"intValue\":\"1e3\"}|18e807",
                "{\"doubleValue\":0}|210000000000000000",
                "{\"doubleValue\":\"-Infinity\"}|21000000000000f0ff",
                "{\"doubleValue\":\"1.5\"}|21000000000000f83f",
                "{\"arrayValue\":{}}|2a00",
                "{\"arrayValue\":{\"values\":[{}]}}|2a020a00",
                "{\"kvlistValue\":{\"values\":[{\"key\":\"a\"}]}}|32050a030a0161",
                "{\"bytesValue\":\"\"}|3a00",
                "{\"bytesValue\":\"-_8\"}|3a02fbff",
                "{\"bytesValue\":\"+/8=\"}|3a02fbff",
                "{\"stringValue\":null}|``",
                "{\"stringValue\":\"a\",\"intValue\":1}|1801",
                "{\"string_value\":\"\\ud800x\"}|0a04efbfbd78",
            })
    void writesValuesExplicitly(String value, String expectedHex) throws Exception {
        Span span = onlySpan("{\"attributes\":[{\"value\":" + value + "}]}");
        KeyValue attribute = span.getAttributes(0);
        assertEquals(expectedHex, HexFormat.of().formatHex(attribute.getValue().toByteArray()));
        assertTrue(attribute.hasValue());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"startTimeUnixNano\":\"abc\"|.startTimeUnixNano is not an unsigned 64-bit integer: \"abc\"",
                "\"startTimeUnixNano\":-1|.startTimeUnixNano is not an unsigned 64-bit integer: -1",
                "\"endTimeUnixNano\":18446744073709551616|"
                        + ".endTimeUnixNano is not an unsigned 64-bit integer: 18446744073709551616",
                "\"endTimeUnixNano\":1.5|.endTimeUnixNano is not an unsigned 64-bit integer: 1.5",
                "\"endTimeUnixNano\":1e999999999|.endTimeUnixNano is not an unsigned 64-bit integer: 1e999999999",
                "\"endTimeUnixNano\":{}|.endTimeUnixNano is not an unsigned 64-bit integer: an object",
                "\"flags\":4294967296|.flags is not a 32-bit unsigned integer: 4294967296",
                "\"name\":[1]|.name is not a string: an array",
                "\"traceId\":5|.traceId is not a string of hex digits: 5",
                "\"kind\":\"SPAN_KIND_FRIENDLY\"|.kind is not a number or a known name: \"SPAN_KIND_FRIENDLY\"",
                "\"events\":{}|.events is not an array: an object",
                "\"events\":[{},null]|.events[1] is not an object: null",
                "\"status\":[]|.status is not an object: an array",
                "\"links\":[{\"span_id\":true}]|.links[0].span_id is not a string of hex digits: true",
                "\"attributes\":[{\"value\":{\"intValue\":9223372036854775808}}]|"
                        + ".attributes[0].value.intValue is not a 64-bit integer: 9223372036854775808",
                "\"attributes\":[{\"value\":{\"boolValue\":\"true\"}}]|"
                        + ".attributes[0].value.boolValue is not true or false: \"true\"",
                "\"attributes\":[{\"value\":{\"doubleValue\":\"0x1p3\"}}]|"
                        + ".attributes[0].value.doubleValue is not a 64-bit floating-point number: \"0x1p3\"",
                "\"attributes\":[{\"value\":{\"doubleValue\":1e999}}]|"
                        + ".attributes[0].value.doubleValue is not a 64-bit floating-point number: 1e999",
                "\"attributes\":[{\"value\":{\"bytesValue\":\"a b\"}}]|"
                        + ".attributes[0].value.bytesValue is not a base64 string: \"a b\"",
            })
    void namesTheFieldOfTheWrongType(String member, String message) {
        String text = "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{},\n{" + member + "}]}]}]}";
        InvalidJsonException failure = assertThrows(InvalidJsonException.class, () -> translate(text));
        String expected = "resourceSpans[0].scopeSpans[0].spans[1]" + message + ", at line 2, byte ";
        assertTrue(message(failure).startsWith(expected), message(failure));
        assertTrue(failure.byteOffset() > 47 && failure.byteOffset() < text.length(), message(failure));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|body is empty, at line 1, byte 0",
                "[]|body is not an object: an array, at line 1, byte 0",
                "{} {}|body goes on after the request: an object, at line 1, byte 3",
                "{\"resourceSpans\":[|body is not valid json: unexpected end-of-input",
                "{\"resourceSpans\":}|body is not valid json: unexpected character ('}'",
                "{\"resourceSpans\":[NaN]}|body is not valid json: non-standard token 'NaN'",
            })
    void refusesWhatIsNotOneObject(String text, String message) {
        InvalidJsonException failure = assertThrows(InvalidJsonException.class, () -> translate(text));
        assertTrue(message(failure).startsWith(message), message(failure));
    }

    @Test
    void refusesInvalidUtf8() {
        byte[] bytes = "{\"resourceSpans\":\"?\"}".getBytes(UTF_8);
        bytes[18] = (byte) 0xff;
        InvalidJsonException failure =
                assertThrows(InvalidJsonException.class, () -> json.toProtobuf(bytes, 0, bytes.length));
        assertTrue(message(failure).startsWith("body is not valid json: invalid UTF-8"), message(failure));
    }

    @Test
    void keepsToItsLimits() throws InvalidJsonException {
        OtlpJson strict = new OtlpJson(new JsonLimits(9, 20, 10));
        String nine = "{\"x\":" + "[".repeat(8) + "]".repeat(8) + "}";
        String ten = "{\"x\":" + "[".repeat(9) + "]".repeat(9) + "}";
        assertEquals(0, strict.toProtobuf(nine.getBytes(UTF_8), 0, nine.length()).length);
        fails(strict, ten, "document nesting depth (10) exceeds the maximum allowed (9)");
        String span = "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{%s}]}]}]}";
        fails(
                strict,
                span.formatted("\"name\":\"elevenchars\""),
                "string value length (11) exceeds the maximum allowed (10)");
        fails(
                strict,
                span.formatted("\"startTimeUnixNano\":111111111111111111111"),
                "number value length (21) exceeds the maximum allowed (20)");
        assertThrows(IllegalArgumentException.class, () -> new JsonLimits(1_001, 1, 1));
    }

    @Test
    void readsValuesNestedToTheLimit() throws Exception {
        int levels = 40;
        String value = "{\"arrayValue\":{\"values\":[".repeat(levels) + "]}}".repeat(levels);
        Span span = onlySpan("{\"attributes\":[{\"value\":" + value + "}]}");
        AnyValue nested = span.getAttributes(0).getValue();
        for (int i = 1; i < levels; i++) {
            nested = nested.getArrayValue().getValues(0);
        }
        assertTrue(nested.hasArrayValue());
    }

    @Test
    void passesBadIdsOnAsFarAsTheyCanBeRead() throws Exception {
        Span span = onlySpan("{\"traceId\":\"abc\",\"spanId\":\"0102\",\"parentSpanId\":\"zz\",\"name\":\"kept\"}");
        assertEquals(Span.newBuilder().setSpanId(hex("0102")).setName("kept").build(), span);
    }

    @Test
    void makesARequestOrARefusalOfMutatedBodies() {
        Random random = new Random(17);
        for (int i = 0; i < 1_000; i++) {
            byte[] bytes = new OtlpJsonPrinter(i)
                    .print(new TraceSamples(i).request(1, 2))
                    .getBytes(UTF_8);
            for (int changes = random.nextInt(3); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) "{}[]\",:0eE-\\nu \u0000\u00ff".charAt(random.nextInt(17));
            }
            OtlpJsonFuzz.check(bytes);
        }
    }

    private Span onlySpan(String span) throws Exception {
        byte[] bytes = translate("{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[" + span + "]}]}]}");
        return TracesData.parseFrom(bytes).getResourceSpans(0).getScopeSpans(0).getSpans(0);
    }

    private byte[] translate(String text) throws InvalidJsonException {
        byte[] bytes = ("#" + text + "#").getBytes(UTF_8);
        return json.toProtobuf(bytes, 1, bytes.length - 2);
    }

    private static void fails(OtlpJson json, String text, String message) {
        InvalidJsonException failure =
                assertThrows(InvalidJsonException.class, () -> json.toProtobuf(text.getBytes(UTF_8), 0, text.length()));
        assertTrue(message(failure).startsWith("body is not valid json: " + message), message(failure));
    }

    private static String message(InvalidJsonException failure) {
        return String.valueOf(failure.getMessage());
    }

    private static ByteString hex(String digits) {
        return ByteString.copyFrom(HexFormat.of().parseHex(digits));
    }

    private static KeyValue text(String key, String value) {
        return KeyValue.newBuilder()
                .setKey(key)
                .setValue(AnyValue.newBuilder().setStringValue(value))
                .build();
    }

    /** JSON has no place for fields that have no name. */
    private static TracesData withoutUnknown(TracesData request) throws InvalidProtocolBufferException {
        TracesData.Builder builder = request.toBuilder();
        for (ResourceSpans.Builder resource : builder.getResourceSpansBuilderList()) {
            drop(resource);
            for (ScopeSpans.Builder scope : resource.getScopeSpansBuilderList()) {
                drop(scope);
                scope.getSpansBuilderList().forEach(OtlpJsonTest::drop);
            }
        }
        return builder.build();
    }

    private static void drop(Message.Builder message) {
        message.setUnknownFields(UnknownFieldSet.getDefaultInstance());
    }
}
