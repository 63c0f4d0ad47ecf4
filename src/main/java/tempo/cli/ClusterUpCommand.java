package tempo.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tempo.config.ConfigSources;

/** Starts nodes of one cluster, each in a process of its own. */
@Command(
        name = "up",
        description = {
            "Start a cluster on this machine, each node in a process and at a loopback address of its own: the first at",
            "127.0.0.1, the second at 127.0.0.2, and so on, all with the usual ports. Runs until SIGTERM or Ctrl-C."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  tempo cluster up 3",
            "  tempo cluster up 5 --copies 3 --data /tmp/tempo-cluster",
            "  TEMPO_INGESTER_HEAD_AGE=30s tempo cluster up",
        })
final class ClusterUpCommand implements Callable<Integer> {
    private static final int NODES_MAX = 20;
    private static final int STOP_SECONDS_MAX = 420;
    private static final String READY = "is ready: ";

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "NODES",
            defaultValue = "3",
            description = "How many nodes (${DEFAULT-VALUE}).")
    private int count;

    @Option(
            names = "--copies",
            paramLabel = "N",
            description = "In how many nodes' logs each span is before it is acknowledged (2, or 1 for one node).")
    private int copies;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "./data-cluster",
            description = "Where the nodes keep everything (${DEFAULT-VALUE}).")
    private Path data = Path.of("./data-cluster");

    @Option(names = "--quiet", description = "Leave the nodes' log lines out.")
    private boolean quiet;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    private final List<Process> processes = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        if (count < 1 || count > NODES_MAX) {
            throw new ParameterException(
                    spec.commandLine(), "NODES must be between 1 and " + NODES_MAX + " but was " + count);
        }
        int inLogs = copies > 0 ? copies : Math.min(2, count);
        if (inLogs > count) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--copies must be at most " + count + ", the number of nodes, but was " + inLogs);
        }
        PrintWriter out = spec.commandLine().getOut();
        for (int node = 1; node <= count; node++) {
            requireAddress(address(node));
        }
        Files.createDirectories(data);
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopAll, "stop"));
        CountDownLatch ready = new CountDownLatch(count);
        for (int node = 1; node <= count; node++) {
            Process process = start(node, inLogs);
            processes.add(process);
            tellOutput(node, process, out, ready);
        }
        while (!ready.await(1, TimeUnit.SECONDS)) {
            if (processes.stream().anyMatch(process -> !process.isAlive())) {
                stopAll();
                throw new IOException("a node has ended before the cluster was ready, see above");
            }
        }
        out.println("cluster of " + count + " nodes is ready, each span in " + inLogs + " logs: OTLP "
                + "127.0.0.1:4317, API http://127.0.0.1:3200; tempo cluster status tells how it stands");
        out.flush();
        int exitCode = ExitCode.OK;
        for (Process process : processes) {
            exitCode = Math.max(exitCode, process.waitFor() == 0 ? ExitCode.OK : ExitCode.SOFTWARE);
        }
        return exitCode;
    }

    private static String address(int node) {
        return "127.0.0." + node;
    }

    private static void requireAddress(String address) throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            probe.getLocalPort();
        } catch (IOException e) {
            throw new IOException("address " + address + " cannot be used: " + e.getMessage()
                    + " (macOS needs: sudo ifconfig lo0 alias " + address + ")");
        }
    }

    private Process start(int node, int inLogs) throws IOException {
        Path home = data.toAbsolutePath().resolve("node" + node);
        Files.createDirectories(home);
        List<String> lines = new ArrayList<>();
        for (String port : ConfigSources.portKeys()) {
            lines.add(port.replaceAll("\\.port$", ".host") + " = \"" + address(node) + "\"");
        }
        List<String> seeds = new ArrayList<>();
        for (int seed = 1; seed <= count; seed++) {
            seeds.add("\"" + address(seed) + ":25520\"");
        }
        lines.add("tempo.cluster.seeds = [" + String.join(", ", seeds) + "]");
        lines.add("tempo.wal.copies = " + inLogs);
        lines.add("tempo.store.local.directory = \""
                + data.toAbsolutePath().resolve("blocks").toString().replace("\\", "\\\\") + "\"");
        Path config = Files.write(home.resolve("node.conf"), lines);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "tempo.Main", "server"));
        command.addAll(List.of("--config", config.toString(), "--data", home.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.remove("TEMPO_DATA_DIR");
        return builder.start();
    }

    private void tellOutput(int node, Process process, PrintWriter out, CountDownLatch ready) {
        Thread reader = new Thread(
                () -> {
                    boolean wasReady = false;
                    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                        String line;
                        while ((line = lines.readLine()) != null) {
                            boolean isReady = line.contains(READY);
                            if (!quiet || isReady || line.startsWith("tempo")) {
                                out.println("node" + node + " | " + line);
                                out.flush();
                            }
                            if (isReady && !wasReady) {
                                wasReady = true;
                                ready.countDown();
                            }
                        }
                    } catch (IOException e) {
                        out.println("node" + node + " | output ended: " + e.getMessage());
                    }
                },
                "output of node" + node);
        reader.setDaemon(true);
        reader.start();
    }

    /** All at once, as each waits for what it has accepted only. */
    private void stopAll() {
        processes.forEach(process -> process.toHandle().destroy());
        for (Process process : processes) {
            try {
                process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
