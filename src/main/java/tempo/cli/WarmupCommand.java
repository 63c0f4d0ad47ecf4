package tempo.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tempo.config.ConfigSources;
import tempo.quickstart.Quickstart;

/** Goes the way of a span once, so that the build can record which classes that takes (AppCDS). Leaves nothing behind. */
@Command(name = "warmup", description = "Start a node, use it once, and stop.", hidden = true)
final class WarmupCommand implements Callable<Integer> {
    private static final int TRACES = 50;

    private final Server server;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    WarmupCommand(Server server) {
        this.server = server;
    }

    @Override
    public Integer call() throws Exception {
        Path data = Files.createTempDirectory("tempo-warmup");
        PrintWriter out = spec.commandLine().getOut();
        try {
            Map<String, String> forced = new TreeMap<>(Map.of("tempo.data-dir", data.toString()));
            ConfigSources.portKeys().forEach(key -> forced.put(key, "0"));
            forced.put("tempo.telemetry.log-level", "warn");
            Server.Running running = server.prepare(ConfigSources.load(Optional.empty(), Map.of(), forced))
                    .start();
            try {
                new Quickstart(running.endpoints(), Clock.systemUTC(), out).run(TRACES, Map.of());
            } finally {
                running.stop();
            }
            return ExitCode.OK;
        } catch (IOException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        } finally {
            deleteTree(data);
        }
    }

    private static void deleteTree(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
