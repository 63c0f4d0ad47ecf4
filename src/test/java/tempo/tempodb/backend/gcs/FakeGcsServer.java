package tempo.tempodb.backend.gcs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A process of fake-gcs-server on a free port of the loopback address, which keeps its objects in memory. */
public final class FakeGcsServer implements AutoCloseable {
    private static final String BINARY = "fake-gcs-server";
    private static final String MISSING =
            BINARY + " is not installed, so stores in Google Cloud Storage are not tested:"
                    + " go install github.com/fsouza/fake-gcs-server@v1.56.1, and have it on the PATH"
                    + " or name it in the environment variable FAKE_GCS_SERVER";
    private static final int STARTS_MAX = 5;

    private final Process process;
    private final String address;
    private final HttpClient client = HttpClient.newHttpClient();
    private int buckets;

    private FakeGcsServer(Process process, String address) {
        this.process = process;
        this.address = address;
    }

    /** Skips the test if the program is not installed, but fails in continuous integration. */
    public static FakeGcsServer start() throws IOException {
        Optional<Path> binary = binary();
        if (binary.isEmpty() && "true".equals(System.getenv("CI"))) {
            throw new AssertionError(MISSING);
        }
        Assumptions.assumeTrue(binary.isPresent(), MISSING);
        List<String> said = new ArrayList<>();
        for (int start = 0; start < STARTS_MAX; start++) {
            int port = freePort();
            String address = "127.0.0.1:" + port;
            Process process = new ProcessBuilder(
                            binary.orElseThrow().toString(),
                            "-backend",
                            "memory",
                            "-scheme",
                            "http",
                            "-host",
                            "127.0.0.1",
                            "-port",
                            Integer.toString(port),
                            "-public-host",
                            address,
                            "-external-url",
                            "http://" + address,
                            "-log-level",
                            "info")
                    .redirectErrorStream(true)
                    .start();
            if (hasStarted(process, said)) {
                return new FakeGcsServer(process, "http://" + address);
            }
            // Somebody else took the port meanwhile.
            process.destroyForcibly();
        }
        throw new AssertionError(BINARY + " does not start: " + said);
    }

    /** Where it listens: {@code http://host:port}. */
    public String address() {
        return address;
    }

    /** Makes a bucket that nobody has used. */
    public String newBucket() throws IOException, InterruptedException {
        String bucket = "bucket-" + ++buckets;
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(URI.create(address + "/storage/v1/b?project=test"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"" + bucket + "\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(200, response.statusCode(), response.body());
        return bucket;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static boolean hasStarted(Process process, List<String> said) throws IOException {
        BufferedReader output = process.inputReader(UTF_8);
        String line = output.readLine();
        while (line != null && !line.contains("server started")) {
            said.add(line);
            line = output.readLine();
        }
        if (line == null) {
            return false;
        }
        // It logs every request, and would stand still if nobody read that.
        Thread drain = new Thread(() -> output.lines().forEach(ignored -> {}), BINARY + "-output");
        drain.setDaemon(true);
        drain.start();
        return true;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Optional<Path> binary() {
        List<Path> candidates = new ArrayList<>();
        String named = System.getenv("FAKE_GCS_SERVER");
        if (named != null) {
            candidates.add(Path.of(named));
        }
        for (String directory : System.getenv("PATH").split(":")) {
            candidates.add(Path.of(directory, BINARY));
        }
        String goPath = System.getenv("GOPATH");
        candidates.add(
                goPath == null
                        ? Path.of(System.getProperty("user.home"), "go", "bin", BINARY)
                        : Path.of(goPath, "bin", BINARY));
        return candidates.stream().filter(Files::isExecutable).findFirst();
    }
}
