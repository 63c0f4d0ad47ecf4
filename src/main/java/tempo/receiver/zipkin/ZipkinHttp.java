package tempo.receiver.zipkin;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaType;
import akka.http.javadsl.model.headers.RawHeader;
import akka.japi.function.Function;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import tempo.format.FormatException;
import tempo.format.zipkin.ZipkinFormat;
import tempo.receiver.ContentCoding;
import tempo.receiver.InFlightBytes;
import tempo.receiver.IntakeConfig;
import tempo.receiver.PlainAnswer;
import tempo.receiver.RefusedException;
import tempo.receiver.RequestBody;
import tempo.receiver.SpanIntake;
import tempo.span.Refusal;

/**
 * Zipkin's collector: {@code POST /api/v2/spans} as JSON or protobuf, {@code POST /api/v1/spans} as JSON or Thrift, compressed or not.
 * As Zipkin's own server does, it goes by the first byte where the content type says nothing of use.
 */
final class ZipkinHttp implements Function<HttpRequest, CompletionStage<HttpResponse>> {
    private static final long serialVersionUID = 1;

    private static final String VERSION_1 = "api/v1/spans";
    private static final String VERSION_2 = "api/v2/spans";
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
            return refused(
                    request,
                    PlainAnswer.of(404, "this port takes POST /" + VERSION_2 + " and /" + VERSION_1 + " only"));
        }
        if (!request.method().equals(HttpMethods.POST)) {
            return refused(
                    request,
                    PlainAnswer.of(405, path + " takes POST only").addHeader(RawHeader.create("Allow", "POST")));
        }
        MediaType media = request.entity().getContentType().mediaType();
        String type = media.mainType() + "/" + media.subType();
        String coding =
                request.getHeader("content-encoding").map(HttpHeader::value).orElse("identity");
        return intake.export(request, (body, config, lease) -> otlp(body, first, type, coding, config, lease))
                .thenApply(outcome -> PlainAnswer.of(outcome, ACCEPTED));
    }

    private static RequestBody.Collected otlp(
            RequestBody.Collected body,
            boolean first,
            String type,
            String coding,
            IntakeConfig config,
            InFlightBytes.Lease lease)
            throws RefusedException {
        RequestBody.Collected spans =
                ContentCoding.named(coding).inflate(body.array(), body.offset(), body.length(), config, lease);
        try {
            byte[] otlp = format(first, type, spans)
                    .toOtlp(spans.array(), spans.offset(), spans.length(), config.inflatedBytesMax());
            return lease.translated(otlp);
        } catch (FormatException e) {
            throw new RefusedException(Refusal.MALFORMED_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private static ZipkinFormat format(boolean first, String type, RequestBody.Collected spans) {
        boolean json =
                switch (type) {
                    case "application/json" -> true;
                    case "application/x-protobuf", "application/protobuf", "application/x-thrift" -> false;
                    default -> looksLikeJson(spans);
                };
        if (first) {
            return json ? ZipkinFormat.JSON_V1 : ZipkinFormat.THRIFT_V1;
        }
        return json ? ZipkinFormat.JSON_V2 : ZipkinFormat.PROTOBUF_V2;
    }

    /** Protobuf begins with the tag of a span, which as text is a line end; Thrift with the type of a struct, a form feed. */
    private static boolean looksLikeJson(RequestBody.Collected spans) {
        for (int i = 0; i < spans.length(); i++) {
            byte next = spans.array()[spans.offset() + i];
            boolean maySkip = next == ' ' || next == '\t' || next == '\r' || next == '\n' && i + 1 < spans.length();
            if (!maySkip) {
                return next == '[' || next == '{';
            }
        }
        return true;
    }

    private CompletionStage<HttpResponse> refused(HttpRequest request, HttpResponse answer) {
        intake.discard(request);
        return CompletableFuture.completedFuture(answer);
    }
}
