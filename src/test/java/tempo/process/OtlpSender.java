package tempo.process;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RetryInfo;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.StatusProto;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Sends export requests as they are, without trying again, and tells exactly what was answered. */
sealed interface OtlpSender extends AutoCloseable {
    Duration TIMEOUT = Duration.ofSeconds(30);
    String TENANT_HEADER = "X-Scope-OrgID";

    /** Sends one request and waits for its end. */
    Answer send(ExportTraceServiceRequest request);

    @Override
    void close();

    /** What became of a request. */
    enum End {
        ACKNOWLEDGED,
        /** RESOURCE_EXHAUSTED or 429. */
        FULL,
        /** UNAVAILABLE, 503, or no connection. */
        UNAVAILABLE,
        /** Anything else. */
        OTHER
    }

    /**
     * An answer.
     *
     * @param answered false if the node said nothing: no connection, or one that ended
     * @param retryHint whether it says when to come again
     * @param text for people
     */
    record Answer(End end, boolean answered, boolean retryHint, String text) {}

    static OtlpSender grpc(URI address, String tenant) {
        return grpc(address, tenant, TIMEOUT);
    }

    static OtlpSender grpc(URI address, String tenant, Duration timeout) {
        ManagedChannel channel = ManagedChannelBuilder.forAddress(address.getHost(), address.getPort())
                .usePlaintext()
                .disableRetry()
                .build();
        return new Grpc(channel, tenant, timeout);
    }

    static OtlpSender http(URI address, String tenant) {
        return new Http(
                address.resolve("/v1/traces"),
                tenant,
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(TIMEOUT)
                        .build());
    }

    /** OTLP over gRPC, with calls made by hand to see each status as it came. */
    record Grpc(ManagedChannel channel, String tenant, Duration timeout) implements OtlpSender {
        private static final MethodDescriptor<ExportTraceServiceRequest, ExportTraceServiceResponse> EXPORT =
                MethodDescriptor.<ExportTraceServiceRequest, ExportTraceServiceResponse>newBuilder()
                        .setType(MethodDescriptor.MethodType.UNARY)
                        .setFullMethodName("opentelemetry.proto.collector.trace.v1.TraceService/Export")
                        .setRequestMarshaller(ProtoUtils.marshaller(ExportTraceServiceRequest.getDefaultInstance()))
                        .setResponseMarshaller(ProtoUtils.marshaller(ExportTraceServiceResponse.getDefaultInstance()))
                        .build();

        @Override
        public Answer send(ExportTraceServiceRequest request) {
            CompletableFuture<StatusRuntimeException> closed = new CompletableFuture<>();
            ClientCall<ExportTraceServiceRequest, ExportTraceServiceResponse> call = channel.newCall(
                    EXPORT, CallOptions.DEFAULT.withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS));
            Metadata headers = new Metadata();
            headers.put(Metadata.Key.of(TENANT_HEADER, Metadata.ASCII_STRING_MARSHALLER), tenant);
            call.start(
                    new ClientCall.Listener<>() {
                        @Override
                        public void onClose(Status status, Metadata trailers) {
                            closed.complete(status.asRuntimeException(trailers));
                        }
                    },
                    headers);
            call.request(1);
            call.sendMessage(request);
            call.halfClose();
            StatusRuntimeException end = closed.join();
            if (end.getStatus().isOk()) {
                return new Answer(End.ACKNOWLEDGED, true, false, "OK");
            }
            com.google.rpc.Status details = StatusProto.fromThrowable(end);
            boolean answered = details != null && details.getDetailsCount() > 0;
            boolean retryHint = details != null && hasRetryInfo(details);
            return new Answer(end(end.getStatus().getCode()), answered, retryHint, end.toString());
        }

        private static End end(Status.Code code) {
            return switch (code) {
                case RESOURCE_EXHAUSTED -> End.FULL;
                case UNAVAILABLE -> End.UNAVAILABLE;
                default -> End.OTHER;
            };
        }

        private static boolean hasRetryInfo(com.google.rpc.Status status) {
            try {
                for (Any detail : status.getDetailsList()) {
                    if (detail.is(RetryInfo.class)) {
                        return detail.unpack(RetryInfo.class).getRetryDelay().getSeconds() > 0;
                    }
                }
                return false;
            } catch (InvalidProtocolBufferException e) {
                return false;
            }
        }

        @Override
        public void close() {
            channel.shutdownNow();
        }
    }

    /** OTLP over HTTP as protobuf. */
    record Http(URI address, String tenant, HttpClient client) implements OtlpSender {
        @Override
        public Answer send(ExportTraceServiceRequest request) {
            HttpRequest post = HttpRequest.newBuilder(address)
                    .header("Content-Type", "application/x-protobuf")
                    .header(TENANT_HEADER, tenant)
                    .timeout(TIMEOUT)
                    .POST(HttpRequest.BodyPublishers.ofByteArray(request.toByteArray()))
                    .build();
            try {
                HttpResponse<byte[]> response = client.send(post, HttpResponse.BodyHandlers.ofByteArray());
                End end =
                        switch (response.statusCode()) {
                            case 200 -> End.ACKNOWLEDGED;
                            case 429 -> End.FULL;
                            case 503 -> End.UNAVAILABLE;
                            default -> End.OTHER;
                        };
                boolean retryHint = response.headers().firstValue("Retry-After").isPresent();
                return new Answer(end, true, retryHint, "HTTP " + response.statusCode());
            } catch (IOException e) {
                return new Answer(End.UNAVAILABLE, false, false, e.toString());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }

        @Override
        public void close() {}
    }
}
