package tempo.api.status;

import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.RawHeader;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Pages of the whole cluster: {@code GET /status/cluster} as JSON, and {@code POST /status/cluster/write-off?log=...}, by which an
 * operator says that a log that is owed will never come back. Thread-safe.
 */
public final class ClusterPages {
    private static final String PAGE = "/status/cluster";
    private static final String WRITE_OFF = PAGE + "/write-off";

    private final Supplier<CompletionStage<String>> overview;
    private final Function<String, CompletionStage<?>> writeOff;
    private final boolean mayWriteOff;

    /**
     * Pages of what these say.
     *
     * @param overview makes the JSON
     * @param writeOff ends a log
     * @param mayWriteOff whether whoever reaches the port may do that
     */
    public ClusterPages(
            Supplier<CompletionStage<String>> overview,
            Function<String, CompletionStage<?>> writeOff,
            boolean mayWriteOff) {
        this.overview = overview;
        this.writeOff = writeOff;
        this.mayWriteOff = mayWriteOff;
    }

    /** The answer, if the path is one of these. */
    public Optional<CompletionStage<HttpResponse>> page(HttpRequest request) {
        String path = request.getUri().path();
        if (path.equals(PAGE)) {
            return Optional.of(overview.get()
                    .thenApply(json -> HttpResponse.create().withEntity(ContentTypes.APPLICATION_JSON, json + "\n")));
        }
        return path.equals(WRITE_OFF) ? Optional.of(writtenOff(request)) : Optional.empty();
    }

    private CompletionStage<HttpResponse> writtenOff(HttpRequest request) {
        if (!request.method().equals(HttpMethods.POST)) {
            return text("logs are written off by POST\n", 405)
                    .thenApply(answer -> answer.addHeader(RawHeader.create("Allow", "POST")));
        }
        if (!mayWriteOff) {
            return text("tempo.api.deletion is off, so nothing can be written off here\n", 403);
        }
        String log = request.getUri().query().get("log").orElse("");
        if (log.isBlank() || log.contains(" ")) {
            return text("parameter log must be one of owedLogs of " + PAGE + "\n", 400);
        }
        return writeOff.apply(log)
                .thenCompose(written -> text("written off: answers are not partial on account of it any more\n", 200));
    }

    private static CompletionStage<HttpResponse> text(String text, int status) {
        return CompletableFuture.completedFuture(
                HttpResponse.create().withStatus(StatusCodes.get(status)).withEntity(text));
    }
}
