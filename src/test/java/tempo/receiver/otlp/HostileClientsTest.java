package tempo.receiver.otlp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tempo.NodeFixture;
import tempo.format.otlp.OtlpJsonPrinter;
import tempo.span.TraceSamples;

/** Whatever a client does, it is told what is wrong, the log stays quiet, and the node goes on answering others. */
class HostileClientsTest {
    private static final String PROTOBUF = "application/x-protobuf";
    private static final String JSON = "application/json";
    private static final String GOOD_ID = "0102030405060708090a0b0c0d0e0f10";
    private static final byte[] GOOD =
            OtlpSpans.request(OtlpSpans.span(GOOD_ID, 1)).toByteArray();

    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of("tempo.receiver.otlp.body-timeout", "500 ms"));

    @AfterEach
    void nodeGoesOn() throws IOException {
        assertEquals(200, NODE.export(GOOD, "Content-Type", PROTOBUF).statusCode());
        assertEquals(
                0, GrpcCall.export(NODE.otlpGrpc(), GrpcCall.frame(0, GOOD)).status());
        assertEquals(200, NODE.get("/api/traces/" + GOOD_ID).statusCode());
        NodeFixture.await("accepted + refused = received", () -> addsUp("tempo_spans") && addsUp("tempo_bytes"));
        assertEquals(List.of(), NODE.complaints());
    }

    private static boolean addsUp(String what) {
        double received = NODE.metric(what + "_received_total");
        return received > 0 && received == NODE.metric(what + "_accepted_total") + NODE.metric(what + "_refused_total");
    }

    @Test
    void randomBytesAreARequestOrABadOne() throws IOException {
        Random random = new Random(1);
        for (int i = 0; i < 100; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            answered(NODE.export(bytes, "Content-Type", PROTOBUF));
            answered(NODE.export(bytes, "Content-Type", JSON));
            answered(NODE.export(bytes, "Content-Type", PROTOBUF, "Content-Encoding", "gzip"));
            int status = GrpcCall.export(NODE.otlpGrpc(), bytes).status();
            assertEquals(3, status);
            status = GrpcCall.export(NODE.otlpGrpc(), GrpcCall.frame(0, bytes)).status();
            assertTrue(status == 0 || status == 3, "grpc-status " + status);
        }
    }

    @Test
    void cutOffAndMutatedRequestsAreTakenOrRefused() {
        byte[] protobuf = new TraceSamples(3).request(4, 20).toByteArray();
        byte[] json =
                new OtlpJsonPrinter(3).print(new TraceSamples(4).request(2, 5)).getBytes(UTF_8);
        Random random = new Random(2);
        for (int i = 0; i < 100; i++) {
            answered(NODE.export(Arrays.copyOf(protobuf, random.nextInt(protobuf.length)), "Content-Type", PROTOBUF));
            byte[] cut = Arrays.copyOf(json, random.nextInt(json.length));
            assertEquals(400, NODE.export(cut, "Content-Type", JSON).statusCode());
            byte[] mutated = protobuf.clone();
            mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
            answered(NODE.export(mutated, "Content-Type", PROTOBUF));
        }
    }

    private static void answered(HttpResponse<byte[]> answer) {
        assertTrue(Set.of(200, 400).contains(answer.statusCode()), answer.statusCode() + NodeFixture.text(answer));
    }

    @Test
    void nestingIsBounded() throws IOException {
        String json = "{\"resourceSpans\":" + "[".repeat(100_000);
        HttpResponse<byte[]> answer = NODE.export(json.getBytes(UTF_8), "Content-Type", JSON);
        assertEquals(400, answer.statusCode());
        assertTrue(
                NodeFixture.text(answer)
                        .startsWith("{\"code\":3,\"message\":\"resourceSpans[0] is not an object: an array"),
                NodeFixture.text(answer));
        String unknown = "{\"x\":" + "[".repeat(100_000);
        assertTrue(NodeFixture.text(NODE.export(unknown.getBytes(UTF_8), "Content-Type", JSON))
                .startsWith("{\"code\":3,\"message\":\"body is not valid json: document nesting depth (201) exceeds"
                        + " the maximum allowed (200)"));

        byte[] groups = new byte[100_000];
        Arrays.fill(groups, (byte) (15 << 3 | 3));
        assertEquals(
                "request could not be decoded: groups are nested more than 100 deep, at byte 101",
                RpcStatus.parse(NODE.export(groups, "Content-Type", PROTOBUF).body())
                        .message());

        ByteString value = ByteString.EMPTY;
        for (int i = 0; i < 5_000; i++) {
            value = delimited(5, delimited(1, value));
        }
        ByteString attribute = delimited(9, delimited(2, value));
        TracesData good = OtlpSpans.request(OtlpSpans.span(GOOD_ID, 1));
        ByteString span = good.getResourceSpans(0)
                .getScopeSpans(0)
                .getSpans(0)
                .toByteString()
                .concat(attribute);
        byte[] deep = delimited(1, delimited(2, delimited(2, span))).toByteArray();
        assertEquals(
                "1 attribute value is nested deeper than 64 levels",
                PartialSuccessTest.partial(
                        NODE.export(deep, "Content-Type", PROTOBUF).body()));
    }

    private static ByteString delimited(int field, ByteString payload) {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        header.write(field << 3 | 2);
        int rest = payload.size();
        for (; rest > 127; rest >>>= 7) {
            header.write(rest & 127 | 128);
        }
        header.write(rest);
        return ByteString.copyFrom(header.toByteArray()).concat(payload);
    }

    @ParameterizedTest
    @EnumSource(value = Compressed.class, names = "IDENTITY", mode = EnumSource.Mode.EXCLUDE)
    void bombsAreNotInflated(Compressed compression) throws IOException {
        byte[] bomb = compression.bomb(72);
        String message = "request inflates to more than 67108864 bytes (receiver.otlp.inflated-bytes-max)";
        HttpResponse<byte[]> http = NODE.export(bomb, "Content-Type", PROTOBUF, "Content-Encoding", compression.header);
        assertEquals(413, http.statusCode());
        assertEquals(new RpcStatus(8, message, 0), RpcStatus.parse(http.body()));
        GrpcCall.Answer grpc =
                GrpcCall.export(NODE.otlpGrpc(), GrpcCall.frame(1, bomb), "grpc-encoding", compression.header);
        assertEquals(8, grpc.status());
        assertEquals(message, grpc.message());
        NodeFixture.await("bytes given back", () -> NODE.metric("tempo_receiver_bytes_in_flight") == 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void hugeBodiesAreNotRead(boolean chunked) throws IOException {
        int chunks = 200;
        byte[] chunk = new byte[1 << 20];
        int sent = 0;
        String answer;
        try (Socket socket = connect(NODE.otlpHttp())) {
            OutputStream out = socket.getOutputStream();
            out.write(("POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                            + (chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + (chunks << 20))
                            + "\r\n\r\n")
                    .getBytes(ISO_8859_1));
            try {
                while (sent < chunks) {
                    if (chunked) {
                        out.write("100000\r\n".getBytes(ISO_8859_1));
                    }
                    out.write(chunk);
                    if (chunked) {
                        out.write("\r\n".getBytes(ISO_8859_1));
                    }
                    sent++;
                }
            } catch (SocketException closed) {
                // As it should be: nobody reads 200 MiB to say no.
            }
            answer = readAll(socket);
        }
        assertTrue(sent < 100, sent + " MiB were read");
        assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 413 "), answer);
    }

    @Test
    void slowBodyIsAnsweredAndBlocksNobody() throws IOException {
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Socket socket = connect(NODE.otlpHttp());
            socket.getOutputStream()
                    .write(("POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                                    + "Content-Length: 1000\r\n\r\n{")
                            .getBytes(ISO_8859_1));
            slow.add(socket);
        }
        assertEquals(200, NODE.export(GOOD, "Content-Type", PROTOBUF).statusCode());
        for (Socket socket : slow) {
            String answer = readAll(socket);
            assertTrue(answer.startsWith("HTTP/1.1 503 Service Unavailable\r\n"), answer);
            assertTrue(answer.contains("\r\nRetry-After: 2\r\n"), answer);
            assertTrue(
                    answer.endsWith("{\"code\":14,\"message\":\"request body did not arrive in 500 ms"
                            + " (receiver.otlp.body-timeout)\",\"details\":[{\"@type\":"
                            + "\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"2s\"}]}"),
                    answer);
            socket.close();
        }
    }

    @Test
    void clientsThatLeaveAreNoFailure() throws IOException {
        for (int i = 0; i < 50; i++) {
            try (Socket socket = connect(NODE.otlpHttp())) {
                socket.setSoLinger(i % 2 == 0, 0);
                socket.getOutputStream()
                        .write(("POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                                        + "Content-Length: 1000000\r\n\r\n{")
                                .getBytes(ISO_8859_1));
            }
        }
    }

    @Test
    void frameThatAnnouncesFourGibibytesIsRefusedUnread() throws IOException {
        GrpcCall.Answer answer = GrpcCall.export(NODE.otlpGrpc(), GrpcCall.frame(0, -1, new byte[100_000]));
        assertEquals("gRPC frame announces 4294967295 bytes but 100000 follow", answer.message());
        assertEquals(3, answer.status());
    }

    @Test
    void rapidResetLeavesTheNodeAnswering() throws IOException {
        byte[] settings = http2Frame(4, 0, 0, new byte[0]);
        ByteArrayOutputStream streams = new ByteArrayOutputStream();
        streams.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1));
        streams.write(settings);
        byte[] headers = http2Headers();
        for (int i = 0; i < 5_000; i++) {
            streams.write(http2Frame(1, 4, 2 * i + 1, headers));
            streams.write(http2Frame(3, 0, 2 * i + 1, new byte[] {0, 0, 0, 8}));
        }
        for (URI port : List.of(NODE.otlpGrpc(), NODE.otlpHttp(), NODE.api())) {
            try (Socket socket = connect(port)) {
                try {
                    socket.getOutputStream().write(streams.toByteArray());
                    readAll(socket);
                } catch (SocketException closed) {
                    // The node hung up.
                }
            }
        }
    }

    @Test
    void idleConnectionsLeaveTheNodeAnswering() throws IOException {
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 1_040; i++) {
                idle.add(connect(NODE.otlpHttp()));
            }
            try (Socket another = connect(NODE.otlpHttp())) {
                another.getOutputStream()
                        .write("GET /v1/traces HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".getBytes(ISO_8859_1));
                String answer = readAll(another);
                assertTrue(answer.startsWith("HTTP/1.1 405 "), answer);
            }
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GARBAGE GARBAGE GARBAGE\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
                "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
                "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001",
            })
    void whatIsNoHttpIsRefused(String bytes) throws IOException {
        try (Socket socket = connect(NODE.otlpHttp())) {
            socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
            String answer = readAll(socket);
            assertTrue(answer.matches("(?s)HTTP/1\\.1 (4\\d\\d|501) .*") && !answer.contains("Exception"), answer);
        }
    }

    @Test
    void largeHeadersAreRefused() throws IOException {
        try (Socket socket = connect(NODE.api())) {
            socket.getOutputStream()
                    .write(("GET /api/echo HTTP/1.1\r\nHost: x\r\nX: " + "x".repeat(1 << 20) + "\r\n\r\n")
                            .getBytes(ISO_8859_1));
        } catch (SocketException closed) {
            // Before all of it was sent.
        }
    }

    private static Socket connect(URI port) throws IOException {
        Socket socket = new Socket(port.getHost(), port.getPort());
        socket.setSoTimeout(2_000);
        return socket;
    }

    /** What comes until the other side closes, or says nothing more for a while. */
    private static String readAll(Socket socket) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[8192];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                bytes.write(buffer, 0, n);
                if (bytes.toString(ISO_8859_1).endsWith("}")) {
                    break;
                }
            }
        } catch (IOException over) {
            // Reset, or silence: what came until then counts.
        }
        return bytes.toString(ISO_8859_1);
    }

    private static byte[] http2Frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /** POST of gRPC, each header as a literal without index. */
    private static byte[] http2Headers() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String[] headers = {
            ":method",
            "POST",
            ":scheme",
            "http",
            ":path",
            GrpcCall.EXPORT,
            ":authority",
            "x",
            "content-type",
            "application/grpc"
        };
        for (int i = 0; i < headers.length; i += 2) {
            out.write(0);
            for (int j = i; j < i + 2; j++) {
                out.write(headers[j].length());
                out.writeBytes(headers[j].getBytes(ISO_8859_1));
            }
        }
        return out.toByteArray();
    }
}
