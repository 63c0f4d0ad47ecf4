package tempo.receiver.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.rpc.BadRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tempo.NodeFixture;

class OtlpHttpTest {
    private static final String PROTOBUF = "application/x-protobuf";
    private static final String JSON = "application/json";
    private static final byte[] REQUEST = OtlpSpans.request(OtlpSpans.span("0102030405060708090a0b0c0d0e0f10", 1))
            .toByteArray();
    private static final byte[] JSON_REQUEST =
            """
            {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10",
            "spanId":"0000000000000002","name":"json","unknownKey":[{}]}]}]}]}
            """
                    .getBytes(UTF_8);

    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of("tempo.receiver.otlp.request-bytes-max", "1 MiB"));

    @ParameterizedTest
    @EnumSource(Compressed.class)
    void takesProtobufInEveryCompression(Compressed compression) {
        HttpResponse<byte[]> answer = NODE.export(
                compression.bytes(REQUEST), "Content-Type", PROTOBUF, "Content-Encoding", compression.header);
        assertEquals(200, answer.statusCode(), NodeFixture.text(answer));
        assertArrayEquals(new byte[0], answer.body());
        assertEquals(PROTOBUF, answer.headers().firstValue("Content-Type").orElse(""));
    }

    @ParameterizedTest
    @EnumSource(Compressed.class)
    void takesJsonInEveryCompression(Compressed compression) {
        HttpResponse<byte[]> answer = NODE.export(
                compression.bytes(JSON_REQUEST), "Content-Type", JSON, "Content-Encoding", compression.header);
        assertEquals("{}", NodeFixture.text(answer));
        assertEquals(200, answer.statusCode());
        assertEquals(JSON, answer.headers().firstValue("Content-Type").orElse(""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/protobuf",
                "Application/X-Protobuf",
                "application/x-protobuf; messageType=\"x.Y\"",
                "application/x-protobuf;charset=utf-8"
            })
    void takesEverySpellingOfProtobuf(String contentType) {
        HttpResponse<byte[]> answer = NODE.export(REQUEST, "Content-Type", contentType);
        assertEquals(200, answer.statusCode(), NodeFixture.text(answer));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json; charset=utf-8", "application/json;charset=UTF-8", "APPLICATION/JSON"})
    void takesEverySpellingOfJson(String contentType) {
        HttpResponse<byte[]> answer = NODE.export(JSON_REQUEST, "Content-Type", contentType);
        assertEquals("{}", NodeFixture.text(answer));
    }

    @Test
    void takesAnEmptyRequest() {
        assertEquals(200, NODE.export(new byte[0], "Content-Type", PROTOBUF).statusCode());
        assertEquals("{}", NodeFixture.text(NODE.export("{}".getBytes(UTF_8), "Content-Type", JSON)));
    }

    @Test
    void countsRefusedSpansInBothEncodings() throws Exception {
        byte[] zeroTraceId = OtlpSpans.request(
                        OtlpSpans.span("00000000000000000000000000000000", 1),
                        OtlpSpans.span("0102030405060708090a0b0c0d0e0f11", 2))
                .toByteArray();
        HttpResponse<byte[]> protobuf = NODE.export(zeroTraceId, "Content-Type", PROTOBUF);
        assertEquals(200, protobuf.statusCode());
        assertEquals("1 trace id must be 16 bytes and not all zero", PartialSuccessTest.partial(protobuf.body()));

        byte[] json = "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"xy\"}]}]}]}".getBytes(UTF_8);
        HttpResponse<byte[]> answer = NODE.export(json, "Content-Type", JSON);
        assertEquals(
                "{\"partialSuccess\":{\"rejectedSpans\":\"1\","
                        + "\"errorMessage\":\"trace id must be 16 bytes and not all zero\"}}",
                NodeFixture.text(answer));
        assertEquals(200, answer.statusCode());
    }

    /** {@code google.rpc.Status} as JSON. */
    static String badRequest(String message) {
        return "{\"code\":3,\"message\":\"" + message
                + "\",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.BadRequest\","
                + "\"fieldViolations\":[{\"description\":\"" + message + "\"}]}]}";
    }

    @Test
    void namesTheByteOfMalformedProtobuf() throws Exception {
        HttpResponse<byte[]> answer = NODE.export(new byte[] {10, 2, 18, 5}, "Content-Type", PROTOBUF);
        assertEquals(400, answer.statusCode());
        assertEquals(PROTOBUF, answer.headers().firstValue("Content-Type").orElse(""));
        assertEquals(
                new RpcStatus(3, "request could not be decoded: length is 5 but 0 bytes are left, at byte 3", 0),
                RpcStatus.parse(answer.body()));
        BadRequest details =
                com.google.rpc.Status.parseFrom(answer.body()).getDetails(0).unpack(BadRequest.class);
        assertEquals(
                "request could not be decoded: length is 5 but 0 bytes are left, at byte 3",
                details.getFieldViolations(0).getDescription());
    }

    @Test
    void namesTheFieldOfMalformedJson() {
        HttpResponse<byte[]> answer =
                NODE.export("{\"resourceSpans\":[{\"scopeSpans\":7}]}".getBytes(UTF_8), "Content-Type", JSON);
        assertEquals(400, answer.statusCode());
        assertEquals(JSON, answer.headers().firstValue("Content-Type").orElse(""));
        assertEquals(
                badRequest("resourceSpans[0].scopeSpans is not an array: 7, at line 1, byte 32"),
                NodeFixture.text(answer));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip|00|request is not valid gzip: it is cut off",
                "gzip|0102030405060708090a|request is not valid gzip: Not in GZIP format",
                "deflate|00|request is not valid deflate: it is cut off",
                "deflate|ffffffff|request is not valid deflate: invalid block type",
                "zstd|28b52ffd|request is not valid zstd: Truncated source",
                "zstd|0102030405|request is not valid zstd: Unknown frame descriptor",
                "snappy|ff|request is not valid snappy: Premature end of stream reading size",
                "x-snappy-framed|0102|request is not valid x-snappy-framed: Not a framed Snappy stream",
                "lz4|04224d18|request is not valid lz4: Premature end of stream while reading frame flags",
            })
    void saysWhatIsWrongWithCompression(String encoding, String hex, String message) {
        HttpResponse<byte[]> answer =
                NODE.export(HexFormat.of().parseHex(hex), "Content-Type", JSON, "Content-Encoding", encoding);
        assertEquals(badRequest(message), NodeFixture.text(answer));
        assertEquals(400, answer.statusCode());
    }

    @Test
    void refusesUnknownCompression() {
        HttpResponse<byte[]> answer = NODE.export(JSON_REQUEST, "Content-Type", JSON, "Content-Encoding", "br\u007e\"");
        assertEquals(415, answer.statusCode());
        assertEquals(
                "{\"code\":12,\"message\":"
                        + "\"content encoding must be one of identity, gzip, deflate, zstd, snappy, x-snappy-framed, lz4 but was br~\\\"\"}",
                NodeFixture.text(answer));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refusesWhatIsTooLarge(boolean chunked) throws Exception {
        byte[] large = new byte[(1 << 20) + 1];
        HttpRequest.Builder request = HttpRequest.newBuilder(NODE.otlpHttp().resolve("/v1/traces"))
                .header("Content-Type", PROTOBUF)
                .POST(
                        chunked
                                ? BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large))
                                : BodyPublishers.ofByteArray(large));
        HttpResponse<byte[]> answer = NODE.send(request);
        assertEquals(413, answer.statusCode());
        assertEquals(
                new RpcStatus(8, "request has more than 1048576 bytes (receiver.otlp.request-bytes-max)", 0),
                RpcStatus.parse(answer.body()));
    }

    @Test
    void takesPostOnly() throws Exception {
        HttpResponse<byte[]> answer =
                NODE.send(HttpRequest.newBuilder(NODE.otlpHttp().resolve("/v1/traces")));
        assertEquals(405, answer.statusCode());
        assertEquals("POST", answer.headers().firstValue("Allow").orElse(""));
        assertEquals("/v1/traces takes POST only\n", NodeFixture.text(answer));
        HttpResponse<byte[]> put =
                NODE.send(HttpRequest.newBuilder(NODE.otlpHttp().resolve("/v1/traces"))
                        .header("Content-Type", PROTOBUF)
                        .PUT(BodyPublishers.ofByteArray(REQUEST)));
        assertEquals(405, put.statusCode());
        assertEquals(new RpcStatus(12, "/v1/traces takes POST only", 0), RpcStatus.parse(put.body()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/plain", "application/grpc", "application/x-www-form-urlencoded", "application/octet-stream"
            })
    void refusesOtherContentTypes(String type) {
        HttpResponse<byte[]> answer = NODE.export(REQUEST, "Content-Type", type);
        assertEquals(415, answer.statusCode());
        assertEquals("content type must be application/x-protobuf or application/json\n", NodeFixture.text(answer));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/v1/metrics", "/v1/logs", "/v1/traces/", "/v1/traces/x"})
    void answers404ToOtherPaths(String path) {
        HttpResponse<byte[]> answer =
                NODE.send(HttpRequest.newBuilder(NODE.otlpHttp().resolve(path))
                        .header("Content-Type", JSON)
                        .POST(BodyPublishers.ofString("{}")));
        assertEquals(404, answer.statusCode());
        assertEquals("{\"code\":12,\"message\":\"this port takes POST /v1/traces only\"}", NodeFixture.text(answer));
    }

    @Test
    void speaksHttp2WithPriorKnowledge() throws IOException {
        OkHttpClient client = new OkHttpClient.Builder()
                .protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE))
                .build();
        Request request = new Request.Builder()
                .url(NODE.otlpHttp() + "/v1/traces")
                .post(okhttp3.RequestBody.create(JSON_REQUEST, MediaType.parse(JSON)))
                .build();
        try (Response answer = client.newCall(request).execute()) {
            assertEquals("{}", answer.body().string());
            assertEquals(Protocol.H2_PRIOR_KNOWLEDGE, answer.protocol());
        }
    }

    @Test
    void speaksHttp2AfterUpgrade() throws Exception {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        // Not with a body from the start: Akka HTTP upgrades only if that came in one packet with the headers.
        HttpRequest.Builder request = HttpRequest.newBuilder(NODE.otlpHttp().resolve("/v1/traces"));
        assertEquals(
                405, client.send(request.build(), BodyHandlers.discarding()).statusCode());
        request.header("Content-Type", JSON).POST(BodyPublishers.ofByteArray(JSON_REQUEST));
        for (int i = 0; i < 3; i++) {
            HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
            assertEquals("{}", answer.body());
            assertEquals(HttpClient.Version.HTTP_2, answer.version());
        }
    }

    @Test
    void complainsOfNothingInTheLog() {
        NODE.export(new byte[] {10, 2, 18, 5}, "Content-Type", PROTOBUF);
        assertEquals(List.of(), NODE.complaints());
    }
}
