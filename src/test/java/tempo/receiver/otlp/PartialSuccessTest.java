package tempo.receiver.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tempo.NodeFixture;

class PartialSuccessTest {
    private static final String PROTOBUF = "application/x-protobuf";

    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of());

    static Stream<Arguments> badSpans() {
        Span good = OtlpSpans.span("0102030405060708090a0b0c0d0e0f10", 1);
        return Stream.of(
                Arguments.of(good.toBuilder().clearTraceId().build(), "trace id must be 16 bytes and not all zero"),
                Arguments.of(
                        good.toBuilder().setTraceId(zeros(16)).build(), "trace id must be 16 bytes and not all zero"),
                Arguments.of(
                        good.toBuilder().setTraceId(zeros(15)).build(), "trace id must be 16 bytes and not all zero"),
                Arguments.of(good.toBuilder().clearSpanId().build(), "span id must be 8 bytes and not all zero"),
                Arguments.of(good.toBuilder().setSpanId(zeros(8)).build(), "span id must be 8 bytes and not all zero"),
                Arguments.of(good.toBuilder().setSpanId(zeros(9)).build(), "span id must be 8 bytes and not all zero"),
                Arguments.of(repeated(good, 10_000), "span has more attributes than limits.attributes-max"),
                Arguments.of(
                        good.toBuilder()
                                .addAttributes(OtlpSpans.attribute("big", "x".repeat(1 << 20)))
                                .build(),
                        "attribute has more bytes than limits.attribute-bytes-max"),
                Arguments.of(
                        good.toBuilder().setName("x".repeat(2 << 20)).build(),
                        "span has more bytes than limits.span-bytes-max"),
                Arguments.of(
                        good.toBuilder()
                                .addAttributes(
                                        KeyValue.newBuilder().setKey("deep").setValue(nested(65)))
                                .build(),
                        "attribute value is nested deeper than 64 levels"));
    }

    @ParameterizedTest
    @MethodSource("badSpans")
    void refusesTheBadSpanAndKeepsTheOther(Span bad, String reason) throws Exception {
        String traceId = "aa02030405060708090a0b0c0d0e0f10";
        TracesData request = OtlpSpans.request(OtlpSpans.span(traceId, 1), bad, OtlpSpans.span(traceId, 2));
        HttpResponse<byte[]> answer = NODE.export(request.toByteArray(), "Content-Type", PROTOBUF);
        assertEquals(200, answer.statusCode());
        assertEquals("1 " + reason, partial(answer.body()));
        assertEquals(2, NODE.trace(traceId).getResourceSpans(0).getScopeSpans(0).getSpansCount());
    }

    @Test
    void countsAllThatWereRefusedAndNamesTheFirstReason() throws Exception {
        Span good = OtlpSpans.span("0102030405060708090a0b0c0d0e0f10", 1);
        TracesData request = OtlpSpans.request(
                good.toBuilder().clearSpanId().build(),
                good,
                good.toBuilder().clearTraceId().build());
        HttpResponse<byte[]> answer = NODE.export(request.toByteArray(), "Content-Type", PROTOBUF);
        assertEquals("2 span id must be 8 bytes and not all zero", partial(answer.body()));
    }

    @Test
    void keepsValuesNestedToTheLimit() throws Exception {
        String traceId = "ab02030405060708090a0b0c0d0e0f10";
        Span deep = OtlpSpans.span(traceId, 1).toBuilder()
                .addAttributes(KeyValue.newBuilder().setKey("deep").setValue(nested(64)))
                .build();
        NODE.export(OtlpSpans.request(deep).toByteArray(), "Content-Type", PROTOBUF);
        byte[] answer = NODE.get("/api/v2/traces/" + traceId, "Accept", "application/protobuf")
                .body();
        ByteString trace = UnknownFieldSet.parseFrom(answer)
                .getField(1)
                .getLengthDelimitedList()
                .get(0);
        CodedInputStream input = trace.newCodedInput();
        input.setRecursionLimit(300);
        assertEquals(
                deep,
                TracesData.parseFrom(input).getResourceSpans(0).getScopeSpans(0).getSpans(0));
        assertEquals(200, NODE.get("/api/v2/traces/" + traceId).statusCode());
    }

    @Test
    void keepsInvalidUtf8AsItCame() throws Exception {
        String traceId = "ac02030405060708090a0b0c0d0e0f10";
        byte[] request = OtlpSpans.request(OtlpSpans.span(traceId, 1).toBuilder()
                        .setName("caf\u00e9")
                        .build())
                .toByteArray();
        for (int i = 0; i < request.length; i++) {
            if (request[i] == (byte) 0xc3) {
                request[i] = (byte) 0xff;
            }
        }
        NODE.export(request, "Content-Type", PROTOBUF);
        byte[] answer = NODE.get("/api/v2/traces/" + traceId, "Accept", "application/protobuf")
                .body();
        ByteString trace = UnknownFieldSet.parseFrom(answer)
                .getField(1)
                .getLengthDelimitedList()
                .get(0);
        assertEquals(ByteString.copyFrom(request), trace);
        String json = NodeFixture.text(NODE.get("/api/v2/traces/" + traceId));
        assertTrue(json.contains("\"name\":\"caf\\ufffd\\ufffd\""), json);
    }

    @Test
    void keepsFieldsThatOtlpDoesNotDefine() throws Exception {
        String traceId = "ad02030405060708090a0b0c0d0e0f10";
        UnknownFieldSet unknown = UnknownFieldSet.newBuilder()
                .addField(
                        900,
                        UnknownFieldSet.Field.newBuilder()
                                .addVarint(5)
                                .addGroup(UnknownFieldSet.newBuilder()
                                        .addField(
                                                1,
                                                UnknownFieldSet.Field.newBuilder()
                                                        .addFixed64(1)
                                                        .build())
                                        .build())
                                .build())
                .build();
        TracesData.Builder request = OtlpSpans.request(OtlpSpans.span(traceId, 1)).toBuilder();
        request.getResourceSpansBuilder(0).setUnknownFields(unknown);
        request.getResourceSpansBuilder(0).getResourceBuilder().setUnknownFields(unknown);
        request.getResourceSpansBuilder(0).getScopeSpansBuilder(0).setUnknownFields(unknown);
        request.getResourceSpansBuilder(0)
                .getScopeSpansBuilder(0)
                .getSpansBuilder(0)
                .setUnknownFields(unknown);
        NODE.export(request.build().toByteArray(), "Content-Type", PROTOBUF);
        assertEquals(request.build(), NODE.trace(traceId));
    }

    /** Count and message of a {@code partial_success}. */
    static String partial(byte[] response) throws InvalidProtocolBufferException {
        UnknownFieldSet partial = UnknownFieldSet.parseFrom(UnknownFieldSet.parseFrom(response)
                .getField(1)
                .getLengthDelimitedList()
                .get(0));
        return partial.getField(1).getVarintList().get(0) + " "
                + partial.getField(2).getLengthDelimitedList().get(0).toString(UTF_8);
    }

    private static ByteString zeros(int count) {
        return ByteString.copyFrom(new byte[count]);
    }

    private static Span repeated(Span span, int attributes) {
        Span.Builder builder = span.toBuilder();
        for (int i = 0; i < attributes; i++) {
            builder.addAttributes(OtlpSpans.attribute("key" + i, "value"));
        }
        return builder.build();
    }

    private static AnyValue nested(int levels) {
        AnyValue value = AnyValue.newBuilder().setIntValue(1).build();
        for (int i = 0; i < levels; i++) {
            value = AnyValue.newBuilder()
                    .setArrayValue(ArrayValue.newBuilder().addValues(value))
                    .build();
        }
        return value;
    }
}
