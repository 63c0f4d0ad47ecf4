package tempo.receiver.grpc;

import akka.http.javadsl.model.AttributeKey;
import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaType;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.Trailer;
import akka.http.javadsl.model.headers.RawHeader;
import akka.japi.function.Function;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import tempo.receiver.ContentCoding;
import tempo.receiver.InFlightBytes;
import tempo.receiver.IntakeConfig;
import tempo.receiver.Outcome;
import tempo.receiver.RefusedException;
import tempo.receiver.RequestBody;
import tempo.receiver.SpanIntake;
import tempo.span.Refusal;

/**
 * A gRPC method with one request and one response, which sends spans. Both are raw frames (gRPC over HTTP/2: a flag byte, a 4-byte
 * big-endian length, the message), because making message objects costs several times the transport. Thread-safe.
 */
public final class UnaryMethod implements Function<HttpRequest, CompletionStage<HttpResponse>> {
    private static final long serialVersionUID = 1;

    private static final String GRPC = "application/grpc";
    private static final ContentType GRPC_PROTO =
            ContentTypes.create(MediaTypes.applicationBinary("grpc+proto", false));

    @SuppressWarnings("unchecked")
    private static final AttributeKey<Trailer> TRAILER =
            (AttributeKey<Trailer>) (AttributeKey<?>) akka.http.scaladsl.model.AttributeKeys.trailer();

    private static final int FRAME_HEADER_BYTES = 5;

    private final transient SpanIntake intake;
    private final String path;
    private final transient SpanIntake.Decoder decoder;
    private final transient java.util.function.Function<Outcome, byte[]> response;

    /**
     * A method.
     *
     * @param path {@code /package.Service/Method}
     * @param decoder makes an export request of the request's message
     * @param response the response's message, of a success
     */
    public UnaryMethod(
            SpanIntake intake,
            String path,
            SpanIntake.Decoder decoder,
            java.util.function.Function<Outcome, byte[]> response) {
        this.intake = intake;
        this.path = path;
        this.decoder = decoder;
        this.response = response;
    }

    @Override
    public CompletionStage<HttpResponse> apply(HttpRequest request) {
        MediaType type = request.entity().getContentType().mediaType();
        String contentType = type.mainType() + "/" + type.subType();
        if (!(contentType.equals(GRPC) || contentType.equals(GRPC + "+proto"))
                || !request.method().equals(HttpMethods.POST)) {
            intake.discard(request);
            return CompletableFuture.completedFuture(HttpResponse.create()
                    .withStatus(StatusCodes.UNSUPPORTED_MEDIA_TYPE)
                    .withEntity("this port speaks gRPC (application/grpc over HTTP/2) only\n"));
        }
        if (!request.getUri().path().equals(path)) {
            intake.discard(request);
            return CompletableFuture.completedFuture(failure(RpcStatus.unimplemented(404, "method is not known")));
        }
        String encoding =
                request.getHeader("grpc-encoding").map(HttpHeader::value).orElse("identity");
        return intake.export(
                        request,
                        (body, config, lease) -> decoder.decode(message(body, encoding, config, lease), config, lease))
                .thenApply(this::reply);
    }

    /** Takes the message out of its frame. */
    private static RequestBody.Collected message(
            RequestBody.Collected body, String encoding, IntakeConfig config, InFlightBytes.Lease lease)
            throws RefusedException {
        if (body.length() < FRAME_HEADER_BYTES) {
            throw new RefusedException(
                    Refusal.MALFORMED_REQUEST, "gRPC frame has " + body.length() + " bytes, its header alone is 5");
        }
        ByteBuffer frame = ByteBuffer.wrap(body.array(), body.offset(), body.length());
        int flag = frame.get();
        long length = frame.getInt() & 0xffff_ffffL;
        if (length != frame.remaining()) {
            throw new RefusedException(
                    Refusal.MALFORMED_REQUEST,
                    "gRPC frame announces " + length + " bytes but " + frame.remaining() + " follow");
        }
        if (flag != 0 && flag != 1) {
            throw new RefusedException(Refusal.MALFORMED_REQUEST, "gRPC frame flag must be 0 or 1 but was " + flag);
        }
        ContentCoding coding = flag == 0 ? ContentCoding.IDENTITY : ContentCoding.named(encoding);
        if (flag == 1 && coding == ContentCoding.IDENTITY) {
            throw new RefusedException(
                    Refusal.MALFORMED_REQUEST, "gRPC frame is flagged as compressed but grpc-encoding is " + encoding);
        }
        return coding.inflate(body.array(), body.offset() + FRAME_HEADER_BYTES, (int) length, config, lease);
    }

    private HttpResponse reply(Outcome outcome) {
        RpcStatus status = RpcStatus.of(outcome);
        if (!status.isOk()) {
            return failure(status);
        }
        byte[] message = response.apply(outcome);
        byte[] frame = ByteBuffer.allocate(FRAME_HEADER_BYTES + message.length)
                .put((byte) 0)
                .putInt(message.length)
                .put(message)
                .array();
        return base().withEntity(HttpEntities.create(GRPC_PROTO, frame))
                .addAttribute(TRAILER, Trailer.create().addHeader(code(status)));
    }

    /** An error is a response of headers alone: Akka HTTP drops the trailers of an empty entity. */
    private static HttpResponse failure(RpcStatus status) {
        return base().addHeader(code(status))
                .addHeader(RawHeader.create("grpc-message", percentEncoded(status.message())))
                .addHeader(RawHeader.create(
                        "grpc-status-details-bin",
                        Base64.getEncoder().withoutPadding().encodeToString(status.toByteArray())))
                .withEntity(HttpEntities.create(GRPC_PROTO, new byte[0]));
    }

    private static HttpResponse base() {
        return HttpResponse.create().addHeader(RawHeader.create("grpc-accept-encoding", "identity,gzip,deflate,zstd"));
    }

    private static HttpHeader code(RpcStatus status) {
        return RawHeader.create("grpc-status", Integer.toString(status.code()));
    }

    /** As gRPC over HTTP/2 has it: everything but printable ASCII, and the percent sign itself. */
    private static String percentEncoded(String message) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : message.getBytes(StandardCharsets.UTF_8)) {
            if (b >= 0x20 && b <= 0x7e && b != '%') {
                encoded.append((char) b);
            } else {
                encoded.append(String.format("%%%02X", b));
            }
        }
        return encoded.toString();
    }
}
