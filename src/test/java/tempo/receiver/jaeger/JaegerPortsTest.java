package tempo.receiver.jaeger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.jaegertracing.thriftjava.Batch;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tempo.NodeFixture;
import tempo.format.jaeger.JaegerBatches;
import tempo.format.jaeger.JaegerFormat;
import tempo.receiver.RawGrpc;

/** What Jaeger's ports take, and what they answer to what is wrong. */
class JaegerPortsTest {
    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of("tempo.receiver.jaeger.request-bytes-max", "100 KiB"));

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** A batch with one span at least, and the id of its first trace. */
    private record Sample(Batch batch, String traceId) {
        static Sample of(long seed) {
            JaegerBatches batches = new JaegerBatches(seed);
            Batch batch = batches.next();
            while (batch.getSpans().isEmpty()) {
                batch = batches.next();
            }
            io.jaegertracing.thriftjava.Span first = batch.getSpans().get(0);
            return new Sample(batch, String.format("%016x%016x", first.getTraceIdHigh(), first.getTraceIdLow()));
        }
    }

    private HttpResponse<String> post(String path, byte[] body, String type) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(NODE.receiver("Jaeger HTTP") + path))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .header("Content-Type", type)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static void assertAnswer(int status, String sentence, HttpResponse<String> answer) {
        assertEquals(
                status + " " + sentence,
                answer.statusCode() + " " + answer.body().strip());
    }

    private static boolean isFound(String traceId) {
        return NODE.get("/api/traces/" + traceId).statusCode() == 200;
    }

    private static byte[] call(byte[] request) {
        URI uri = NODE.receiver("Jaeger gRPC");
        ManagedChannel channel = ManagedChannelBuilder.forAddress(uri.getHost(), uri.getPort())
                .usePlaintext()
                .build();
        try {
            return ClientCalls.blockingUnaryCall(
                    channel, RawGrpc.unary("jaeger.api_v2.CollectorService/PostSpans"), CallOptions.DEFAULT, request);
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void aBatchByGrpcIsStored() {
        Sample sample = Sample.of(1);
        assertEquals(0, call(JaegerBatches.bytes(JaegerFormat.PROTOBUF, sample.batch())).length);
        assertTrue(isFound(sample.traceId()));
    }

    @Test
    void wrongBytesByGrpcAreNamed() {
        try {
            call(new byte[] {10, 5});
        } catch (StatusRuntimeException refused) {
            assertEquals(Status.Code.INVALID_ARGUMENT, refused.getStatus().getCode());
            assertEquals(
                    "protobuf is not valid: length is 5 but 0 bytes are left, at byte 1",
                    refused.getStatus().getDescription());
            return;
        }
        throw new AssertionError("it was taken");
    }

    @Test
    void aBatchByHttpIsStored() throws Exception {
        Sample sample = Sample.of(2);
        byte[] bytes = JaegerBatches.bytes(JaegerFormat.THRIFT, sample.batch());
        assertAnswer(202, "", post("/api/traces?format=jaeger.thrift", bytes, "application/x-thrift"));
        assertTrue(isFound(sample.traceId()));
        assertAnswer(202, "", post("/api/traces", bytes, "application/vnd.apache.thrift.binary"));
    }

    @Test
    void whatIsWrongByHttpIsSaid() throws Exception {
        assertAnswer(
                400,
                "thrift is not valid: value is cut off, at byte 1",
                post("/api/traces", new byte[] {12}, "application/x-thrift"));
        assertAnswer(
                415,
                "content type must be application/x-thrift or application/vnd.apache.thrift.binary",
                post("/api/traces", new byte[] {0}, "application/json"));
        assertAnswer(404, "this port takes POST /api/traces only", post("/api/spans", new byte[] {0}, "text/plain"));
        assertAnswer(
                413,
                "request has more than 102400 bytes (receiver.jaeger.request-bytes-max)",
                post("/api/traces", new byte[102_401], "application/x-thrift"));
    }

    private static void send(String receiver, byte[] packet) throws IOException {
        URI uri = NODE.receiver(receiver);
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.send(new DatagramPacket(packet, packet.length, new InetSocketAddress(uri.getHost(), uri.getPort())));
        }
    }

    @Test
    void packetsOfEitherProtocolAreStored() throws Exception {
        Sample compact = Sample.of(3);
        Sample binary = Sample.of(4);
        send("Jaeger compact", JaegerBatches.bytes(JaegerFormat.AGENT_COMPACT, compact.batch()));
        send("Jaeger binary", JaegerBatches.bytes(JaegerFormat.AGENT_BINARY, binary.batch()));
        NodeFixture.await("both are found", () -> isFound(compact.traceId()) && isFound(binary.traceId()));
    }

    private static boolean isCounted() {
        return NodeFixture.text(NODE.get("/metrics"))
                .lines()
                .anyMatch(line -> line.startsWith("tempo_requests_refused_total")
                        && line.contains("receiver=\"jaeger\"")
                        && line.contains("reason=\"malformed_request\"")
                        && !line.endsWith(" 0.0"));
    }

    @Test
    void aPacketThatCannotBeReadIsCountedAndCostsNoOther() throws Exception {
        send("Jaeger compact", new byte[] {1, 2, 3});
        send("Jaeger compact", new byte[0]);
        NodeFixture.await("it is counted", JaegerPortsTest::isCounted);
        Sample next = Sample.of(5);
        send("Jaeger compact", JaegerBatches.bytes(JaegerFormat.AGENT_COMPACT, next.batch()));
        NodeFixture.await("the next is found", () -> isFound(next.traceId()));
    }
}
