package tempo.receiver.otlp;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import akka.japi.function.Function;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/**
 * Lets pages of allowed origins send spans: answers their browsers' preflights, and says in each answer that they may read it. Requests of
 * other origins are handled as any other; their browsers do not let them read the answer, and send nothing that needs a preflight.
 * Thread-safe.
 *
 * <p>Source: <a href="https://fetch.spec.whatwg.org/#http-cors-protocol">Fetch, HTTP-CORS protocol</a>.
 */
final class Cors implements Function<HttpRequest, CompletionStage<HttpResponse>> {
    private static final long serialVersionUID = 1;

    private static final String ANY = "*";
    private static final String CONTENT_TYPE = "content-type";
    private static final int NO_CONTENT = 204;

    private final transient Function<HttpRequest, CompletionStage<HttpResponse>> handler;
    private final transient CorsConfig config;
    private final transient List<Pattern> origins = new ArrayList<>();

    Cors(CorsConfig config, Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
        this.config = config;
        this.handler = handler;
        for (String origin : config.allowedOrigins()) {
            String[] parts = origin.toLowerCase(Locale.ROOT).split("\\*", -1);
            StringBuilder pattern = new StringBuilder(Pattern.quote(parts[0]));
            for (int i = 1; i < parts.length; i++) {
                pattern.append(".*").append(Pattern.quote(parts[i]));
            }
            origins.add(Pattern.compile(pattern.toString()));
        }
    }

    @Override
    public CompletionStage<HttpResponse> apply(HttpRequest request) throws Exception {
        Optional<String> origin = header(request, "origin").filter(this::isAllowed);
        if (origin.isEmpty()) {
            return handler.apply(request);
        }
        if (request.method().equals(HttpMethods.OPTIONS)) {
            Optional<String> method = header(request, "access-control-request-method");
            if (method.isPresent()) {
                return CompletableFuture.completedFuture(preflight(request, origin.get()));
            }
        }
        return handler.apply(request).thenApply(answer -> mayBeRead(answer, origin.get()));
    }

    private boolean isAllowed(String origin) {
        String lower = origin.toLowerCase(Locale.ROOT);
        return origins.stream().anyMatch(pattern -> pattern.matcher(lower).matches());
    }

    /** A browser asks before it sends; what is not in the answer it does not send. */
    private HttpResponse preflight(HttpRequest request, String origin) {
        HttpResponse answer = mayBeRead(HttpResponse.create().withStatus(NO_CONTENT), origin)
                .addHeader(RawHeader.create("Access-Control-Allow-Methods", "POST"))
                .addHeader(RawHeader.create(
                        "Access-Control-Max-Age", Long.toString(config.maxAge().toSeconds())));
        List<String> headers = new ArrayList<>();
        header(request, "access-control-request-headers").ifPresent(wanted -> {
            for (String name : wanted.split(",")) {
                if (isHeaderAllowed(name.trim())) {
                    headers.add(name.trim());
                }
            }
        });
        return headers.isEmpty()
                ? answer
                : answer.addHeader(RawHeader.create("Access-Control-Allow-Headers", String.join(", ", headers)));
    }

    private boolean isHeaderAllowed(String name) {
        return name.equalsIgnoreCase(CONTENT_TYPE)
                || config.allowedHeaders().stream()
                        .anyMatch(allowed -> allowed.equals(ANY) || allowed.equalsIgnoreCase(name));
    }

    /** With credentials, since {@code sendBeacon} always has them. */
    private static HttpResponse mayBeRead(HttpResponse answer, String origin) {
        return answer.addHeader(RawHeader.create("Access-Control-Allow-Origin", origin))
                .addHeader(RawHeader.create("Access-Control-Allow-Credentials", "true"))
                .addHeader(RawHeader.create("Vary", "Origin"));
    }

    private static Optional<String> header(HttpRequest request, String name) {
        return request.getHeader(name).map(HttpHeader::value);
    }
}
