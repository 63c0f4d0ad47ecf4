package tempo.api.status;

import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import java.util.Optional;
import java.util.function.Supplier;
import tempo.telemetry.MetricsPage;

/** The pages that need no tenant: readiness, metrics, build information, status. Thread-safe. */
public final class StatusPages {
    /** Older Grafanas offer streaming search from 2.2.0 on, which does not exist here yet. */
    private static final String COMPATIBLE_VERSION = "2.1.0";

    private final Readiness readiness;
    private final Supplier<byte[]> metrics;
    private final Supplier<String> status;
    private final String version;

    /**
     * Pages of one node.
     *
     * @param metrics makes the text of {@code /metrics}
     * @param status makes the text of {@code /status}
     * @param version of this program
     */
    public StatusPages(Readiness readiness, Supplier<byte[]> metrics, Supplier<String> status, String version) {
        this.readiness = readiness;
        this.metrics = metrics;
        this.status = status;
        this.version = version;
    }

    /** The page of a path; empty if it is none of these. */
    public Optional<HttpResponse> page(String path) {
        return switch (path) {
            case "/ready" -> Optional.of(ready());
            case "/metrics" ->
                Optional.of(HttpResponse.create()
                        .withEntity(HttpEntities.create(ContentTypes.parse(MetricsPage.CONTENT_TYPE), metrics.get())));
            case "/api/echo" -> Optional.of(text("echo"));
            case "/api/status/buildinfo" -> Optional.of(json(buildInfo()));
            case "/status" -> Optional.of(text(status.get()));
            case "/status/version" -> Optional.of(text("tempo " + version + "\n"));
            default -> Optional.empty();
        };
    }

    private HttpResponse ready() {
        String reason = readiness.reason();
        return reason.isEmpty()
                ? text("ready\n")
                : text("not ready: " + reason + "\n").withStatus(503);
    }

    private String buildInfo() {
        return "{\"version\":\"" + COMPATIBLE_VERSION + "\",\"revision\":\"" + version
                + "\",\"branch\":\"main\",\"buildUser\":\"\",\"buildDate\":\"\",\"goVersion\":\"\"}\n";
    }

    private static HttpResponse text(String text) {
        return HttpResponse.create().withEntity(text);
    }

    private static HttpResponse json(String json) {
        return HttpResponse.create().withEntity(ContentTypes.APPLICATION_JSON, json);
    }
}
