package tempo.api.jaeger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tempo.NodeFixture;
import tempo.format.OtlpSamples;
import tempo.receiver.RawGrpc;
import tempo.receiver.otlp.OtlpSpans;
import tempo.span.WireReader;
import tempo.span.WireWriter;

/** What Jaeger's UI searches for is found as soon as it is acknowledged, and still once it is in a block, by each of its protocols. */
class JaegerSearchTest {
    private static final String FIRST = "0102030405060708090a0b0c0d0e0f10";
    private static final String SECOND = "1112131415161718191a1b1c1d1e1f20";
    private static final long START = System.currentTimeMillis() * 1_000_000;
    private static final long MILLI = 1_000_000;

    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of(
            "tempo.ingester.trace-idle", "2 s",
            "tempo.ingester.head-age", "1 s"));

    private static ManagedChannel channel;

    @BeforeAll
    static void send() {
        URI storage = NODE.receiver("Jaeger storage");
        channel = ManagedChannelBuilder.forAddress(storage.getHost(), storage.getPort())
                .usePlaintext()
                .build();
        Span cart = span(FIRST, 1, "GET /cart", SpanKind.SPAN_KIND_SERVER, 0, 500)
                .addAttributes(OtlpSpans.attribute("user", "alice"))
                .build();
        Span pay = span(SECOND, 2, "pay", SpanKind.SPAN_KIND_CLIENT, 10, 20)
                .addAttributes(OtlpSpans.attribute("user", "bob"))
                .setStatus(io.opentelemetry.proto.trace.v1.Status.newBuilder()
                        .setCode(io.opentelemetry.proto.trace.v1.Status.StatusCode.STATUS_CODE_ERROR))
                .build();
        Span again = span(SECOND, 3, "pay", SpanKind.SPAN_KIND_CLIENT, 12, 5)
                .addAttributes(OtlpSpans.attribute("attempt", "second"))
                .build();
        for (Span each : List.of(cart, pay, again)) {
            assertEquals(
                    200,
                    NODE.export(OtlpSpans.request(each).toByteArray(), "Content-Type", "application/x-protobuf")
                            .statusCode());
        }
    }

    @AfterAll
    static void close() {
        channel.shutdownNow();
    }

    private static Span.Builder span(String id, int number, String name, SpanKind kind, long after, long millis) {
        return OtlpSpans.span(id, number).toBuilder()
                .setName(name)
                .setKind(kind)
                .setStartTimeUnixNano(START + after * MILLI)
                .setEndTimeUnixNano(START + (after + millis) * MILLI);
    }

    private static List<byte[]> call(String method, byte[] request) {
        List<byte[]> answers = new ArrayList<>();
        ClientCalls.blockingServerStreamingCall(channel, RawGrpc.serverStream(method), CallOptions.DEFAULT, request)
                .forEachRemaining(answers::add);
        return answers;
    }

    private static byte[] query(Consumer<WireWriter> fields) {
        WireWriter out = new WireWriter(64);
        int query = out.begin(1);
        fields.accept(out);
        out.end(query);
        return out.toByteArray();
    }

    /** A key and a value of version 2: a number where it is one. */
    private static Consumer<WireWriter> typed(String key, String text) {
        return out -> {
            int attribute = out.begin(3);
            out.string(1, key);
            int value = out.begin(2);
            if (text.equals("true")) {
                out.varint(2, 1);
            } else {
                out.string(1, text);
            }
            out.end(value);
            out.end(attribute);
        };
    }

    /** A key and a value of version 1. */
    private static Consumer<WireWriter> text(String key, String text) {
        return out -> {
            int attribute = out.begin(3);
            out.string(1, key);
            out.string(2, text);
            out.end(attribute);
        };
    }

    private static Consumer<WireWriter> time(int field, long nanos) {
        return out -> {
            int time = out.begin(field);
            out.varint(1, nanos / 1_000_000_000);
            out.varint(2, nanos % 1_000_000_000);
            out.end(time);
        };
    }

    /** Texts in a field, or in the first field of the messages there. */
    private static List<String> texts(byte[] answer, int field, boolean nested) throws Exception {
        List<String> texts = new ArrayList<>();
        WireReader in = new WireReader(answer);
        while (in.hasNext()) {
            int tag = in.readTag();
            if (WireReader.field(tag) != field) {
                in.skipField(tag);
                continue;
            }
            int outer = in.enter();
            int end = in.limit();
            if (nested) {
                in.readTag();
                int length = in.readLength();
                end = in.position() + length;
            }
            texts.add(new String(answer, in.position(), end - in.position(), StandardCharsets.ISO_8859_1));
            in.leave(outer);
        }
        return texts;
    }

    private static List<String> found(Consumer<WireWriter> fields) throws Exception {
        List<String> ids = new ArrayList<>();
        for (byte[] chunk : call("jaeger.storage.v2.TraceReader/FindTraces", query(fields))) {
            ByteString id =
                    OtlpSamples.spans(TracesData.parseFrom(chunk)).get(0).getTraceId();
            ids.add(HexFormat.of().formatHex(id.toByteArray()));
        }
        return ids;
    }

    private static JsonNode get(String path) throws Exception {
        HttpResponse<byte[]> response =
                NODE.send(HttpRequest.newBuilder(URI.create(NODE.receiver("Jaeger query") + path)));
        JsonNode answer = new ObjectMapper().readTree(response.body());
        assertEquals(200, response.statusCode(), answer::toString);
        assertEquals("null", answer.get("errors").toString());
        return answer.get("data");
    }

    private static List<String> http(String parameters) throws Exception {
        List<String> ids = new ArrayList<>();
        get("/api/traces?" + parameters)
                .forEach(trace -> ids.add(trace.get("traceID").asText()));
        return ids;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static boolean hasBlock() {
        try (Stream<Path> files = Files.walk(NODE.dataDirectory())) {
            return files.anyMatch(file -> file.toString().endsWith(".tp"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void isFoundWhereverItIs() throws Exception {
        everythingIsFound();
        NodeFixture.await("block", JaegerSearchTest::hasBlock);
        everythingIsFound();
    }

    private static void everythingIsFound() throws Exception {
        Consumer<WireWriter> shop = out -> out.string(1, "shop");
        assertEquals(List.of(SECOND, FIRST), found(shop), "the newest first");
        assertEquals(List.of(SECOND), found(shop.andThen(out -> out.varint(8, 1))), "no more than wanted");
        assertEquals(List.of(), found(out -> out.string(1, "other")));
        assertEquals(List.of(FIRST), found(shop.andThen(out -> out.string(2, "GET /cart"))));
        assertEquals(List.of(SECOND), found(shop.andThen(typed("user", "bob"))));
        assertEquals(List.of(SECOND), found(shop.andThen(typed("error", "true"))));
        assertEquals(List.of(FIRST), found(shop.andThen(typed("span.kind", "server"))));
        assertEquals(List.of(SECOND), found(typed("attempt", "second")), "whatever its service");
        assertEquals(
                List.of(),
                found(shop.andThen(typed("attempt", "second")).andThen(typed("user", "bob"))),
                "not from two spans of a trace");
        assertEquals(List.of(FIRST), found(shop.andThen(time(6, 100 * MILLI))), "the longer");
        assertEquals(List.of(SECOND), found(shop.andThen(time(7, 100 * MILLI))), "the shorter");
        assertEquals(List.of(SECOND), found(shop.andThen(time(4, START + 5 * MILLI))), "the later");
        assertEquals(List.of(FIRST), found(shop.andThen(time(5, START + 5 * MILLI))), "the earlier");

        List<byte[]> summaries = call("jaeger.storage.v2.TraceReader/FindTraceSummaries", query(shop));
        assertEquals(2, summaries.size());
        UnknownFieldSet newest = UnknownFieldSet.parseFrom(UnknownFieldSet.parseFrom(summaries.get(0))
                .getField(1)
                .getLengthDelimitedList()
                .get(0));
        assertEquals(
                SECOND,
                HexFormat.of()
                        .formatHex(newest.getField(1)
                                .getLengthDelimitedList()
                                .get(0)
                                .toByteArray()));
        assertEquals(List.of(2L), newest.getField(6).getVarintList(), "spans");
        assertEquals(List.of(1L), newest.getField(7).getVarintList(), "errors");

        byte[] bob = query(shop.andThen(text("user", "bob")));
        assertEquals(
                1, call("jaeger.storage.v1.SpanReaderPlugin/FindTraces", bob).size());
        assertEquals(
                List.of(new String(HexFormat.of().parseHex(SECOND), StandardCharsets.ISO_8859_1)),
                texts(
                        call("jaeger.storage.v1.SpanReaderPlugin/FindTraceIDs", bob)
                                .get(0),
                        1,
                        false));
        assertEquals(
                List.of("shop"),
                texts(
                        call("jaeger.storage.v2.TraceReader/GetServices", new byte[0])
                                .get(0),
                        1,
                        false));
        WireWriter ofShop = new WireWriter(16);
        ofShop.string(1, "shop");
        byte[] operations = ofShop.toByteArray();
        assertEquals(
                List.of("GET /cart", "pay"),
                texts(
                        call("jaeger.storage.v1.SpanReaderPlugin/GetOperations", operations)
                                .get(0),
                        1,
                        false));
        assertEquals(
                List.of("GET /cart", "pay"),
                texts(
                        call("jaeger.storage.v2.TraceReader/GetOperations", operations)
                                .get(0),
                        1,
                        true));
        ofShop.string(2, "client");
        assertEquals(
                List.of("pay"),
                texts(
                        call("jaeger.storage.v2.TraceReader/GetOperations", ofShop.toByteArray())
                                .get(0),
                        1,
                        true));

        assertEquals("[\"shop\"]", get("/api/services").toString());
        assertEquals(
                "[\"GET /cart\",\"pay\"]", get("/api/services/shop/operations").toString());
        assertEquals(
                "[{\"name\":\"pay\",\"spanKind\":\"client\"}]",
                get("/api/operations?service=shop&spanKind=client").toString());
        assertEquals(List.of(SECOND, FIRST), http("service=shop"));
        assertEquals(List.of(FIRST), http("service=shop&minDuration=0.1s&limit=20&lookback=1h"));
        assertEquals(List.of(SECOND), http("service=shop&tags=" + encoded("{\"user\":\"bob\",\"error\":\"true\"}")));
        assertEquals(List.of(FIRST), http("service=shop&tag=user:alice&end=" + (START / 1_000 + 60_000_000)));
        assertEquals(List.of(FIRST, SECOND), http("traceID=" + FIRST + "&traceID=" + SECOND));
    }

    @Test
    void whatIsWrongWithASearchIsSaid() throws Exception {
        for (String[] each : new String[][] {
            {"", "parameter 'service' is required"},
            {"service=shop&limit=x", "parameter 'limit' must be a number"},
            {"service=shop&limit=-1", "limit must not be negative but was -1"},
            {"service=shop&start=x", "parameter 'start' must be microseconds since 1970"},
            {"service=shop&minDuration=1x", "parameter 'minDuration' must be a duration such as 1.5s or 200ms"},
            {"service=shop&minDuration=2s&maxDuration=1s", "the least duration is longer than the greatest"},
            {"service=shop&start=2&end=1", "the time range ends before it begins"},
            {"service=shop&tags=x", "parameter 'tags' must be a JSON object of texts"},
            {"service=shop&tag=x", "parameter 'tag' must be key:value"},
            {"traceID=x", "parameter 'traceID' must be 1 to 32 hexadecimal digits"}
        }) {
            HttpResponse<byte[]> response = NODE.send(
                    HttpRequest.newBuilder(URI.create(NODE.receiver("Jaeger query") + "/api/traces?" + each[0])));
            assertEquals(400, response.statusCode(), each[0]);
            JsonNode error =
                    new ObjectMapper().readTree(response.body()).get("errors").get(0);
            assertEquals(each[1], error.get("msg").asText());
        }
        assertEquals(
                "UNIMPLEMENTED structured filters are not understood",
                failure("jaeger.storage.v2.TraceReader/FindTraces", query(out -> out.string(9, "x"))));
        assertEquals(
                "UNIMPLEMENTED searches are not answered in pages",
                failure("jaeger.storage.v2.TraceReader/FindTraceIDs", query(out -> out.string(10, ""))));
        assertEquals(
                "INVALID_ARGUMENT service must not be empty",
                failure("jaeger.storage.v2.TraceReader/GetOperations", new byte[0]));
        assertEquals(
                "UNIMPLEMENTED searches are not answered in pages",
                failure("jaeger.storage.v2.TraceReader/FindTraceSummaries", query(out -> out.string(10, ""))));
    }

    private static String failure(String method, byte[] request) {
        Status status = assertThrows(StatusRuntimeException.class, () -> call(method, request))
                .getStatus();
        return status.getCode() + " " + status.getDescription();
    }
}
