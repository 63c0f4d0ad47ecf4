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
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import tempo.receiver.ContentCoding;
import tempo.receiver.InFlightBytes;
import tempo.receiver.IntakeConfig;
import tempo.receiver.RefusedException;
import tempo.receiver.RequestBody;
import tempo.span.Refusal;

/** Requests and responses of gRPC over HTTP/2. Stateless. */
final class Grpc {
    private static final String GRPC = "application/grpc";
    static final ContentType PROTO = ContentTypes.create(MediaTypes.applicationBinary("grpc+proto", false));

    @SuppressWarnings("unchecked")
    static final AttributeKey<Trailer> TRAILER =
            (AttributeKey<Trailer>) (AttributeKey<?>) akka.http.scaladsl.model.AttributeKeys.trailer();

    private static final String ACCEPTED = ContentCoding.NAMES.replace(" ", "");
    private static final int FRAME_HEADER_BYTES = MessageFrames.HEADER_BYTES;

    private Grpc() {}

    /** What is answered to a request that does not call this method; empty if it does. */
    static Optional<HttpResponse> refusal(HttpRequest request, String path) {
        MediaType type = request.entity().getContentType().mediaType();
        String contentType = type.mainType() + "/" + type.subType();
        boolean call = contentType.equals(GRPC) || contentType.equals(GRPC + "+proto");
        if (!call || !request.method().equals(HttpMethods.POST)) {
            return Optional.of(HttpResponse.create()
                    .withStatus(StatusCodes.UNSUPPORTED_MEDIA_TYPE)
                    .withEntity("this port speaks gRPC (application/grpc over HTTP/2) only\n"));
        }
        return request.getUri().path().equals(path)
                ? Optional.empty()
                : Optional.of(failure(RpcStatus.unimplemented(404, "method is not known")));
    }

    static String encoding(HttpRequest request) {
        return request.getHeader("grpc-encoding").map(HttpHeader::value).orElse("identity");
    }

    /** Takes the message out of its frame. */
    static RequestBody.Collected message(
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

    /** A message, not compressed, in its frame. */
    static byte[] frame(byte[] message) {
        return ByteBuffer.allocate(FRAME_HEADER_BYTES + message.length)
                .put((byte) 0)
                .putInt(message.length)
                .put(message)
                .array();
    }

    /** What a call ended with, as headers or trailers. */
    static List<HttpHeader> trailers(RpcStatus status) {
        if (status.isOk()) {
            return List.of(code(status));
        }
        return List.of(
                code(status),
                RawHeader.create("grpc-message", percentEncoded(status.message())),
                RawHeader.create(
                        "grpc-status-details-bin",
                        Base64.getEncoder().withoutPadding().encodeToString(status.toByteArray())));
    }

    /** An error is a response of headers alone: Akka HTTP drops the trailers of an empty entity. */
    static HttpResponse failure(RpcStatus status) {
        return base().addHeaders(trailers(status)).withEntity(HttpEntities.create(PROTO, new byte[0]));
    }

    static HttpResponse base() {
        return HttpResponse.create().addHeader(RawHeader.create("grpc-accept-encoding", ACCEPTED));
    }

    static HttpHeader code(RpcStatus status) {
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
