package tempo.receiver.zipkin;

import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaType;
import akka.http.javadsl.model.headers.RawHeader;
import akka.japi.function.Function;
import java.util.concurrent.CompletionStage;
import tempo.format.zipkin.ZipkinFormat;
import tempo.receiver.Decoder;
import tempo.receiver.PlainAnswer;
import tempo.receiver.SpanIntake;

/**
 * Zipkin's collector: {@code POST /api/v2/spans} as JSON or protobuf, {@code POST /api/v1/spans} as JSON or Thrift, compressed or not.
 * As Zipkin's own server does, it goes by the first byte where the content type says nothing of use.
 */
final class ZipkinHttp implements Function<HttpRequest, CompletionStage<HttpResponse>> {
    private static final long serialVersionUID = 1;

    private static final String VERSION_1 = "api/v1/spans";
    private static final String VERSION_2 = "api/v2/spans";
    private static final String FLAGS = "X-B3-Flags";
    private static final String DEBUG = "1";
    private static final int ACCEPTED = 202;

    private final transient SpanIntake intake;

    ZipkinHttp(SpanIntake intake) {
        this.intake = intake;
    }

    @Override
    public CompletionStage<HttpResponse> apply(HttpRequest request) {
        String path = request.getUri().path();
        boolean first = path.contains(VERSION_1);
        if (!first && !path.contains(VERSION_2) && !path.equals("/")) {
            return intake.refuse(
                    request,
                    PlainAnswer.of(404, "this port takes POST /" + VERSION_2 + " and /" + VERSION_1 + " only"));
        }
        if (!request.method().equals(HttpMethods.POST)) {
            return intake.refuse(
                    request,
                    PlainAnswer.of(405, path + " takes POST only").addHeader(RawHeader.create("Allow", "POST")));
        }
        MediaType media = request.entity().getContentType().mediaType();
        String type = media.mainType() + "/" + media.subType();
        boolean debug = request.getHeader(FLAGS)
                .filter(flags -> flags.value().equals(DEBUG))
                .isPresent();
        Decoder spans = Decoder.translating((bytes, offset, length, bytesMax) ->
                format(first, type, bytes, offset, length).toOtlp(bytes, offset, length, bytesMax, debug));
        return intake.export(request, spans.inflating(request)).thenApply(outcome -> PlainAnswer.of(outcome, ACCEPTED));
    }

    private static ZipkinFormat format(boolean first, String type, byte[] bytes, int offset, int length) {
        boolean json =
                switch (type) {
                    case "application/json" -> true;
                    case "application/x-protobuf", "application/protobuf", "application/x-thrift" -> false;
                    default -> looksLikeJson(bytes, offset, length);
                };
        if (first) {
            return json ? ZipkinFormat.JSON_V1 : ZipkinFormat.THRIFT_V1;
        }
        return json ? ZipkinFormat.JSON_V2 : ZipkinFormat.PROTOBUF_V2;
    }

    /** Protobuf begins with the tag of a span, which as text is a line end; Thrift with the type of a struct, a form feed. */
    private static boolean looksLikeJson(byte[] bytes, int offset, int length) {
        for (int i = 0; i < length; i++) {
            byte next = bytes[offset + i];
            boolean maySkip = next == ' ' || next == '\t' || next == '\r' || next == '\n' && i + 1 < length;
            if (!maySkip) {
                return next == '[' || next == '{';
            }
        }
        return true;
    }
}
