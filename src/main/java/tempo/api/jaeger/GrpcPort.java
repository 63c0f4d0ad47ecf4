package tempo.api.jaeger;

import akka.actor.typed.ActorSystem;
import akka.grpc.GrpcServiceException;
import akka.grpc.ProtobufSerializer;
import akka.grpc.Trailers;
import akka.grpc.javadsl.GrpcExceptionHandler;
import akka.grpc.javadsl.GrpcMarshalling;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.japi.function.Function;
import akka.stream.Materializer;
import akka.stream.SystemMaterializer;
import akka.util.ByteString;
import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.span.MalformedProtobufException;
import tempo.tenant.Tenancy;

/** The methods of a port that speaks gRPC: messages are bytes, taken apart by those who know them. Thread-safe. */
final class GrpcPort implements Function<HttpRequest, CompletionStage<HttpResponse>> {
    private static final long serialVersionUID = 1;
    private static final Logger LOG = LoggerFactory.getLogger(GrpcPort.class);

    /** No request asks for more than some names and ids. */
    private static final long REQUEST_BYTES_MAX = 256 << 10;

    /** A method: from the message of a request to the messages of its answer. */
    interface Method {
        /**
         * Fails with a {@link GrpcServiceException} where the caller is to be told why.
         *
         * @throws MalformedProtobufException if the request is not valid
         * @throws IllegalArgumentException with a sentence for the caller, if something is wrong with it
         * @throws UnsupportedOperationException likewise, if it asks for what cannot be answered
         */
        CompletionStage<Reply> call(String tenant, byte[] request) throws MalformedProtobufException;
    }

    /** Messages as they are. */
    private static final ProtobufSerializer<byte[]> BYTES = new ProtobufSerializer<>() {
        @Override
        public ByteString serialize(byte[] message) {
            return ByteString.fromArrayUnsafe(message);
        }

        @Override
        public byte[] deserialize(ByteString bytes) {
            return bytes.toArray();
        }
    };

    private final transient ActorSystem<?> system;
    private final transient Materializer materializer;
    private final transient RequestTenant tenants;
    private final transient Map<String, Method> methods;

    /** @param methods by {@code /package.Service/Method} */
    GrpcPort(ActorSystem<?> system, RequestTenant tenants, Map<String, Method> methods) {
        this.system = system;
        this.materializer = SystemMaterializer.get(system).materializer();
        this.tenants = tenants;
        this.methods = Map.copyOf(methods);
    }

    @Override
    public CompletionStage<HttpResponse> apply(HttpRequest request) {
        return GrpcMarshalling.negotiated(request, (reader, writer) -> GrpcMarshalling.unmarshal(
                                request.entity().withSizeLimit(REQUEST_BYTES_MAX), BYTES, materializer, reader)
                        .thenCompose(message -> call(request, message))
                        .thenApply(reply -> withMissing(
                                GrpcMarshalling.marshalStream(
                                        reply.messages(), BYTES, writer, system, any -> GrpcPort::trailers),
                                reply.missing()))
                        .exceptionally(failure -> GrpcExceptionHandler.standard(
                                cause(failure), any -> GrpcPort::trailers, writer, system)))
                .orElseGet(() -> {
                    request.discardEntityBytes(materializer);
                    return CompletableFuture.completedFuture(HttpResponse.create()
                            .withStatus(StatusCodes.UNSUPPORTED_MEDIA_TYPE)
                            .withEntity("this port speaks gRPC (application/grpc over HTTP/2) only\n"));
                });
    }

    /** Names are hints, and a list of them has no place for what it may lack. */
    private static HttpResponse withMissing(HttpResponse response, List<String> missing) {
        return missing.isEmpty()
                ? response
                : response.addHeader(RawHeader.create(
                        "tempo-partial", String.join("; ", missing).replaceAll("[^\\x20-\\x7e]", "?")));
    }

    private CompletionStage<Reply> call(HttpRequest request, byte[] message) {
        String path = request.getUri().path();
        Method method = methods.get(path);
        if (method == null) {
            return failed(Status.UNIMPLEMENTED, "method " + path.replaceAll("[^0-9A-Za-z_./]", "?") + " is not served");
        }
        String tenant;
        try {
            tenant = tenants.of(request);
        } catch (Tenancy.NoTenantException refused) {
            return failed(refused.missing() ? Status.UNAUTHENTICATED : Status.INVALID_ARGUMENT, refused);
        }
        try {
            return method.call(tenant, message);
        } catch (MalformedProtobufException | IllegalArgumentException wrong) {
            return failed(Status.INVALID_ARGUMENT, wrong);
        } catch (UnsupportedOperationException unsupported) {
            return failed(Status.UNIMPLEMENTED, unsupported);
        }
    }

    /** What a call ends with that failed. */
    private static <T> CompletionStage<T> failed(Status status, String sentence) {
        return CompletableFuture.failedFuture(new GrpcServiceException(status.withDescription(sentence)));
    }

    /** The same with what an exception says. */
    private static <T> CompletionStage<T> failed(Status status, Exception wrong) {
        return failed(status, String.valueOf(wrong.getMessage()));
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private static Trailers trailers(Throwable failure) {
        Throwable cause = cause(failure);
        if (cause instanceof GrpcServiceException known) {
            return new Trailers(known.status(), known.getMetadata());
        }
        LOG.error("call could not be answered", cause);
        return new Trailers(Status.INTERNAL.withDescription("call could not be answered"));
    }
}
