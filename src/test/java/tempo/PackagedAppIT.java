package tempo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tempo.config.ConfigSources;

/** The application directory as it is shipped, in a process of its own. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class PackagedAppIT {
    private static final Path LAUNCHER = Path.of(System.getProperty("tempo.app", "target/app"), "bin", "tempo");
    private static final Map<String, String> ANY_PORTS =
            ConfigSources.portKeys().stream().collect(Collectors.toMap(PackagedAppIT::variable, key -> "0"));

    @TempDir
    Path data;

    private final List<Process> started = new ArrayList<>();

    private static String variable(String key) {
        return key.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    @AfterEach
    void leaveNoProcessBehind() {
        started.forEach(Process::destroyForcibly);
    }

    private Process start(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(LAUNCHER.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private static BufferedReader output(Process process) {
        return process.inputReader(StandardCharsets.UTF_8);
    }

    @Test
    void versionIsThatOfTheJar() throws IOException, InterruptedException {
        Process process = start(Map.of(), "--version");
        assertTrue(output(process).readLine().matches("tempo [0-9]+\\.[0-9]+.*"));
        assertEquals(0, process.waitFor());
    }

    @Test
    void quickstartDrawsATraceAndEnds() throws IOException, InterruptedException {
        Process process = start(ANY_PORTS, "quickstart", "--exit", "--traces", "20", "--data", data.toString());
        List<String> lines = output(process).lines().toList();
        assertEquals(0, process.waitFor(), () -> String.join("\n", lines));
        assertTrue(
                lines.stream().anyMatch(line -> line.startsWith("frontend") && line.endsWith(" ms")),
                () -> String.join("\n", lines));
        assertTrue(lines.stream().noneMatch(line -> line.contains("Exception")), () -> String.join("\n", lines));
    }

    @Test
    void serverStopsInOrderOnSigterm() throws IOException, InterruptedException {
        Process process = start(ANY_PORTS, "server", "--data", data.toString());
        BufferedReader output = output(process);
        List<String> lines = new ArrayList<>();
        String line = output.readLine();
        while (line != null && !line.contains(" is ready: ")) {
            lines.add(line);
            line = output.readLine();
        }
        assertTrue(line != null, () -> String.join("\n", lines));
        // Process.destroy would close its output too.
        process.toHandle().destroy();
        List<String> last = output.lines().toList();
        assertEquals(0, process.waitFor(), () -> String.join("\n", last));
    }

    @Test
    void takenPortIsOneLineAndExitCodeOne() throws IOException, InterruptedException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = String.valueOf(taken.getLocalPort());
            Process process = start(Map.of("TEMPO_RECEIVER_OTLP_GRPC_PORT", port), "server", "--data", data.toString());
            List<String> lines = output(process).lines().toList();
            assertEquals(1, process.waitFor());
            assertEquals(1, lines.size(), () -> String.join("\n", lines));
            assertTrue(lines.get(0).startsWith("tempo: port " + port), () -> lines.get(0));
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private static String awaitLine(BufferedReader output, String text) throws IOException {
        List<String> lines = new ArrayList<>();
        String line = output.readLine();
        while (line != null && !line.contains(text)) {
            lines.add(line);
            line = output.readLine();
        }
        assertTrue(line != null, () -> String.join("\n", lines));
        return line;
    }

    private String succeeds(String expected, String... arguments) throws IOException, InterruptedException {
        Process process = start(Map.of(), arguments);
        String out = output(process).lines().collect(Collectors.joining("\n"));
        assertEquals(0, process.waitFor(), out);
        assertTrue(out.contains(expected), out);
        return out;
    }

    /** What a newcomer does: a vulture writes and reads, tempo-query answers Jaeger, tempo-cli looks into what is stored. */
    @Test
    void theToolsWorkOnANodeAndOnWhatItLeaves() throws Exception {
        Map<String, String> ports = new HashMap<>(ANY_PORTS);
        int api = freePort();
        int otlp = freePort();
        int storage = freePort();
        ports.put("TEMPO_API_HTTP_PORT", Integer.toString(api));
        ports.put("TEMPO_RECEIVER_OTLP_HTTP_PORT", Integer.toString(otlp));
        ports.put("TEMPO_API_JAEGER_GRPC_PORT", Integer.toString(storage));
        Process node = start(ports, "server", "--data", data.toString());
        BufferedReader nodeOutput = output(node);
        awaitLine(nodeOutput, " is ready: ");
        String local = "http://127.0.0.1:";
        succeeds(
                "3 traces were written and found, span by span as they were written",
                "vulture",
                "--once",
                "--tempo-query-url",
                local + api,
                "--tempo-push-url",
                local + otlp);

        int json = freePort();
        Process query = start(
                Map.of(),
                "query",
                "--node",
                local + storage,
                "--listen-grpc",
                "127.0.0.1:0",
                "--listen-http",
                "127.0.0.1:" + json);
        BufferedReader queryOutput = output(query);
        awaitLine(queryOutput, "Jaeger's storage protocols at ");
        String names = succeeds("vulture-", "cli", "query", "names", "--server", local + json);
        String service = names.lines().skip(1).findFirst().orElseThrow();
        succeeds(service, "cli", "query", "search", "--server", local + json, "--service", service);
        query.toHandle().destroy();
        assertEquals("", queryOutput.lines().collect(Collectors.joining("\n")));
        assertEquals(0, query.waitFor());

        node.toHandle().destroy();
        assertEquals(0, node.waitFor(), nodeOutput.lines().collect(Collectors.joining("\n")));
        String blocks = data.resolve("blocks").toString();
        succeeds("BLOCK ", "cli", "-path", blocks, "-tenant-id", "single-tenant");
        succeeds(" sound ", "cli", "--data", data.toString(), "verify");
        succeeds("\"resourceSpans\":", "cli", "-path", blocks, "export");
    }
}
