package tempo.receiver.otlp;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** gRPC calls put together from raw bytes, so that they can be wrong. */
final class GrpcCall {
    static final String EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    private static final OkHttpClient CLIENT = new OkHttpClient.Builder()
            .protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE))
            .build();

    private GrpcCall() {}

    /**
     * What came back.
     *
     * @param http status of the response
     * @param status code of {@code grpc-status}, -1 if there is none
     * @param message decoded {@code grpc-message}
     * @param details bytes of {@code grpc-status-details-bin}
     * @param body bytes of the answer's frame
     */
    record Answer(int http, int status, String message, byte[] details, byte[] body, Headers headers) {}

    /** One frame: flag, length, message. */
    static byte[] frame(int flag, byte[] message) {
        return frame(flag, message.length, message);
    }

    static byte[] frame(int flag, int announced, byte[] message) {
        return ByteBuffer.allocate(5 + message.length)
                .put((byte) flag)
                .putInt(announced)
                .put(message)
                .array();
    }

    static Answer export(URI base, byte[] body, String... headers) throws IOException {
        return call(base, EXPORT, "application/grpc", body, headers);
    }

    static Answer call(URI base, String path, String contentType, byte[] body, String... headers) throws IOException {
        Request request = new Request.Builder()
                .url(base.resolve(path).toString())
                .headers(Headers.of(headers))
                .header("te", "trailers")
                .post(RequestBody.create(body, MediaType.parse(contentType)))
                .build();
        try (Response response = CLIENT.newCall(request).execute()) {
            byte[] answer = response.body().bytes();
            // An error comes as headers alone.
            Headers ending = response.header("grpc-status") == null ? response.trailers() : response.headers();
            String status = ending.get("grpc-status");
            String details = ending.get("grpc-status-details-bin");
            return new Answer(
                    response.code(),
                    status == null ? -1 : Integer.parseInt(status),
                    Objects.requireNonNullElse(ending.get("grpc-message"), ""),
                    details == null ? new byte[0] : Base64.getDecoder().decode(details),
                    answer,
                    response.headers());
        }
    }
}
