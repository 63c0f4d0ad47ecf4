package tempo.api.jaeger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tempo.NodeFixture;
import tempo.format.OtlpSamples;
import tempo.format.jaeger.JaegerFormat;
import tempo.receiver.RawGrpc;
import tempo.receiver.otlp.OtlpSpans;
import tempo.span.WireWriter;

/** What a Jaeger that reads from a node gets, by each protocol, and how it is told what it cannot get. */
class JaegerApiTest {
    private static final String ID = "0102030405060708090a0b0c0d0e0f10";
    private static final String SHORT_ID = "00000000000000000a0b0c0d0e0f1011";
    private static final String ABSENT = "ffffffffffffffffffffffffffffffff";
    private static final String LARGE = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private static final int LARGE_SPANS = 60;
    private static final String GET_TRACES = "jaeger.storage.v2.TraceReader/GetTraces";
    private static final String GET_TRACE = "jaeger.storage.v1.SpanReaderPlugin/GetTrace";

    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of("tempo.tenancy.multi-tenancy", "on"));

    private static ManagedChannel channel;

    @BeforeAll
    static void send() {
        URI storage = NODE.receiver("Jaeger storage");
        channel = ManagedChannelBuilder.forAddress(storage.getHost(), storage.getPort())
                .usePlaintext()
                .build();
        export(OtlpSpans.request(OtlpSpans.span(ID, 1), OtlpSpans.span(ID, 2), OtlpSpans.span(SHORT_ID, 3)));
        String value = "x".repeat(50_000);
        List<Span> large = new ArrayList<>();
        for (int span = 0; span < LARGE_SPANS; span++) {
            large.add(OtlpSpans.span(LARGE, span + 1).toBuilder()
                    .addAttributes(OtlpSpans.attribute("long", value))
                    .build());
        }
        export(OtlpSpans.request(large.toArray(Span[]::new)));
    }

    @AfterAll
    static void close() {
        channel.shutdownNow();
    }

    private static void export(TracesData spans) {
        assertEquals(
                200,
                NODE.export(spans.toByteArray(), "Content-Type", "application/x-protobuf", "X-Scope-OrgID", "shop")
                        .statusCode());
    }

    private static List<byte[]> call(String method, byte[] request, String header, String tenant) {
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of(header, Metadata.ASCII_STRING_MARSHALLER), tenant);
        Channel withTenant = ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
        List<byte[]> answers = new ArrayList<>();
        ClientCalls.blockingServerStreamingCall(withTenant, RawGrpc.serverStream(method), CallOptions.DEFAULT, request)
                .forEachRemaining(answers::add);
        return answers;
    }

    private static List<byte[]> call(String method, byte[] request) {
        return call(method, request, "x-scope-orgid", "shop");
    }

    private static byte[] getTraces(String... ids) {
        WireWriter request = new WireWriter(64);
        for (String id : ids) {
            int query = request.begin(1);
            byte[] bytes = HexFormat.of().parseHex(id);
            request.bytes(1, bytes, 0, bytes.length);
            request.end(query);
        }
        return request.toByteArray();
    }

    private static byte[] getTrace(String id) {
        WireWriter request = new WireWriter(64);
        byte[] bytes = HexFormat.of().parseHex(id);
        request.bytes(1, bytes, 0, bytes.length);
        return request.toByteArray();
    }

    private static Status failure(String method, byte[] request) {
        return assertThrows(StatusRuntimeException.class, () -> call(method, request))
                .getStatus();
    }

    /** Names of the spans' ids. */
    private static TreeSet<Integer> numbers(List<Span> spans) {
        TreeSet<Integer> numbers = new TreeSet<>();
        for (Span span : spans) {
            ByteString id = span.getSpanId();
            numbers.add((id.byteAt(6) & 0xff) << 8 | id.byteAt(7) & 0xff);
        }
        return numbers;
    }

    @Test
    void version2StreamsEachTraceThatIsThereAndPassesOverOthers() throws Exception {
        List<byte[]> chunks = call(GET_TRACES, getTraces(ID, ABSENT, SHORT_ID));
        assertEquals(2, chunks.size());
        assertEquals(new TreeSet<>(List.of(1, 2)), numbers(OtlpSamples.spans(TracesData.parseFrom(chunks.get(0)))));
        assertEquals(new TreeSet<>(List.of(3)), numbers(OtlpSamples.spans(TracesData.parseFrom(chunks.get(1)))));
        assertEquals(0, call(GET_TRACES, getTraces(ABSENT)).size());
        assertEquals(0, call(GET_TRACES, new byte[0]).size());
    }

    @Test
    void version2CutsALargeTraceIntoMessagesThatAClientTakes() throws Exception {
        List<byte[]> chunks = call(GET_TRACES, getTraces(LARGE));
        assertTrue(chunks.size() > 1, () -> chunks.size() + " chunks");
        List<Span> spans = new ArrayList<>();
        for (byte[] chunk : chunks) {
            assertTrue(chunk.length < 2 << 20, () -> "a chunk has " + chunk.length + " bytes");
            spans.addAll(OtlpSamples.spans(TracesData.parseFrom(chunk)));
        }
        assertEquals(LARGE_SPANS, spans.size());
        assertEquals(LARGE_SPANS, numbers(spans).size());
    }

    @Test
    void version1StreamsSpansWithTheirProcess() throws Exception {
        List<byte[]> chunks = call(GET_TRACE, getTrace(ID));
        assertEquals(1, chunks.size());
        // The chunk's spans are those of a batch, with a process each.
        WireWriter post = new WireWriter(1024);
        post.bytes(1, chunks.get(0), 0, chunks.get(0).length);
        byte[] request = post.toByteArray();
        TracesData back = TracesData.parseFrom(JaegerFormat.PROTOBUF.toOtlp(request, 0, request.length, 1 << 20));
        assertEquals(new TreeSet<>(List.of(1, 2)), numbers(OtlpSamples.spans(back)));
        assertEquals(
                Map.of("service.name", "shop"),
                OtlpSamples.attributes(back.getResourceSpans(0).getResource().getAttributesList()));
        assertTrue(call(GET_TRACE, getTrace(LARGE)).size() > 1, "a large trace is one message");
    }

    @Test
    void version1SaysThatATraceIsNotThereInTheWordsThatJaegerLooksFor() {
        Status status = failure(GET_TRACE, getTrace(ABSENT));
        assertEquals(Status.Code.NOT_FOUND, status.getCode());
        assertEquals("trace not found", status.getDescription());
    }

    @Test
    void version1CanNeitherWriteNorArchive() {
        List<byte[]> answer = call("jaeger.storage.v1.PluginCapabilities/Capabilities", new byte[0]);
        assertEquals(1, answer.size());
        assertEquals(0, answer.get(0).length);
    }

    /** {@code GetCapabilitiesResponse.search}: {@code without_service_name} and {@code same_span_conjunction}, no filters. */
    @Test
    void version2SaysWhatItsSearchesCan() {
        List<byte[]> answer = call("jaeger.storage.v2.Capabilities/GetCapabilities", new byte[0]);
        assertEquals(1, answer.size());
        assertEquals("0a0408011001", HexFormat.of().formatHex(answer.get(0)));
    }

    @Test
    void whatIsWrongWithARequestIsSaid() {
        assertEquals(
                "INVALID_ARGUMENT trace_id must have 16 bytes but had 2", text(failure(GET_TRACES, getTraces("0102"))));
        assertEquals("INVALID_ARGUMENT trace_id must have 16 bytes but had 0", text(failure(GET_TRACE, new byte[0])));
        assertEquals(
                Status.Code.INVALID_ARGUMENT,
                failure(GET_TRACES, new byte[] {10, 9, 1}).getCode());
        assertEquals(
                "UNIMPLEMENTED method /jaeger.storage.v2.TraceReader/Nothing is not served",
                text(failure("jaeger.storage.v2.TraceReader/Nothing", new byte[0])));
    }

    private static String text(Status status) {
        return status.getCode() + " " + status.getDescription();
    }

    @Test
    void theTenantIsTheHeadersOrTheTokens() {
        for (String header : List.of("x-scope-orgid", "x-tenant", "bearer.token")) {
            assertEquals(1, call(GET_TRACES, getTraces(ID), header, "shop").size(), header);
            assertEquals(0, call(GET_TRACES, getTraces(ID), header, "other").size(), header);
        }
        assertEquals(
                1,
                call(GET_TRACES, getTraces(ID), "authorization", "Bearer shop").size());
        Status nobody = assertThrows(
                        StatusRuntimeException.class,
                        () -> call(GET_TRACES, getTraces(ID), "authorization", "Basic c2hvcA=="))
                .getStatus();
        assertEquals(Status.Code.UNAUTHENTICATED, nobody.getCode());
    }

    private static HttpResponse<byte[]> get(String path) {
        return NODE.send(HttpRequest.newBuilder(URI.create(NODE.receiver("Jaeger query") + path))
                .header("X-Scope-OrgID", "shop"));
    }

    private static JsonNode json(HttpResponse<byte[]> response) throws Exception {
        assertEquals(
                "application/json",
                response.headers().firstValue("Content-Type").orElse(""));
        return new ObjectMapper().readTree(response.body());
    }

    @Test
    void httpAnswersATraceAsJaegersUiReadsIt() throws Exception {
        HttpResponse<byte[]> response = get("/api/traces/" + ID);
        assertEquals(200, response.statusCode());
        JsonNode answer = json(response);
        assertTrue(answer.get("errors").isNull());
        JsonNode trace = answer.get("data").get(0);
        assertEquals(ID, trace.get("traceID").asText());
        assertEquals(2, trace.get("spans").size());
        JsonNode span = trace.get("spans").get(0);
        assertEquals("GET /cart", span.get("operationName").asText());
        assertEquals(1_700_000_000_000_000L, span.get("startTime").asLong());
        assertEquals(500_000, span.get("duration").asLong());
        assertTrue(span.get("references").isArray()
                && span.get("logs").isArray()
                && span.get("tags").isArray());
        assertEquals(
                "shop",
                trace.get("processes")
                        .get(span.get("processID").asText())
                        .get("serviceName")
                        .asText());
        assertEquals(0, trace.get("warnings").size());
    }

    @Test
    void httpTakesAnIdOf64BitsAsItPrintsIt() throws Exception {
        JsonNode trace = json(get("/api/traces/a0b0c0d0e0f1011")).get("data").get(0);
        assertEquals("0a0b0c0d0e0f1011", trace.get("traceID").asText());
        assertEquals(
                "0a0b0c0d0e0f1011", trace.get("spans").get(0).get("traceID").asText());
    }

    @Test
    void httpErrorsAreJsonToo() throws Exception {
        assertError(404, "trace not found", get("/api/traces/" + ABSENT));
        assertError(400, "trace id must be 1 to 32 hexadecimal digits", get("/api/traces/xyz"));
        assertError(
                501,
                "/api/metrics/calls is part of Jaeger's API but does not exist here yet",
                get("/api/metrics/calls"));
        assertError(404, "there is no page here; Jaeger's UI asks for /api/traces/{id}", get("/"));
        assertError(
                401,
                "no org id",
                NODE.send(HttpRequest.newBuilder(URI.create(NODE.receiver("Jaeger query") + "/api/traces/" + ID))));
    }

    private static void assertError(int status, String sentence, HttpResponse<byte[]> response) throws Exception {
        assertEquals(status, response.statusCode());
        JsonNode error = json(response).get("errors").get(0);
        assertEquals(status, error.get("code").asInt());
        assertEquals(sentence, error.get("msg").asText());
    }
}
