package tempo.receiver.opencensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tempo.NodeFixture;
import tempo.format.OtlpSamples;
import tempo.receiver.RawGrpc;
import tempo.span.WireWriter;

/** Each message of a stream is answered once it is durable; what is wrong ends its stream with the reason. */
class OpenCensusStreamsTest {
    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of(
            "tempo.receiver.opencensus.request-bytes-max",
            "100 KiB",
            "tempo.receiver.opencensus.body-timeout",
            "200 ms"));

    private static final int PATIENCE_SECONDS = 30;

    private ManagedChannel channel;
    private final BlockingQueue<Object> answers = new LinkedBlockingQueue<>();

    @BeforeEach
    void connect() {
        URI uri = NODE.receiver("OpenCensus");
        channel = ManagedChannelBuilder.forAddress(uri.getHost(), uri.getPort())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void disconnect() {
        channel.shutdownNow();
    }

    private StreamObserver<byte[]> stream() {
        return ClientCalls.asyncBidiStreamingCall(
                channel.newCall(
                        RawGrpc.stream("opencensus.proto.agent.trace.v1.TraceService/Export"), CallOptions.DEFAULT),
                new StreamObserver<>() {
                    @Override
                    public void onNext(byte[] answer) {
                        answers.add(answer);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        answers.add(Status.fromThrowable(failure));
                    }

                    @Override
                    public void onCompleted() {
                        answers.add(Status.OK);
                    }
                });
    }

    private Object answer() throws InterruptedException {
        Object answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertTrue(answer != null, "an answer comes");
        return answer;
    }

    private static byte[] message(String service, int id) {
        WireWriter out = new WireWriter(128);
        if (!service.isEmpty()) {
            int node = out.begin(1);
            int info = out.begin(3);
            out.string(1, service);
            out.end(info);
            out.end(node);
        }
        int span = out.begin(2);
        byte[] traceId = new byte[16];
        traceId[15] = (byte) id;
        out.bytes(1, traceId, 0, 16);
        out.bytes(2, traceId, 8, 8);
        out.end(span);
        return out.toByteArray();
    }

    private static String serviceOf(int id) throws Exception {
        TracesData traces = NODE.trace(Integer.toHexString(id));
        return String.valueOf(
                OtlpSamples.attributes(traces.getResourceSpans(0).getResource().getAttributesList())
                        .get("service.name"));
    }

    @Test
    void nodeCarriesOverFromTheMessageBefore() throws Exception {
        StreamObserver<byte[]> stream = stream();
        stream.onNext(message("shop", 1));
        stream.onNext(message("", 2));
        stream.onNext(message("bank", 3));
        stream.onNext(message("", 4));
        for (int i = 0; i < 4; i++) {
            assertEquals(0, ((byte[]) answer()).length);
        }
        stream.onCompleted();
        assertEquals(Status.OK, answer());
        assertEquals("shop", serviceOf(1));
        assertEquals("shop", serviceOf(2));
        assertEquals("bank", serviceOf(3));
        assertEquals("bank", serviceOf(4));
    }

    @Test
    void aWrongMessageEndsItsStreamWithTheReason() throws Exception {
        StreamObserver<byte[]> stream = stream();
        stream.onNext(message("shop", 5));
        assertEquals(0, ((byte[]) answer()).length);
        stream.onNext(new byte[] {18, 5});
        Status status = (Status) answer();
        assertEquals(Status.Code.INVALID_ARGUMENT, status.getCode());
        assertEquals("protobuf is not valid: length is 5 but 0 bytes are left, at byte 1", status.getDescription());
        assertEquals("shop", serviceOf(5));
    }

    @Test
    void aMessageThatIsTooLargeIsRefusedBeforeItIsRead() throws Exception {
        stream().onNext(new byte[102_401]);
        Status status = (Status) answer();
        assertEquals(Status.Code.RESOURCE_EXHAUSTED, status.getCode());
        assertEquals(
                "message has 102401 bytes, more than 102400 (receiver.opencensus.request-bytes-max)",
                status.getDescription());
    }

    @Test
    void anOpenStreamWithoutMessagesIsLeftAlone() throws Exception {
        StreamObserver<byte[]> stream = stream();
        assertNull(answers.poll(600, TimeUnit.MILLISECONDS));
        stream.onCompleted();
        assertEquals(Status.OK, answer());
    }

    /** A request that goes on: what of it is sent, is sent when it is flushed. */
    private static final class Halves extends RequestBody {
        private final CompletableFuture<BufferedSink> open = new CompletableFuture<>();

        @Override
        public MediaType contentType() {
            return MediaType.parse("application/grpc");
        }

        @Override
        public boolean isDuplex() {
            return true;
        }

        @Override
        public void writeTo(BufferedSink sink) {
            open.complete(sink);
        }
    }

    @Test
    void aMessageThatDoesNotBecomeWholeEndsItsStream() throws Exception {
        OkHttpClient client = new OkHttpClient.Builder()
                .protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE))
                .readTimeout(java.time.Duration.ofSeconds(PATIENCE_SECONDS))
                .build();
        Halves body = new Halves();
        try (Response response = client.newCall(duplex(body)).execute();
                BufferedSink sink = body.open.get(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            sink.write(new byte[] {0, 0, 0, 0, 9, 1}).flush();
            assertEquals(0, response.body().bytes().length);
            assertEquals("14", response.trailers().get("grpc-status"));
            assertEquals(
                    "message did not arrive in 200 ms (receiver.opencensus.body-timeout)",
                    response.trailers().get("grpc-message"));
        }
    }

    private static Request duplex(Halves body) {
        return new Request.Builder()
                .url(NODE.receiver("OpenCensus")
                        .resolve("/opencensus.proto.agent.trace.v1.TraceService/Export")
                        .toString())
                .header("te", "trailers")
                .post(body)
                .build();
    }

    @Test
    void streamsThatBreakGiveBackWhatTheyHeld() throws Exception {
        OkHttpClient client = new OkHttpClient.Builder()
                .protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE))
                .build();
        byte[] message = message("shop", 6);
        for (int i = 0; i < 20; i++) {
            Halves body = new Halves();
            okhttp3.Call call = client.newCall(duplex(body));
            try (Response response = call.execute()) {
                assertEquals(200, response.code());
                BufferedSink sink = body.open.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                for (int frame = 0; frame < 300; frame++) {
                    sink.writeByte(0).writeInt(message.length).write(message);
                }
                sink.flush();
                call.cancel();
            }
        }
        StreamObserver<byte[]> stream = stream();
        NodeFixture.await("all is given back", () -> {
            stream.onNext(message("shop", 7));
            return NODE.metric("tempo_receiver_bytes_in_flight") == 0;
        });
        stream.onCompleted();
    }
}
