package tempo.vulture;

import com.google.re2j.PatternSyntaxException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tempo.cli.Failures;
import tempo.cli.ListenAddress;
import tempo.cli.Version;
import tempo.client.Endpoint;
import tempo.client.TraceClient;

/** The program tempo-vulture. */
@Command(
        name = "tempo-vulture",
        description = {
            "Watches from outside that a tracing backend keeps its promises: writes traces that it can compute again, reads them back at"
                    + " several ages and compares them span by span; takes trace ids from the log lines of a Loki, and looks whether"
                    + " their traces are there and whole.",
            "Shows what it finds to Prometheus, and says each fault in a line. With --once it writes, reads and ends."
        },
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped, or with --once: all is well",
            "1:failed, or with --once: something is not found, not whole, or could not be asked for",
            "2:the command line is wrong"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tempo-vulture --once",
            "  tempo-vulture --tempo-query-url http://tempo:3200 --tempo-push-url http://tempo:4318",
            "  tempo-vulture --no-writes --loki-url http://loki:3100 --loki-query '{namespace=\"shop\"} |= \"traceID\"'",
        })
public final class VultureCommand implements Callable<Integer> {
    private static final Duration SLICE = Duration.ofMinutes(30);

    private final InstantSource clock;

    @Mixin
    private VultureOptions options = new VultureOptions();

    @Option(
            names = "--writes",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Write traces and read them back (on by default; --no-writes).")
    private boolean writes;

    @Option(
            names = {"--tempo-write-backoff-duration", "-tempo-write-backoff-duration", "--write-interval"},
            paramLabel = "DURATION",
            description = "A trace is begun each (${DEFAULT-VALUE}).")
    private Duration writeInterval = Duration.ofSeconds(15);

    @Option(
            names = {"--tempo-long-write-backoff-duration", "-tempo-long-write-backoff-duration"},
            paramLabel = "DURATION",
            description = "Between the batches of a trace (${DEFAULT-VALUE}).")
    private Duration batchPause = Duration.ofMinutes(1);

    @Option(
            names = {"--tempo-read-backoff-duration", "-tempo-read-backoff-duration", "--read-interval"},
            paramLabel = "DURATION",
            description = "Traces of each age are read each (${DEFAULT-VALUE}).")
    private Duration readInterval = Duration.ofSeconds(30);

    @Option(
            names = "--read-ages",
            paramLabel = "DURATION",
            split = ",",
            description =
                    "How old traces are when they are read; those beyond the retention are left out (${DEFAULT-VALUE}).")
    private List<Duration> readAges = new ArrayList<>(List.of(
            Duration.ofSeconds(30),
            Duration.ofMinutes(5),
            Duration.ofMinutes(15),
            Duration.ofHours(1),
            Duration.ofHours(6),
            Duration.ofDays(1),
            Duration.ofDays(3),
            Duration.ofDays(7),
            Duration.ofDays(13)));

    @Option(
            names = {"--tempo-retention-duration", "-tempo-retention-duration"},
            paramLabel = "DURATION",
            description = "Older traces are not expected any more (${DEFAULT-VALUE}).")
    private Duration retention = Duration.ofHours(336);

    @Option(
            names = "--loki-interval",
            paramLabel = "DURATION",
            description = "Lines of each age are asked for each (${DEFAULT-VALUE}).")
    private Duration lokiInterval = Duration.ofSeconds(15);

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            description =
                    "What traces are computed from, beside time: one for each vulture of a tenant (${DEFAULT-VALUE}; random with --once).")
    private @Nullable Long seed;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description =
                    "From when on a vulture with this seed has written without a break, as 2026-11-30T08:00:00Z: its traces are read too.")
    private @Nullable Instant since;

    @Option(
            names = {"--prometheus-listen-address", "-prometheus-listen-address"},
            paramLabel = "[HOST]:PORT",
            converter = ListenAddress.class,
            defaultValue = "127.0.0.1:8080",
            description = "Where metrics are shown (${DEFAULT-VALUE}); :8080 lets other machines in.")
    private InetSocketAddress listen = new InetSocketAddress(0);

    @Option(
            names = {"--prometheus-path", "-prometheus-path"},
            paramLabel = "PATH",
            description = "(${DEFAULT-VALUE})")
    private String path = "/metrics";

    @Option(
            names = {"--once", "--validation-mode", "-validation-mode"},
            description = "Write, read until all is there, look through Loki once, and end.")
    private boolean once;

    @Option(
            names = {"--validation-cycles", "-validation-cycles"},
            paramLabel = "N",
            description = "Traces to write with --once (${DEFAULT-VALUE}).")
    private int cycles = 3;

    @Option(
            names = {"--validation-timeout", "-validation-timeout"},
            paramLabel = "DURATION",
            description = "How long to wait for them with --once (${DEFAULT-VALUE}).")
    private Duration validationTimeout = Duration.ofMinutes(5);

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    private VultureCommand(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Runs until the process is stopped; with {@code --once} to the end.
     *
     * @return the exit code: 0 well, 1 failed or something is wrong, 2 wrong command line
     */
    public static int execute(InstantSource clock, PrintWriter out, PrintWriter err, String... arguments) {
        return new CommandLine(new VultureCommand(clock))
                .registerConverter(Duration.class, new DurationText())
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler(
                        (failure, command, parsed) -> Failures.report("tempo-vulture", failure, command.getErr()))
                .setParameterExceptionHandler((failure, given) -> Failures.misused("tempo-vulture", failure))
                .execute(arguments);
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        boolean hasLoki = !options.lokiUrl.isEmpty();
        if (!writes && !hasLoki) {
            throw wrong("with --no-writes and without --loki-url there is nothing to do");
        }
        VultureMetrics metrics = new VultureMetrics();
        TraceCheck.Report report = sentence -> say(out, sentence);
        try {
            TraceClient query = new TraceClient(Endpoint.of(options.tempo(options.queryUrl)));
            Endpoint push = Endpoint.of(options.tempo(options.pushUrl));
            TraceCheck check = new TraceCheck(query, metrics, report);
            LokiChecks loki = hasLoki ? loki(check, metrics, report) : null;
            if (once) {
                OwnTraces traces = traces(seed == null ? clock.millis() : seed, Duration.ZERO);
                Validation validation = new Validation(traces, push, query, metrics, report, clock, validationTimeout);
                return validation.run(writes ? Math.max(1, cycles) : 0, loki) ? ExitCode.OK : ExitCode.SOFTWARE;
            }
            OwnWrites own = writes ? ownWrites(push, check, metrics, report) : null;
            try (MetricsServer server = MetricsServer.start(listen, path, metrics::text)) {
                say(out, "metrics are at http://" + listen.getHostString() + ":" + server.port() + path);
                new Watch(clock, report).run(own, writeInterval, readInterval, loki, lokiInterval);
            }
            return ExitCode.OK;
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private OwnTraces traces(long from, Duration pause) {
        return new OwnTraces(from, writeInterval, pause);
    }

    private OwnWrites ownWrites(Endpoint push, TraceCheck check, VultureMetrics metrics, TraceCheck.Report report) {
        Instant now = clock.instant();
        return new OwnWrites(
                traces(seed == null ? 0 : seed, batchPause),
                push,
                check,
                metrics,
                report,
                readAges,
                retention,
                now,
                since == null ? now : since);
    }

    private LokiChecks loki(TraceCheck check, VultureMetrics metrics, TraceCheck.Report report) throws IOException {
        TraceIdFinder ids;
        try {
            ids = new TraceIdFinder(options.traceIdRegex, options.traceIdLabels);
        } catch (PatternSyntaxException e) {
            throw wrong("--trace-id-regex is no expression of RE2: " + e.getMessage());
        }
        return new LokiChecks(
                new LokiClient(Endpoint.of(options.loki())),
                options.lokiQuery,
                options.lokiLimit,
                SLICE,
                options.lokiAges,
                ids,
                check,
                metrics,
                report);
    }

    private ParameterException wrong(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    private void say(PrintWriter out, String sentence) {
        synchronized (out) {
            out.println(clock.instant().truncatedTo(ChronoUnit.SECONDS) + " " + Failures.oneLine(sentence));
            out.flush();
        }
    }
}
