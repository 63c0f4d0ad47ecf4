package tempo.receiver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tempo.NodeFixture;
import tempo.format.OtlpSamples;
import tempo.receiver.SameTrace.Unsaid;

/**
 * What clients in Go, Python, JavaScript and Java have sent, byte by byte, is taken, and is the same trace. A payload is a directory of
 * {@code src/test/resources/payloads}: the requests in their order ({@code N.request} where to and as what, {@code N.body} the bytes; of
 * gRPC the message without its frame), and the id of their trace.
 */
class RecordedPayloadsTest {
    private static final Path PAYLOADS = Path.of("src/test/resources/payloads");

    /** What is left out, by client. */
    private static final Map<String, Set<Unsaid>> UNSAID = Map.ofEntries(
            Map.entry("go-otlp-http", SameTrace.nothing()),
            Map.entry("go-otlp-grpc", SameTrace.nothing()),
            Map.entry("python-otlp-http", SameTrace.nothing()),
            Map.entry("python-otlp-grpc", SameTrace.nothing()),
            Map.entry("js-otlp-json", SameTrace.nothing()),
            Map.entry("js-otlp-proto", SameTrace.nothing()),
            Map.entry("go-otel-jaeger-http", SameTrace.nothing()),
            Map.entry("go-otel-jaeger-udp", SameTrace.nothing()),
            Map.entry("python-otel-jaeger-http", EnumSet.of(Unsaid.EVENT_NAME)),
            Map.entry("python-otel-jaeger-udp", EnumSet.of(Unsaid.EVENT_NAME)),
            Map.entry("go-otel-zipkin", EnumSet.of(Unsaid.TYPES)),
            Map.entry("python-otel-zipkin-json", EnumSet.of(Unsaid.TYPES)),
            Map.entry("js-otel-zipkin", EnumSet.of(Unsaid.TYPES, Unsaid.SCOPE, Unsaid.EVENT_ATTRIBUTES)),
            Map.entry("go-jaeger-client-http", jaegerClient()),
            Map.entry("go-jaeger-client-udp", jaegerClient()),
            Map.entry("python-jaeger-client", jaegerClient(Unsaid.LAST_MICROSECOND)),
            Map.entry("js-jaeger-client", jaegerClient(Unsaid.INTEGERS, Unsaid.LAST_MICROSECOND)),
            Map.entry("js-jaeger-client-http", jaegerClient(Unsaid.INTEGERS, Unsaid.LAST_MICROSECOND)),
            Map.entry("go-zipkin-json", zipkin()),
            Map.entry("go-zipkin-proto", zipkin()),
            Map.entry("js-zipkin", zipkin()),
            Map.entry("python-py-zipkin-v1-json", zipkinOfPython()),
            Map.entry("python-py-zipkin-v1-thrift", zipkinOfPython()),
            Map.entry("python-py-zipkin-v2-json", zipkinOfPython()),
            Map.entry("python-py-zipkin-v2-proto", zipkinOfPython()),
            Map.entry("java-otel-jaeger-grpc", SameTrace.nothing()),
            Map.entry("go-opencensus", EnumSet.of(Unsaid.RESOURCE, Unsaid.SCOPE, Unsaid.TIMES)));

    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of());

    private static Set<Unsaid> jaegerClient(Unsaid... others) {
        Set<Unsaid> unsaid = EnumSet.of(Unsaid.SCOPE, Unsaid.STATUS_MESSAGE);
        unsaid.addAll(List.of(others));
        return unsaid;
    }

    private static Set<Unsaid> zipkin() {
        return EnumSet.of(Unsaid.RESOURCE, Unsaid.TYPES, Unsaid.SCOPE, Unsaid.EVENT_ATTRIBUTES);
    }

    /** Its root measures by itself. */
    private static Set<Unsaid> zipkinOfPython() {
        Set<Unsaid> unsaid = zipkin();
        unsaid.add(Unsaid.ROOT_TIMES);
        return unsaid;
    }

    static Set<String> clients() {
        return new TreeSet<>(UNSAID.keySet());
    }

    @Test
    void everyPayloadHasATest() throws IOException {
        try (Stream<Path> directories = Files.list(PAYLOADS)) {
            Set<String> names = new HashSet<>(
                    directories.map(each -> each.getFileName().toString()).toList());
            assertEquals(UNSAID.keySet(), names);
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void whatAClientHasSentIsTheSameTrace(String client) throws Exception {
        Path payload = PAYLOADS.resolve(client);
        List<byte[]> stream = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Path request = payload.resolve(i + ".request");
            if (Files.exists(request)) {
                send(Files.readAllLines(request), Files.readAllBytes(payload.resolve(i + ".body")), stream);
            }
        }
        if (!stream.isEmpty()) {
            sendByStream(stream);
        }
        String traceId = Files.readString(payload.resolve("trace-id")).strip();
        NodeFixture.await("the trace is whole", () -> spans(traceId) >= 2);
        SameTrace.assertSame(NODE.trace(traceId), UNSAID.getOrDefault(client, SameTrace.nothing()));
        assertEquals(List.of(), NODE.complaints());
    }

    private static int spans(String traceId) {
        try {
            return OtlpSamples.spans(NODE.trace(traceId)).size();
        } catch (com.google.protobuf.InvalidProtocolBufferException notThereYet) {
            return 0;
        }
    }

    private static void send(List<String> request, byte[] body, List<byte[]> stream) throws Exception {
        String[] line = request.get(0).split(" ");
        switch (line[0]) {
            case "POST" -> post(line[1], request.subList(1, request.size()), body);
            case "udp" -> sendPacket(line[1], body);
            default -> {
                if (line[1].startsWith("/opencensus")) {
                    stream.add(body);
                } else {
                    call(line[1].substring(1), body);
                }
            }
        }
    }

    private static void post(String path, List<String> headers, byte[] body) {
        URI base = path.startsWith("/v1/traces")
                ? NODE.otlpHttp()
                : NODE.receiver(path.startsWith("/api/traces") ? "Jaeger HTTP" : "Zipkin");
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path)).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        for (String header : headers) {
            int colon = header.indexOf(':');
            request.header(
                    header.substring(0, colon), header.substring(colon + 1).strip());
        }
        int status = NODE.send(request).statusCode();
        assertTrue(status == 200 || status == 202, "status " + status);
    }

    private static void sendPacket(String protocol, byte[] packet) throws IOException {
        URI uri = NODE.receiver("Jaeger " + protocol);
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.send(new DatagramPacket(packet, packet.length, new InetSocketAddress(uri.getHost(), uri.getPort())));
        }
    }

    private static ManagedChannel channel(URI uri) {
        return ManagedChannelBuilder.forAddress(uri.getHost(), uri.getPort())
                .usePlaintext()
                .build();
    }

    private static void call(String method, byte[] message) {
        ManagedChannel channel = channel(method.startsWith("jaeger") ? NODE.receiver("Jaeger gRPC") : NODE.otlpGrpc());
        try {
            ClientCalls.blockingUnaryCall(channel, RawGrpc.unary(method), CallOptions.DEFAULT, message);
        } finally {
            channel.shutdownNow();
        }
    }

    private static void sendByStream(List<byte[]> messages) throws Exception {
        ManagedChannel channel = channel(NODE.receiver("OpenCensus"));
        try {
            BlockingClientCall<byte[], byte[]> call = ClientCalls.blockingBidiStreamingCall(
                    channel,
                    RawGrpc.stream("opencensus.proto.agent.trace.v1.TraceService/Export"),
                    CallOptions.DEFAULT);
            for (byte[] message : messages) {
                call.write(message);
                assertEquals(0, call.read().length);
            }
            call.halfClose();
        } finally {
            channel.shutdownNow();
        }
    }
}
