package tempo.cli.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static tempo.cli.Table.column;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tempo.cli.StartException;
import tempo.cli.Table;
import tempo.cli.Table.Kind;
import tempo.client.Endpoint;

/** Asks a running node for traces that meet criteria. */
@Command(
        name = "search",
        description = {
            "Ask a running node for the newest traces with spans that meet criteria, in a line each.",
            "Exit code 1 if there is none, or the answer is partial."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  tempo-cli query search --service checkout --tag error=true --min-duration 500ms --lookback PT6H"})
final class QuerySearchCommand implements Callable<Integer> {
    private static final long NANOS_PER_MICRO = 1_000;
    private static final int OK = 200;

    private final StorageCommand root;

    @Option(names = "--service", paramLabel = "NAME", required = true, description = "Service of the spans.")
    private String service = "";

    @Option(names = "--operation", paramLabel = "NAME", description = "Name of the spans.")
    private @Nullable String operation;

    @Option(names = "--tag", paramLabel = "KEY=VALUE", description = "An attribute; may be given several times.")
    private Map<String, String> tags = new LinkedHashMap<>();

    @Option(names = "--min-duration", paramLabel = "TIME", description = "As 100ms or 1.5s.")
    private @Nullable String minDuration;

    @Option(names = "--max-duration", paramLabel = "TIME", description = "As 100ms or 1.5s.")
    private @Nullable String maxDuration;

    @Option(names = "--lookback", paramLabel = "DURATION", description = "How far back, as PT1H (${DEFAULT-VALUE}).")
    private Duration lookback = Duration.ofHours(1);

    @Option(names = "--limit", paramLabel = "N", description = "At most N traces (${DEFAULT-VALUE}).")
    private int limit = 20;

    @Option(names = "--server", paramLabel = "URL", description = "Jaeger's query port of any node (${DEFAULT-VALUE}).")
    private URI server = URI.create("http://127.0.0.1:16686");

    @Mixin
    private ServerOptions options = new ServerOptions();

    QuerySearchCommand(StorageCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() throws IOException, StartException {
        Endpoint endpoint = options.endpoint(server, root.tenant());
        Instant now = root.clock().instant();
        StringBuilder path = new StringBuilder("/api/traces?limit=" + limit);
        parameter(path, "start", Long.toString(micros(now.minus(lookback))));
        parameter(path, "end", Long.toString(micros(now)));
        parameter(path, "service", service);
        parameter(path, "operation", operation);
        parameter(path, "minDuration", minDuration);
        parameter(path, "maxDuration", maxDuration);
        tags.forEach((key, value) -> parameter(path, "tag", key + ":" + value));
        Config answer = ask(endpoint, path.toString());
        List<? extends Config> traces = answer.getConfigList("data");
        Table table = new Table(
                column("TRACE", "traceId", Kind.TEXT),
                column("SERVICE", "service", Kind.TEXT),
                column("OPERATION", "operation", Kind.TEXT),
                column("START", "start", Kind.TIME),
                column("MS", "durationMillis", Kind.RATIO),
                column("SPANS", "spans", Kind.COUNT),
                column("SERVICES", "services", Kind.TEXTS));
        traces.forEach(trace -> add(table, trace));
        boolean partial = warn(answer);
        if (traces.isEmpty()) {
            throw new StartException("no trace was found within " + lookback + " before now");
        }
        table.print(root.out(), root.output());
        return partial ? ExitCode.SOFTWARE : ExitCode.OK;
    }

    private boolean warn(Config answer) {
        if (!answer.hasPath("errors")) {
            return false;
        }
        List<? extends Config> errors = answer.getConfigList("errors");
        errors.forEach(error -> root.err().println("tempo-cli: the answer is partial: " + error.getString("msg")));
        return !errors.isEmpty();
    }

    private static void add(Table table, Config trace) {
        Config processes = trace.getConfig("processes");
        Set<String> services = new TreeSet<>();
        for (String process : processes.root().keySet()) {
            services.add(processes.getConfig(process).getString("serviceName"));
        }
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        @Nullable Config top = null;
        List<? extends Config> spans = trace.getConfigList("spans");
        for (Config span : spans) {
            long start = span.getLong("startTime");
            // The root, or else the span that began first.
            boolean isRoot = span.getConfigList("references").isEmpty();
            boolean topIsRoot = top != null && top.getConfigList("references").isEmpty();
            if (top == null || isRoot && !topIsRoot || isRoot == topIsRoot && start < top.getLong("startTime")) {
                top = span;
            }
            first = Math.min(first, start);
            last = Math.max(last, start + span.getLong("duration"));
        }
        if (top != null) {
            table.add(
                    trace.getString("traceID"),
                    processes.getConfig(top.getString("processID")).getString("serviceName"),
                    top.getString("operationName"),
                    first * NANOS_PER_MICRO,
                    (last - first) / 1000.0,
                    spans.size(),
                    services);
        }
    }

    static Config ask(Endpoint endpoint, String path) throws IOException {
        Endpoint.Answer answer = endpoint.get(path, "application/json");
        if (answer.status() != OK) {
            throw new IOException(endpoint.base() + " answered " + answer.status() + ": " + answer.reason());
        }
        try {
            return ConfigFactory.parseString(
                    answer.text(), ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON));
        } catch (ConfigException e) {
            throw new IOException(endpoint.base() + " answered with what is not JSON: is it Jaeger's query port?", e);
        }
    }

    static void parameter(StringBuilder path, String name, @Nullable String value) {
        if (value != null) {
            path.append(path.indexOf("?") < 0 ? '?' : '&')
                    .append(name)
                    .append('=')
                    .append(URLEncoder.encode(value, UTF_8));
        }
    }

    private static long micros(Instant time) {
        return time.getEpochSecond() * 1_000_000 + time.getNano() / NANOS_PER_MICRO;
    }
}
