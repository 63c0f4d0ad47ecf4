package tempo.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs a node until it is told to stop. */
@Command(
        name = "server",
        description = "Run a node until SIGTERM or Ctrl-C.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  tempo server",
            "  tempo server --data /var/lib/tempo",
            "  TEMPO_API_HTTP_PORT=3201 tempo server --config my.conf",
        })
final class ServerCommand implements Callable<Integer> {
    private static final long RESTART_MILLIS = 3_000;

    private final Server server;
    private final Map<String, String> environment;

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    ServerCommand(Server server, Map<String, String> environment) {
        this.server = server;
        this.environment = environment;
    }

    @Override
    public Integer call() throws Exception {
        Server.Prepared prepared = server.prepare(options.load(environment));
        FreePorts.require(prepared.ports());
        PrintWriter out = spec.commandLine().getOut();
        Server.Running running = prepared.start();
        while (true) {
            String ready = "tempo " + Version.number() + " is ready: "
                    + running.endpoints().inOneLine();
            int exitCode = UntilStopped.await(running, ready, out);
            if (!running.removed()) {
                return exitCode;
            }
            running = startAgain(prepared, out);
        }
    }

    /** Its data is whole; as long as it cannot join, because it is cut off for instance, it tries again. */
    private static Server.Running startAgain(Server.Prepared prepared, PrintWriter out) throws InterruptedException {
        while (true) {
            out.println("tempo starts again");
            out.flush();
            try {
                return prepared.start();
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception notYet) {
                out.println("tempo could not start: " + notYet.getMessage());
                new CompletableFuture<Void>()
                        .completeOnTimeout(null, RESTART_MILLIS, TimeUnit.MILLISECONDS)
                        .join();
            }
        }
    }
}
