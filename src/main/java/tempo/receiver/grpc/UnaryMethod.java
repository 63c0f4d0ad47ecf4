package tempo.receiver.grpc;

import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.Trailer;
import akka.japi.function.Function;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import tempo.receiver.Decoder;
import tempo.receiver.Outcome;
import tempo.receiver.SpanIntake;

/**
 * A gRPC method with one request and one response, which sends spans. Both are raw frames (gRPC over HTTP/2: a flag byte, a 4-byte
 * big-endian length, the message), because making message objects costs several times the transport. Thread-safe.
 */
public final class UnaryMethod implements Function<HttpRequest, CompletionStage<HttpResponse>> {
    private static final long serialVersionUID = 1;

    private final transient SpanIntake intake;
    private final String path;
    private final transient Decoder decoder;
    private final transient java.util.function.Function<Outcome, byte[]> response;

    /**
     * A method.
     *
     * @param path {@code /package.Service/Method}
     * @param decoder makes an export request of the request's message
     * @param response the response's message, of a success
     */
    public UnaryMethod(
            SpanIntake intake, String path, Decoder decoder, java.util.function.Function<Outcome, byte[]> response) {
        this.intake = intake;
        this.path = path;
        this.decoder = decoder;
        this.response = response;
    }

    @Override
    public CompletionStage<HttpResponse> apply(HttpRequest request) {
        Optional<HttpResponse> refusal = Grpc.refusal(request, path);
        if (refusal.isPresent()) {
            return intake.refuse(request, refusal.get());
        }
        String encoding = Grpc.encoding(request);
        return intake.export(
                        request,
                        (body, config, lease) ->
                                decoder.decode(Grpc.message(body, encoding, config, lease), config, lease))
                .thenApply(this::reply);
    }

    private HttpResponse reply(Outcome outcome) {
        RpcStatus status = RpcStatus.of(outcome);
        if (!status.isOk()) {
            return Grpc.failure(status);
        }
        return Grpc.base()
                .withEntity(HttpEntities.create(Grpc.PROTO, Grpc.frame(response.apply(outcome))))
                .addAttribute(Grpc.TRAILER, Trailer.create().addHeader(Grpc.code(status)));
    }
}
