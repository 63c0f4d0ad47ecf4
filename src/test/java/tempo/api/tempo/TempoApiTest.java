package tempo.api.tempo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.UnknownFieldSet;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tempo.NodeFixture;
import tempo.receiver.otlp.OtlpSpans;

class TempoApiTest {
    private static final String ID = "0000000000000000000a0b0c0d0e0f10";
    private static final String LARGE_ID = "ff02030405060708090a0b0c0d0e0f10";
    private static final String UNKNOWN_ID = "1112131415161718191a1b1c1d1e1f20";
    private static final TracesData TRACE = OtlpSpans.request(OtlpSpans.span(ID, 1).toBuilder()
            .setKind(Span.SpanKind.SPAN_KIND_SERVER)
            .build());
    private static final String RESOURCE_SPANS =
            """
            [{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},\
            "scopeSpans":[{"spans":[{"traceId":"AAAAAAAAAAAACgsMDQ4PEA==","spanId":"AAAAAAAAAAE=",\
            "name":"GET /cart","kind":"SPAN_KIND_SERVER","startTimeUnixNano":"1700000000000000001",\
            "endTimeUnixNano":"1700000000500000001"}]}]}]""";

    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of());

    @BeforeAll
    static void store() {
        NODE.export(TRACE.toByteArray(), "Content-Type", "application/x-protobuf");
        TracesData large = OtlpSpans.request(OtlpSpans.span(LARGE_ID, 1).toBuilder()
                .setName("x".repeat(100_000))
                .build());
        NODE.export(large.toByteArray(), "Content-Type", "application/x-protobuf");
    }

    @Test
    void version1NamesTheListBatches() {
        HttpResponse<byte[]> answer = NODE.get("/api/traces/" + ID);
        assertEquals(200, answer.statusCode());
        assertEquals(
                "application/json", answer.headers().firstValue("Content-Type").orElse(""));
        assertEquals("{\"batches\":" + RESOURCE_SPANS + "}", NodeFixture.text(answer));
    }

    @Test
    void version2WrapsTheTrace() {
        HttpResponse<byte[]> answer = NODE.get("/api/v2/traces/" + ID);
        String text = NodeFixture.text(answer);
        assertTrue(
                text.matches("\\{\"trace\":\\{\"resourceSpans\":\\Q" + RESOURCE_SPANS
                        + "\\E},\"metrics\":\\{\"inspectedBytes\":\"\\d+\"}}"),
                text);
        assertEquals(
                "application/json", answer.headers().firstValue("Content-Type").orElse(""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/protobuf",
                "application/json, application/protobuf;q=0.5",
                "application/protobuf, */*"
            })
    void answersInProtobufWhereTheWordStandsInAccept(String accept) throws IOException {
        HttpResponse<byte[]> v1 = NODE.get("/api/traces/" + ID, "Accept", accept);
        assertEquals(TRACE, TracesData.parseFrom(v1.body()));
        assertEquals(
                "application/protobuf", v1.headers().firstValue("Content-Type").orElse(""));
        HttpResponse<byte[]> v2 = NODE.get("/api/v2/traces/" + ID, "Accept", accept);
        UnknownFieldSet response = UnknownFieldSet.parseFrom(v2.body());
        assertEquals(
                TRACE.toByteString(),
                response.getField(1).getLengthDelimitedList().get(0));
        assertEquals(Set.of(1, 2), response.asMap().keySet());
        assertEquals(
                "application/protobuf", v2.headers().firstValue("Content-Type").orElse(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/*", "application/x-protobuf", "application/json", "text/html", "nonsense"})
    void answersInJsonToAnyOtherAccept(String accept) {
        HttpResponse<byte[]> answer = NODE.get("/api/traces/" + ID, "Accept", accept);
        assertEquals(
                "application/json", answer.headers().firstValue("Content-Type").orElse(""));
    }

    @Test
    void unknownTraceIs404WithoutBodyInVersion1() {
        HttpResponse<byte[]> answer = NODE.get("/api/traces/" + UNKNOWN_ID);
        assertEquals(404, answer.statusCode());
        assertEquals(0, answer.body().length);
    }

    @Test
    void unknownTraceIs200AndEmptyInVersion2() throws IOException {
        HttpResponse<byte[]> json = NODE.get("/api/v2/traces/" + UNKNOWN_ID);
        assertEquals(200, json.statusCode());
        assertEquals("{\"trace\":{},\"metrics\":{}}", NodeFixture.text(json));
        HttpResponse<byte[]> protobuf = NODE.get("/api/v2/traces/" + UNKNOWN_ID, "Accept", "application/protobuf");
        assertEquals(200, protobuf.statusCode());
        assertArrayEquals(new byte[] {10, 0, 18, 0}, protobuf.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a0b0c0d0e0f10", "0a0b0c0d0e0f10", "A0B0C0D0E0F10", "000a0b0c0d0e0f10", ID})
    void padsShortIds(String id) {
        assertEquals(200, NODE.get("/api/traces/" + id).statusCode());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "zz|trace IDs can only contain hex characters: invalid character 'z' at position 1",
                "0102x|trace IDs can only contain hex characters: invalid character 'x' at position 5",
                "%C3%A9|trace IDs can only contain hex characters: invalid character '%' at position 1",
                "01/02|trace IDs can only contain hex characters: invalid character '/' at position 3",
                "000000000000000000000000000000001|trace IDs can't be larger than 128 bits",
            })
    void refusesWhatIsNoId(String id, String message) {
        for (String path : new String[] {"/api/traces/", "/api/v2/traces/"}) {
            HttpResponse<byte[]> answer = NODE.get(path + id);
            assertEquals(message + "\n", NodeFixture.text(answer));
            assertEquals(400, answer.statusCode());
        }
    }

    @Test
    void wantsAnId() {
        assertEquals("please provide a traceID\n", NodeFixture.text(NODE.get("/api/v2/traces/")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "start=5&end=5|http parameter start must be before end. received start=5 end=5",
                "start=6&end=5|http parameter start must be before end. received start=6 end=5",
                "start=x&end=5|start must be unix seconds",
                "start=1&end=-5|end must be unix seconds",
                "end=99999999999999999999|end must be unix seconds",
            })
    void refusesWhatIsNoRange(String query, String message) {
        HttpResponse<byte[]> answer = NODE.get("/api/v2/traces/" + ID + "?" + query);
        assertEquals(400, answer.statusCode());
        assertEquals(message + "\n", NodeFixture.text(answer));
    }

    @ParameterizedTest
    @ValueSource(strings = {"start=1&end=2", "start=1", "end=2", "start=&end=", "unknown=1", "start=0&end=1800000000"})
    void findsTheTraceWhateverTheRange(String query) {
        assertEquals(200, NODE.get("/api/traces/" + ID + "?" + query).statusCode());
    }

    @Test
    void compressesLargeAnswersOnRequest() throws IOException {
        HttpResponse<byte[]> plain = NODE.get("/api/traces/" + LARGE_ID);
        HttpResponse<byte[]> gzip = NODE.get("/api/traces/" + LARGE_ID, "Accept-Encoding", "deflate, gzip");
        assertEquals("gzip", gzip.headers().firstValue("Content-Encoding").orElse(""));
        assertTrue(gzip.body().length < plain.body().length / 10);
        assertArrayEquals(plain.body(), new GZIPInputStream(new ByteArrayInputStream(gzip.body())).readAllBytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "gzip;q=0", "deflate, gzip; q=0.0", "br"})
    void doesNotCompressForOthers(String acceptEncoding) {
        HttpResponse<byte[]> answer = NODE.get("/api/traces/" + LARGE_ID, "Accept-Encoding", acceptEncoding);
        assertEquals("", answer.headers().firstValue("Content-Encoding").orElse(""));
    }

    @Test
    void answersHeadWithoutBody() throws Exception {
        HttpRequest.Builder head =
                HttpRequest.newBuilder(NODE.api().resolve("/api/traces/" + ID)).method("HEAD", BodyPublishers.noBody());
        HttpResponse<byte[]> answer = NODE.send(head);
        assertEquals(200, answer.statusCode());
        assertEquals(0, answer.body().length);
        assertEquals(
                "application/json", answer.headers().firstValue("Content-Type").orElse(""));
    }

    @Test
    void refusesToWriteTraces() {
        HttpResponse<byte[]> answer = NODE.send(
                HttpRequest.newBuilder(NODE.api().resolve("/api/traces/" + ID)).POST(BodyPublishers.ofString("x")));
        assertEquals(405, answer.statusCode());
        assertEquals("GET, HEAD", answer.headers().firstValue("Allow").orElse(""));
        assertEquals("traces can be asked for with GET only\n", NodeFixture.text(answer));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/search",
                "/api/search?q=%7B%7D",
                "/api/search/tags",
                "/api/v2/search/tags",
                "/api/search/tag/service.name/values",
                "/api/v2/search/tag/resource.service.name/values",
                "/api/metrics/query_range",
                "/api/metrics/query",
                "/api/mcp",
                "/api/overrides",
                "/querier/api/traces/1",
                "/status/config",
                "/status/services",
                "/status/endpoints",
                "/status/runtime_config",
                "/status/overrides",
                "/status/overrides/a",
                "/status/usage-stats",
                "/status/backendscheduler",
                "/memberlist",
                "/distributor/ring",
                "/live-store/ring",
                "/backend-worker/ring",
                "/partition-ring",
                "/live-store/prepare-downscale",
                "/live-store/prepare-partition-downscale",
                "/usage_metrics",
                "/debug/pprof/heap"
            })
    void saysWhatIsNotBuilt(String path) {
        HttpResponse<byte[]> answer = NODE.get(path);
        assertEquals(501, answer.statusCode());
        assertEquals(
                path.replaceFirst("\\?.*", "") + " is part of Tempo's API but does not exist here yet\n",
                NodeFixture.text(answer));
    }

    @Test
    void saysThatTraceDiffIsNotBuilt() {
        HttpResponse<byte[]> answer =
                NODE.send(HttpRequest.newBuilder(NODE.api().resolve("/api/v2/traces/diff"))
                        .POST(BodyPublishers.ofString("{}")));
        assertEquals(501, answer.statusCode());
        assertEquals("trace diff is part of Tempo's API but does not exist here yet\n", NodeFixture.text(answer));
    }

    @Test
    void unknownPathIs404() {
        HttpResponse<byte[]> answer = NODE.get("/api/unknown");
        assertEquals(404, answer.statusCode());
        assertEquals("404 page not found\n", NodeFixture.text(answer));
    }

    @Test
    void speaksHttp2OnTheSamePort() throws Exception {
        HttpClient upgrading =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        HttpRequest request =
                HttpRequest.newBuilder(NODE.api().resolve("/api/traces/" + ID)).build();
        HttpResponse<byte[]> upgraded = upgrading.send(request, BodyHandlers.ofByteArray());
        assertEquals(HttpClient.Version.HTTP_2, upgraded.version());
        assertArrayEquals(NODE.get("/api/traces/" + ID).body(), upgraded.body());

        OkHttpClient knowing = new OkHttpClient.Builder()
                .protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE))
                .build();
        Request.Builder prior = new Request.Builder().url(request.uri().toString());
        try (Response answer = knowing.newCall(prior.build()).execute()) {
            assertArrayEquals(upgraded.body(), answer.body().bytes());
        }
        try (Response answer = knowing.newCall(prior.head().build()).execute()) {
            assertEquals(200, answer.code());
            assertEquals("", answer.body().string());
        }
    }

    @Test
    void grpcMethodsAreUnimplemented() throws Exception {
        OkHttpClient client = new OkHttpClient.Builder()
                .protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE))
                .build();
        Request request = new Request.Builder()
                .url(NODE.api() + "/tempopb.StreamingQuerier/Search")
                .post(RequestBody.create(new byte[5], MediaType.parse("application/grpc")))
                .build();
        try (Response answer = client.newCall(request).execute()) {
            assertEquals(200, answer.code());
            assertEquals("12", answer.header("grpc-status"));
            assertEquals("no gRPC method exists on this port yet", answer.header("grpc-message"));
        }
    }

    @Test
    void complainsOfNothingInTheLog() {
        assertEquals(List.of(), NODE.complaints());
    }
}
