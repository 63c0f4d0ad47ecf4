package tempo.quickstart;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tempo.quickstart.Waterfall.Style;

/** What a newcomer sees: traces go in, one comes out, and what to do next. */
public final class Quickstart {
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
    /** The traces lie in the last quarter of an hour, where every search looks first. */
    private static final Duration SPREAD = Duration.ofMinutes(15);

    private static final long SEED = 2026;

    private final Endpoints endpoints;
    private final Clock clock;
    private final PrintWriter out;

    public Quickstart(Endpoints endpoints, Clock clock, PrintWriter out) {
        this.endpoints = endpoints;
        this.clock = clock;
        this.out = out;
    }

    /** Colours only for a person's terminal, and only if NO_COLOR does not forbid them. */
    static Style style(Map<String, String> environment, boolean isTerminal, Charset charset) {
        boolean unicode = charset.newEncoder().canEncode('█');
        boolean colour = isTerminal && environment.getOrDefault("NO_COLOR", "").isEmpty();
        String columns = environment.getOrDefault("COLUMNS", "");
        return new Style(columns.matches("[0-9]{1,4}") ? Integer.parseInt(columns) : 120, colour, unicode);
    }

    /**
     * Sends traces, waits until they are acknowledged, reads one back and draws it.
     *
     * @param traces how many, at least 1
     * @param environment for COLUMNS and NO_COLOR
     * @throws IOException if spans were not acknowledged, or the trace did not come back whole
     */
    public void run(int traces, Map<String, String> environment) throws IOException, InterruptedException {
        URI otlp = endpoints.otlpGrpc().orElseThrow(() -> new IOException("the OTLP gRPC receiver is switched off"));
        if (otlp.getScheme().equals("https")) {
            throw new IOException("the quickstart sends without TLS, which the OTLP gRPC receiver does not take"
                    + " (tempo.receiver.otlp.grpc.tls)");
        }
        Shown shown = send(otlp, traces);
        List<SpanRow> spans = lookUp(shown);
        out.println();
        draw(spans, environment, out);
        out.println();
        printWhatNext(shown.traceId());
        out.flush();
    }

    /**
     * Draws a trace as a waterfall.
     *
     * @param json as the query API answers, or OTLP/JSON
     * @param environment for COLUMNS and NO_COLOR
     * @throws IOException if it is no trace
     */
    public static void draw(byte[] json, Map<String, String> environment, PrintWriter out) throws IOException {
        draw(TraceJson.read(json), environment, out);
    }

    private static void draw(List<SpanRow> spans, Map<String, String> environment, PrintWriter out) {
        boolean isTerminal = System.console() != null;
        Waterfall.draw(spans, style(environment, isTerminal, Charset.defaultCharset()))
                .forEach(out::println);
    }

    /** The trace that is read back. */
    private record Shown(String traceId, Call root) {}

    private Shown send(URI otlp, int traces) throws IOException {
        progress("sending " + traces + " traces of a web shop");
        Instant begin = clock.instant();
        WebShop shop = new WebShop(SEED);
        @Nullable Shown shown = null;
        try (ShopSender sender = new ShopSender(otlp)) {
            for (int i = 0; i < traces; i++) {
                Call root = shop.next();
                Instant start = begin.minus(SPREAD.dividedBy(traces).multipliedBy(traces - i));
                String traceId = sender.send(root, start);
                if (shown == null || isMoreTelling(root, shown.root())) {
                    shown = new Shown(traceId, root);
                }
            }
            int lost = sender.flush();
            if (lost > 0) {
                throw new IOException(lost + " of " + sender.recorded() + " spans were not acknowledged by " + otlp);
            }
            done(sender.recorded() + " spans, all acknowledged", begin);
        }
        if (shown == null) {
            throw new IllegalArgumentException("traces must be at least 1 but was " + traces);
        }
        return shown;
    }

    /** A failed order shows most; of equals the earlier one. */
    private static boolean isMoreTelling(Call root, Call shown) {
        if (root.hasFailure() != shown.hasFailure()) {
            return root.hasFailure();
        }
        return root.spanCount() > shown.spanCount();
    }

    private List<SpanRow> lookUp(Shown shown) throws IOException, InterruptedException {
        progress("looking up trace " + shown.traceId());
        Instant begin = clock.instant();
        HttpRequest request = HttpRequest.newBuilder(traceUri(shown.traceId()))
                .timeout(ANSWER_TIMEOUT)
                .header("Accept", "application/json")
                .build();
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(ANSWER_TIMEOUT)
                .build();
        HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            throw new IOException(request.uri() + " answered " + response.statusCode() + ", a trace was expected");
        }
        List<SpanRow> spans = TraceJson.read(response.body());
        if (spans.size() != shown.root().spanCount()) {
            throw new IOException("trace " + shown.traceId() + " came back with " + spans.size() + " spans of "
                    + shown.root().spanCount());
        }
        long services = spans.stream().map(SpanRow::service).distinct().count();
        done(spans.size() + " spans of " + services + " services", begin);
        return spans;
    }

    private URI traceUri(String traceId) {
        return endpoints.api().resolve("/api/v2/traces/" + traceId);
    }

    private void printWhatNext(String traceId) {
        out.println("Open ports");
        endpoints.otlpGrpc().ifPresent(uri -> port(uri, "spans by OTLP over gRPC"));
        endpoints.otlpHttp().ifPresent(uri -> port(uri, "spans by OTLP over HTTP (/v1/traces)"));
        endpoints.others().forEach(each -> port(each.uri(), each.purpose()));
        port(endpoints.api(), "queries (/api/v2/traces/{id}), metrics (/metrics)");
        port(endpoints.management(), "cluster members and health");
        out.println();
        out.println("What to try next");
        out.println("  the same trace    curl -s -H 'Accept: application/json' " + traceUri(traceId));
        out.println("  Grafana           add a data source of type Tempo with the URL " + endpoints.api());
        endpoints
                .otlpGrpc()
                .ifPresent(uri -> out.println("  your own program  export OTEL_EXPORTER_OTLP_PROTOCOL=grpc"
                        + " OTEL_EXPORTER_OTLP_ENDPOINT=" + uri));
        out.println();
    }

    private void port(URI uri, String purpose) {
        out.printf("  %-6d %-26s %s%n", uri.getPort(), uri, purpose);
    }

    private void progress(String doing) {
        out.print(doing + " ... ");
        out.flush();
    }

    private void done(String what, Instant begin) {
        out.println(what + " in "
                + Waterfall.duration(Duration.between(begin, clock.instant()).toNanos()));
        out.flush();
    }
}
