package tempo.receiver.jaeger;

import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaType;
import akka.http.javadsl.model.headers.RawHeader;
import akka.japi.function.Function;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import tempo.format.jaeger.JaegerFormat;
import tempo.receiver.Decoder;
import tempo.receiver.PlainAnswer;
import tempo.receiver.SpanIntake;

/** Jaeger's collector over HTTP: {@code POST /api/traces}, a batch in Thrift's binary protocol, compressed or not. */
final class JaegerHttp implements Function<HttpRequest, CompletionStage<HttpResponse>> {
    private static final long serialVersionUID = 1;

    private static final String PATH = "/api/traces";
    private static final int ACCEPTED = 202;
    private static final Set<String> TYPES = Set.of("application/x-thrift", "application/vnd.apache.thrift.binary");

    private static final Decoder THRIFT = Decoder.translating(JaegerFormat.THRIFT::toOtlp);

    private final transient SpanIntake intake;

    JaegerHttp(SpanIntake intake) {
        this.intake = intake;
    }

    @Override
    public CompletionStage<HttpResponse> apply(HttpRequest request) {
        if (!request.getUri().path().equals(PATH)) {
            return intake.refuse(request, PlainAnswer.of(404, "this port takes POST " + PATH + " only"));
        }
        if (!request.method().equals(HttpMethods.POST)) {
            return intake.refuse(
                    request,
                    PlainAnswer.of(405, PATH + " takes POST only").addHeader(RawHeader.create("Allow", "POST")));
        }
        MediaType media = request.entity().getContentType().mediaType();
        if (!TYPES.contains(media.mainType() + "/" + media.subType())) {
            return intake.refuse(
                    request,
                    PlainAnswer.of(
                            415, "content type must be application/x-thrift or application/vnd.apache.thrift.binary"));
        }
        return intake.export(request, THRIFT.inflating(request))
                .thenApply(outcome -> PlainAnswer.of(outcome, ACCEPTED));
    }
}
