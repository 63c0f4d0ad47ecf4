package tempo.receiver.zipkin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.proto.trace.v1.TracesData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tempo.NodeFixture;
import tempo.format.OtlpSamples;
import zipkin2.Span;
import zipkin2.codec.SpanBytesEncoder;

/** What Zipkin's port answers: as Zipkin does to what is right, and clearly to what is wrong. */
class ZipkinHttpTest {
    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of(
            "tempo.receiver.zipkin.request-bytes-max", "100 KiB",
            "tempo.receiver.zipkin.inflated-bytes-max", "200 KiB",
            "tempo.tenancy.multi-tenancy", "on"));

    // Zipkin's clients speak version 1; an offer to upgrade would end in a connection that is closed early.
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private HttpResponse<String> post(String path, byte[] body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(NODE.receiver("Zipkin") + path))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .header("X-Scope-OrgID", "team");
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static Span span(int id) {
        return Span.newBuilder()
                .traceId(0, id)
                .id(id)
                .timestamp(1_700_000_000_000_000L)
                .build();
    }

    private static byte[] json(String text) {
        return text.getBytes(UTF_8);
    }

    private void assertAnswer(int status, String sentence, HttpResponse<String> answer) {
        assertEquals(
                status + " " + sentence,
                answer.statusCode() + " " + answer.body().strip());
    }

    private void assertStored(int id) throws Exception {
        assertEquals(
                200,
                NODE.get("/api/traces/" + Integer.toHexString(id), "X-Scope-OrgID", "team")
                        .statusCode());
    }

    @ParameterizedTest
    @CsvSource({"1,true", "0,false"})
    void aRequestMaySayThatItsSpansAreForDebugging(String flags, boolean debug) throws Exception {
        int id = 0xdeb00 + Integer.parseInt(flags);
        byte[] spans = SpanBytesEncoder.PROTO3.encodeList(List.of(span(id)));
        assertAnswer(
                202, "", post("/api/v2/spans", spans, "Content-Type", "application/x-protobuf", "X-B3-Flags", flags));
        byte[] trace = NODE.get(
                        "/api/traces/" + Integer.toHexString(id),
                        "Accept",
                        "application/protobuf",
                        "X-Scope-OrgID",
                        "team")
                .body();
        assertEquals(
                debug,
                OtlpSamples.attributes(OtlpSamples.spans(TracesData.parseFrom(trace))
                                .get(0)
                                .getAttributesList())
                        .containsKey("zipkin.debug"));
    }

    @Test
    void eachFormatIsTakenByItsContentType() throws Exception {
        byte[] list = ("[" + new String(SpanBytesEncoder.JSON_V2.encode(span(2)), UTF_8) + "]").getBytes(UTF_8);
        assertAnswer(202, "", post("/api/v2/spans", list, "Content-Type", "application/json; charset=utf-8"));
        assertAnswer(
                202,
                "",
                post(
                        "/zipkin/api/v2/spans",
                        SpanBytesEncoder.PROTO3.encodeList(List.of(span(3))),
                        "Content-Type",
                        "application/x-protobuf"));
        assertAnswer(
                202,
                "",
                post(
                        "/api/v1/spans",
                        SpanBytesEncoder.THRIFT.encodeList(List.of(span(4))),
                        "Content-Type",
                        "application/x-thrift"));
        assertAnswer(
                202,
                "",
                post(
                        "/api/v1/spans",
                        SpanBytesEncoder.JSON_V1.encodeList(List.of(span(5))),
                        "Content-Type",
                        "application/json"));
        for (int id = 2; id <= 5; id++) {
            assertStored(id);
        }
    }

    @Test
    void whatTheContentTypeDoesNotSayTheFirstByteDoes() throws Exception {
        for (String version : new String[] {"1", "2"}) {
            SpanBytesEncoder text = version.equals("1") ? SpanBytesEncoder.JSON_V1 : SpanBytesEncoder.JSON_V2;
            SpanBytesEncoder binary = version.equals("1") ? SpanBytesEncoder.THRIFT : SpanBytesEncoder.PROTO3;
            int id = 16 * Integer.parseInt(version);
            String path = "/api/v" + version + "/spans";
            assertAnswer(202, "", post(path, text.encodeList(List.of(span(id)))));
            assertAnswer(202, "", post(path, binary.encodeList(List.of(span(id + 1)))));
            assertStored(id);
            assertStored(id + 1);
        }
    }

    @Test
    void compressedBodiesAreInflated() throws Exception {
        byte[] spans = SpanBytesEncoder.JSON_V2.encodeList(List.of(span(48)));
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
            out.write(spans);
        }
        assertAnswer(202, "", post("/api/v2/spans", gzip.toByteArray(), "Content-Encoding", "gzip"));
        for (String coding : new String[] {"deflate", "zlib"}) {
            ByteArrayOutputStream zlib = new ByteArrayOutputStream();
            try (DeflaterOutputStream out = new DeflaterOutputStream(zlib)) {
                out.write(spans);
            }
            assertAnswer(202, "", post("/api/v2/spans", zlib.toByteArray(), "Content-Encoding", coding));
        }
        assertStored(48);
        assertAnswer(
                400,
                "request is not valid gzip: Not in GZIP format",
                post("/api/v2/spans", spans, "Content-Encoding", "gzip"));
    }

    @Test
    void oneBadSpanCostsNothingElse() throws Exception {
        assertAnswer(
                202,
                "1 of 2 spans were refused: trace id must be 16 bytes and not all zero",
                post("/api/v2/spans", json("[{\"traceId\":\"0\",\"id\":\"1\"},{\"traceId\":\"40\",\"id\":\"1\"}]")));
        assertStored(0x40);
        assertAnswer(
                400,
                "1 of 1 spans were refused: span id must be 8 bytes and not all zero",
                post("/api/v2/spans", json("[{\"traceId\":\"41\",\"id\":\"zz\"}]")));
        assertTrue(
                new String(NODE.get("/metrics").body(), UTF_8)
                        .contains("tempo_receiver_spans_refused_total{receiver=\"zipkin\"} "),
                "refused spans are counted by receiver");
    }

    @Test
    void whatIsWrongIsSaid() throws Exception {
        assertAnswer(
                400,
                "[0].id is not a string: 5, at line 1, byte 7",
                post("/api/v2/spans", json("[{\"id\":5}]"), "Content-Type", "application/json"));
        assertAnswer(202, "", post("/api/v2/spans", json("[]")));
        assertAnswer(
                404, "this port takes POST /api/v2/spans and /api/v1/spans only", post("/api/v2/traces", json("[]")));
        assertAnswer(
                415,
                "content encoding must be one of identity, gzip, deflate, zstd, snappy, x-snappy-framed, lz4 but was br",
                post("/api/v2/spans", json("[]"), "Content-Encoding", "br"));
        assertAnswer(
                413,
                "request has more than 102400 bytes (receiver.zipkin.request-bytes-max)",
                post("/api/v2/spans", new byte[102_401]));
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bomb)) {
            out.write(new byte[1 << 20]);
        }
        assertAnswer(
                413,
                "request inflates to more than 204800 bytes (receiver.zipkin.inflated-bytes-max)",
                post("/api/v2/spans", bomb.toByteArray(), "Content-Encoding", "gzip"));
        HttpResponse<String> get = http.send(
                HttpRequest.newBuilder(URI.create(NODE.receiver("Zipkin") + "/api/v2/spans"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertAnswer(405, "/api/v2/spans takes POST only", get);
        assertEquals("POST", get.headers().firstValue("Allow").orElse(""));
    }

    @Test
    void aRequestWithoutATenantIsRefused() throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(NODE.receiver("Zipkin") + "/api/v2/spans"))
                        .POST(HttpRequest.BodyPublishers.ofString("[]"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertAnswer(401, "no org id", answer);
    }
}
