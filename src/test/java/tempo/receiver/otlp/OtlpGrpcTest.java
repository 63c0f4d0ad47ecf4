package tempo.receiver.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tempo.NodeFixture;
import tempo.receiver.RawGrpc;

class OtlpGrpcTest {
    private static final byte[] REQUEST = OtlpSpans.request(OtlpSpans.span("0102030405060708090a0b0c0d0e0f10", 1))
            .toByteArray();
    private static final byte[] EMPTY_RESPONSE = {0, 0, 0, 0, 0};

    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of("tempo.receiver.otlp.request-bytes-max", "2 MiB"));

    @ParameterizedTest
    @EnumSource(Compressed.class)
    void takesEveryCompression(Compressed compression) throws IOException {
        byte[] frame = GrpcCall.frame(compression == Compressed.IDENTITY ? 0 : 1, compression.bytes(REQUEST));
        GrpcCall.Answer answer = GrpcCall.export(NODE.otlpGrpc(), frame, "grpc-encoding", compression.header);
        assertEquals(0, answer.status(), answer.message());
        assertEquals(200, answer.http());
        assertArrayEquals(EMPTY_RESPONSE, answer.body());
        assertEquals("application/grpc+proto", answer.headers().get("content-type"));
    }

    @Test
    void takesAnUncompressedFrameUnderAnyEncoding() throws IOException {
        GrpcCall.Answer answer = GrpcCall.export(NODE.otlpGrpc(), GrpcCall.frame(0, REQUEST), "grpc-encoding", "br");
        assertEquals(0, answer.status(), answer.message());
    }

    @Test
    void namesTheEncodingsItKnowsWhenItRefusesAnother() throws Exception {
        GrpcCall.Answer answer = GrpcCall.export(NODE.otlpGrpc(), GrpcCall.frame(1, REQUEST), "grpc-encoding", "br");
        String message =
                "content encoding must be one of identity, gzip, deflate, zstd, snappy, x-snappy-framed, lz4 but was br";
        assertEquals(Status.Code.UNIMPLEMENTED.value(), answer.status());
        assertEquals(message, answer.message());
        assertEquals(
                "identity,gzip,deflate,zstd,snappy,x-snappy-framed,lz4",
                answer.headers().get("grpc-accept-encoding"));
        assertEquals(new RpcStatus(12, message, 0), RpcStatus.parse(answer.details()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|gRPC frame has 0 bytes, its header alone is 5",
                "00000000|gRPC frame has 4 bytes, its header alone is 5",
                "0000000002aa|gRPC frame announces 2 bytes but 1 follow",
                "00ffffffff00|gRPC frame announces 4294967295 bytes but 1 follow",
                "00000000000000000000|gRPC frame announces 0 bytes but 5 follow",
                "0200000000|gRPC frame flag must be 0 or 1 but was 2",
                "ff00000000|gRPC frame flag must be 0 or 1 but was -1",
                "0100000000|gRPC frame is flagged as compressed but grpc-encoding is identity",
                "00000000020aff|request could not be decoded: varint is cut off, at byte 1",
            })
    void refusesBadFrames(String hex, String message) throws Exception {
        byte[] body = HexFormat.of().parseHex(hex);
        GrpcCall.Answer answer = GrpcCall.export(NODE.otlpGrpc(), body);
        assertEquals(message, answer.message());
        assertEquals(Status.Code.INVALID_ARGUMENT.value(), answer.status());
        assertEquals(new RpcStatus(3, message, 0), RpcStatus.parse(answer.details()));
    }

    @Test
    void refusesCutOffCompression() throws IOException {
        byte[] gzip = Arrays.copyOf(Compressed.GZIP.bytes(REQUEST), 30);
        GrpcCall.Answer answer = GrpcCall.export(NODE.otlpGrpc(), GrpcCall.frame(1, gzip), "grpc-encoding", "gzip");
        assertEquals("request is not valid gzip: it is cut off", answer.message());
        assertEquals(Status.Code.INVALID_ARGUMENT.value(), answer.status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/x-protobuf", "application/grpc-web+proto", "text/plain"})
    void refusesOtherContentTypes(String type) throws IOException {
        GrpcCall.Answer answer = GrpcCall.call(NODE.otlpGrpc(), GrpcCall.EXPORT, type, GrpcCall.frame(0, REQUEST));
        assertEquals(415, answer.http());
        assertEquals("this port speaks gRPC (application/grpc over HTTP/2) only\n", new String(answer.body(), UTF_8));
    }

    @Test
    void tellsHttpClientsWhatThePortSpeaks() {
        HttpResponse<byte[]> answer =
                NODE.send(HttpRequest.newBuilder(NODE.otlpGrpc().resolve("/v1/traces")));
        assertEquals(415, answer.statusCode());
        assertEquals("this port speaks gRPC (application/grpc over HTTP/2) only\n", NodeFixture.text(answer));
    }

    @Test
    void otherClientsReadTheSameCodes() throws InterruptedException {
        ManagedChannel channel = NettyChannelBuilder.forAddress(
                        NODE.otlpGrpc().getHost(), NODE.otlpGrpc().getPort())
                .usePlaintext()
                .build();
        try {
            assertArrayEquals(new byte[0], call(channel, GrpcCall.EXPORT, REQUEST, "identity"));
            assertArrayEquals(new byte[0], call(channel, GrpcCall.EXPORT, REQUEST, "gzip"));
            StatusRuntimeException unknown = assertThrows(
                    StatusRuntimeException.class, () -> call(channel, "/other.Service/Method", REQUEST, "identity"));
            assertEquals("UNIMPLEMENTED: method is not known", unknown.getMessage());
            StatusRuntimeException large = assertThrows(
                    StatusRuntimeException.class, () -> call(channel, GrpcCall.EXPORT, new byte[3 << 20], "identity"));
            assertEquals(
                    "RESOURCE_EXHAUSTED: request has more than 2097152 bytes (receiver.otlp.request-bytes-max)",
                    large.getMessage());
            StatusRuntimeException larger = assertThrows(
                    StatusRuntimeException.class, () -> call(channel, GrpcCall.EXPORT, new byte[40 << 20], "identity"));
            assertEquals(Status.Code.RESOURCE_EXHAUSTED, larger.getStatus().getCode());
            assertArrayEquals(new byte[0], call(channel, GrpcCall.EXPORT, REQUEST, "identity"));
        } finally {
            channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        }
        assertEquals(List.of(), NODE.complaints());
    }

    private static byte[] call(ManagedChannel channel, String method, byte[] request, String compressor) {
        ClientCall<byte[], byte[]> call = channel.newCall(
                RawGrpc.unary(method.substring(1)),
                CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS).withCompression(compressor));
        Reply reply = new Reply();
        call.start(reply, new Metadata());
        call.request(2);
        call.sendMessage(request);
        call.halfClose();
        return reply.await();
    }

    private static final class Reply extends ClientCall.Listener<byte[]> {
        private final CompletableFuture<Status> status = new CompletableFuture<>();
        private byte[] message = new byte[0];

        @Override
        public void onMessage(byte[] received) {
            message = received;
        }

        @Override
        public void onClose(Status closed, Metadata trailers) {
            status.complete(closed);
        }

        byte[] await() {
            Status closed = status.join();
            if (!closed.isOk()) {
                throw closed.asRuntimeException();
            }
            return message;
        }
    }
}
