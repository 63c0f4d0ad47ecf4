package tempo.receiver.otlp;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaType;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.japi.function.Function;
import java.util.concurrent.CompletionStage;
import tempo.format.json.JsonLimits;
import tempo.format.otlp.OtlpJson;
import tempo.receiver.Decoder;
import tempo.receiver.Outcome;
import tempo.receiver.SpanIntake;
import tempo.receiver.grpc.RpcStatus;

/** OTLP over HTTP: {@code POST /v1/traces} as protobuf or JSON, compressed or not; answers in the encoding of the request. */
final class OtlpHttp implements Function<HttpRequest, CompletionStage<HttpResponse>> {
    private static final long serialVersionUID = 1;

    private static final String PATH = "/v1/traces";
    private static final String PROTOBUF = "application/x-protobuf";
    private static final String PROTOBUF_NEWER = "application/protobuf";
    private static final String JSON = "application/json";
    private static final OtlpJson JSON_TRANSLATOR = new OtlpJson(JsonLimits.DEFAULT);

    /** What JSON becomes is never larger than it was. */
    private static final Decoder JSON_DECODER =
            Decoder.translating((bytes, offset, length, bytesMax) -> JSON_TRANSLATOR.toProtobuf(bytes, offset, length));

    private static final ContentType PROTOBUF_TYPE =
            ContentTypes.create(MediaTypes.applicationBinary("x-protobuf", false));

    private final transient SpanIntake intake;

    OtlpHttp(SpanIntake intake) {
        this.intake = intake;
    }

    @Override
    public CompletionStage<HttpResponse> apply(HttpRequest request) {
        MediaType type = request.entity().getContentType().mediaType();
        String mediaType = type.mainType() + "/" + type.subType();
        boolean json = mediaType.equals(JSON);
        boolean protobuf = mediaType.equals(PROTOBUF) || mediaType.equals(PROTOBUF_NEWER);
        if (!request.getUri().path().equals(PATH)) {
            return refused(request, 404, "this port takes POST " + PATH + " only", json, protobuf);
        }
        if (!request.method().equals(HttpMethods.POST)) {
            return refused(request, 405, PATH + " takes POST only", json, protobuf)
                    .thenApply(response -> response.addHeader(RawHeader.create("Allow", "POST")));
        }
        if (!json && !protobuf) {
            return refused(request, 415, "content type must be " + PROTOBUF + " or " + JSON, false, false);
        }
        Decoder decoder = json ? JSON_DECODER : Decoder.OTLP;
        return intake.export(request, decoder.inflating(request)).thenApply(outcome -> reply(outcome, json));
    }

    private static HttpResponse reply(Outcome outcome, boolean json) {
        OtlpAnswer answer = OtlpAnswer.of(outcome);
        if (!answer.status().isOk()) {
            return failure(answer, json);
        }
        byte[] body = json ? answer.json() : OtlpAnswer.response(outcome);
        return HttpResponse.create()
                .withEntity(HttpEntities.create(json ? ContentTypes.APPLICATION_JSON : PROTOBUF_TYPE, body));
    }

    private static HttpResponse failure(OtlpAnswer answer, boolean json) {
        RpcStatus status = answer.status();
        byte[] body = json ? answer.json() : status.toByteArray();
        HttpResponse response = HttpResponse.create()
                .withStatus(status.httpStatus())
                .withEntity(HttpEntities.create(json ? ContentTypes.APPLICATION_JSON : PROTOBUF_TYPE, body));
        return status.retryAfterSeconds() == 0
                ? response
                : response.addHeader(RawHeader.create("Retry-After", Integer.toString(status.retryAfterSeconds())));
    }

    /** Whoever spoke neither encoding is most likely a person with a browser or curl. */
    private CompletionStage<HttpResponse> refused(
            HttpRequest request, int status, String sentence, boolean json, boolean protobuf) {
        return intake.refuse(
                request,
                json || protobuf
                        ? failure(new OtlpAnswer(RpcStatus.unimplemented(status, sentence), 0), json)
                        : HttpResponse.create().withStatus(status).withEntity(sentence + "\n"));
    }
}
