package tempo.cli;

import com.typesafe.config.Config;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tempo.quickstart.Quickstart;

/** Runs a node that already has something to look at. */
@Command(
        name = "quickstart",
        description = {
            "Start a node, send it the traces of a small web shop, read one back and draw it.",
            "Then keep serving until SIGTERM or Ctrl-C."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  tempo quickstart",
            "  tempo quickstart --traces 5000 --data /tmp/tempo",
            "  TEMPO_API_HTTP_PORT=13200 tempo quickstart",
        })
final class QuickstartCommand implements Callable<Integer> {
    private static final int TRACES_MAX = 1_000_000;
    /** Log lines would tear the drawing apart; whoever asks for them by variable gets them. */
    private static final String LOG_LEVEL_VARIABLE = "TEMPO_TELEMETRY_LOG_LEVEL";

    private final Server server;
    private final Map<String, String> environment;
    private final Clock clock = Clock.systemUTC();

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Option(
            names = "--traces",
            paramLabel = "N",
            defaultValue = "300",
            description = "How many to send (${DEFAULT-VALUE}).")
    private int traces;

    @Option(names = "--exit", description = "Stop after the drawing instead of serving.")
    private boolean exit;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    QuickstartCommand(Server server, Map<String, String> environment) {
        this.server = server;
        this.environment = environment;
    }

    @Override
    public Integer call() throws Exception {
        if (traces < 1 || traces > TRACES_MAX) {
            throw new ParameterException(
                    spec.commandLine(), "--traces must be between 1 and " + TRACES_MAX + " but was " + traces);
        }
        Map<String, String> forced = new HashMap<>();
        forced.put("tempo.tenancy.multi-tenancy", "off");
        if (!environment.containsKey(LOG_LEVEL_VARIABLE)) {
            forced.put("tempo.telemetry.log-level", "warn");
        }
        Config config = options.load(environment, forced);
        Server.Prepared prepared = server.prepare(config);
        FreePorts.require(prepared.ports());

        PrintWriter out = spec.commandLine().getOut();
        out.print("starting a node in " + config.getString("tempo.data-dir") + " ... ");
        out.flush();
        Instant begin = clock.instant();
        Server.Running running = prepared.start();
        long millis = Duration.between(begin, clock.instant()).toMillis();
        out.println(String.format(Locale.ROOT, "ready in %.1f s", millis / 1e3));
        out.flush();
        try {
            new Quickstart(running.endpoints(), clock, out).run(traces, environment);
        } catch (IOException e) {
            out.println("failed");
            out.flush();
            running.stop();
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
        if (exit) {
            running.stop();
            return ExitCode.OK;
        }
        String ready = "Serving until Ctrl-C. What was sent stays in " + config.getString("tempo.data-dir") + ".";
        return UntilStopped.await(running, ready, out);
    }
}
