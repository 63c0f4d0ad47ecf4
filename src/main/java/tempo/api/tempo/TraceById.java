package tempo.api.tempo;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.StatusCode;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.RawHeader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import tempo.querier.Querier;
import tempo.querier.TraceAnswer;
import tempo.span.MalformedProtobufException;
import tempo.span.TraceId;

/** {@code GET /api/traces/{id}} and {@code GET /api/v2/traces/{id}}. Thread-safe. */
final class TraceById {
    private static final ContentType PROTOBUF = ContentTypes.create(MediaTypes.applicationBinary("protobuf", false));
    private static final String PROTOBUF_NAME = "application/protobuf";
    private static final int GZIP_BYTES_MIN = 16 << 10;

    private final Querier querier;

    TraceById(Querier querier) {
        this.querier = querier;
    }

    /** Answers one request of a known tenant. */
    CompletionStage<HttpResponse> answer(HttpRequest request, String tenant, String id, boolean v2) {
        Optional<String> badId = TraceIdText.problem(id);
        if (badId.isPresent()) {
            return refused(badId.get());
        }
        Optional<String> badTimes = TimeRange.problem(request.getUri().query());
        if (badTimes.isPresent()) {
            return refused(badTimes.get());
        }
        TraceId traceId = TraceId.parse(id).orElseThrow();
        boolean protobuf = header(request, "Accept").contains(PROTOBUF_NAME);
        boolean gzip = acceptsGzip(header(request, "Accept-Encoding"));
        return querier.trace(tenant, traceId)
                .thenApply(trace -> v2 ? version2(trace, protobuf, gzip) : version1(trace, protobuf, gzip));
    }

    private static HttpResponse version2(TraceAnswer trace, boolean protobuf, boolean gzip) {
        TraceByIdResponse response = trace.partial()
                ? TraceByIdResponse.partial(trace.bytesRead(), String.join("; ", trace.missing()))
                : TraceByIdResponse.complete(trace.bytesRead());
        if (protobuf) {
            return ok(PROTOBUF, response.toProtobuf(trace.otlp(), 0, trace.otlp().length), gzip);
        }
        try {
            return ok(
                    ContentTypes.APPLICATION_JSON, TraceJson.v2(response, trace.otlp(), 0, trace.otlp().length), gzip);
        } catch (MalformedProtobufException malformed) {
            return unreadable(malformed);
        }
    }

    private static HttpResponse version1(TraceAnswer trace, boolean protobuf, boolean gzip) {
        String message = String.join("; ", trace.missing());
        if (trace.tooLarge()) {
            return text(StatusCodes.UNPROCESSABLE_CONTENT, message);
        }
        if (!trace.found()) {
            return trace.partial()
                    ? text(StatusCodes.SERVICE_UNAVAILABLE, message)
                    : HttpResponse.create().withStatus(StatusCodes.NOT_FOUND);
        }
        HttpResponse response;
        try {
            response = protobuf
                    ? ok(PROTOBUF, trace.otlp(), gzip)
                    : ok(ContentTypes.APPLICATION_JSON, TraceJson.v1(trace.otlp(), 0, trace.otlp().length), gzip);
        } catch (MalformedProtobufException malformed) {
            return unreadable(malformed);
        }
        // This version's body has no field for it, and an incomplete answer must say so.
        return trace.partial()
                ? response.addHeader(RawHeader.create("X-Tempo-Partial", message.replaceAll("[^\\x20-\\x7e]", "?")))
                : response;
    }

    private static HttpResponse ok(ContentType type, byte[] body, boolean gzip) {
        HttpResponse response = HttpResponse.create();
        if (!gzip || body.length < GZIP_BYTES_MIN) {
            return response.withEntity(HttpEntities.create(type, body));
        }
        return response.addHeader(RawHeader.create("Content-Encoding", "gzip"))
                .addHeader(RawHeader.create("Vary", "Accept-Encoding"))
                .withEntity(HttpEntities.create(type, gzipped(body)));
    }

    private static byte[] gzipped(byte[] body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(body.length / 4);
        try (FastGzip out = new FastGzip(bytes)) {
            out.write(body);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return bytes.toByteArray();
    }

    private static HttpResponse unreadable(MalformedProtobufException malformed) {
        return text(StatusCodes.INTERNAL_SERVER_ERROR, "stored trace is malformed: " + malformed.getMessage());
    }

    private static CompletionStage<HttpResponse> refused(String sentence) {
        return CompletableFuture.completedFuture(text(StatusCodes.BAD_REQUEST, sentence));
    }

    private static HttpResponse text(StatusCode status, String sentence) {
        return HttpResponse.create().withStatus(status).withEntity(sentence + "\n");
    }

    private static boolean acceptsGzip(String acceptEncoding) {
        for (String coding : acceptEncoding.toLowerCase(Locale.ROOT).split(",", -1)) {
            String text = coding.replace(" ", "");
            if (text.startsWith("gzip")) {
                return !text.matches("gzip;q=0(\\.0*)?");
            }
        }
        return false;
    }

    private static String header(HttpRequest request, String name) {
        return request.getHeader(name).map(HttpHeader::value).orElse("");
    }

    /** Spends little on what is mostly read on the same network. */
    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(ByteArrayOutputStream out) throws IOException {
            super(out, 8192);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
