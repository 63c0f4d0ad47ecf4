package tempo.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** The nodes of a cluster, each in a process of its own, with a shared directory of blocks. Not thread-safe. */
final class ClusterNodes implements AutoCloseable {
    static final boolean LONG = Boolean.getBoolean("tempo.test.long");

    /** As on a good day: who is gone is removed after some 8 s and not after 25 s, so that a build does not take an hour. */
    private static final String QUICK = "akka.cluster.split-brain-resolver.stable-after = 3 s";

    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final Path home;
    private final List<String> settings;
    private final List<Integer> ports = new ArrayList<>();
    private final List<NodeProcess> processes = new ArrayList<>();
    private final Hosts hosts;

    /** All on the loopback address. */
    static final Hosts LOOPBACK = new Hosts() {
        @Override
        public String address(int node) {
            return "127.0.0.1";
        }

        @Override
        public List<String> command(int node) {
            return List.of();
        }
    };

    /**
     * Starts a cluster and returns when all nodes are ready.
     *
     * @param settings lines of HOCON below {@code tempo}, of every node
     */
    ClusterNodes(Path home, int count, Hosts hosts, List<String> settings) throws IOException {
        this.home = home;
        this.hosts = hosts;
        this.settings = settings;
        for (int node = 0; node < count; node++) {
            ports.add(hosts == LOOPBACK ? freePort() : 25_520);
        }
        try {
            for (int node = 0; node < count; node++) {
                processes.add(launch(node));
            }
            processes.forEach(NodeProcess::awaitReady);
        } catch (IOException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private NodeProcess launch(int node) throws IOException {
        List<String> seeds = new ArrayList<>();
        for (int seed = 0; seed < ports.size(); seed++) {
            seeds.add("\"" + hosts.address(seed) + ":" + ports.get(seed) + "\"");
        }
        List<String> lines = new ArrayList<>(settings);
        lines.add("cluster.host = \"" + hosts.address(node) + "\"");
        lines.add("cluster.port = " + ports.get(node));
        lines.add("cluster.seeds = [" + String.join(", ", seeds) + "]");
        lines.add("store.local.directory = \"" + blocks(home) + "\"");
        if (hosts != LOOPBACK) {
            lines.add("security.allow-unauthenticated = true");
            for (String listener : List.of("receiver.otlp.grpc", "receiver.otlp.http", "api.http", "management")) {
                lines.add(listener + ".host = \"" + hosts.address(node) + "\"");
            }
        }
        if (!LONG) {
            lines.add(QUICK);
        }
        return NodeProcess.launch(home.resolve("node" + node), data(node), "384m", lines, hosts.command(node));
    }

    private Path data(int node) {
        return data(home, node);
    }

    /** The data directory of a node. */
    static Path data(Path home, int node) {
        return home.resolve("data" + node);
    }

    /** The blocks of all. */
    static Path blocks(Path home) {
        return home.resolve("blocks");
    }

    NodeProcess node(int node) {
        return processes.get(node);
    }

    int count() {
        return processes.size();
    }

    List<URI> otlpGrpc() {
        return processes.stream().map(NodeProcess::otlpGrpc).toList();
    }

    /** Starts a node that has ended; returns when it is ready. */
    void restart(int node) throws IOException {
        processes.set(node, launch(node));
        processes.get(node).awaitReady();
    }

    /** Starts all nodes, which have ended. */
    void restartAll() throws IOException {
        for (int node = 0; node < processes.size(); node++) {
            processes.set(node, launch(node));
        }
        processes.forEach(NodeProcess::awaitReady);
    }

    /** Waits until a node, asked at its query port, counts so many members that are up. */
    void awaitMembers(int node, int members) {
        long deadline = System.nanoTime() + NodeProcess.START_MAX.toNanos();
        while (System.nanoTime() < deadline) {
            try {
                HttpResponse<String> status = HTTP.send(
                        HttpRequest.newBuilder(processes.get(node).api().resolve("/status"))
                                .timeout(Duration.ofSeconds(5))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                long up = status.body()
                        .lines()
                        .filter(line -> line.startsWith("member") && line.contains(" Up "))
                        .count();
                if (up == members) {
                    return;
                }
            } catch (IOException notNow) {
                // It may be about to start again.
                LockSupport.parkNanos(1_000_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
            LockSupport.parkNanos(200_000_000);
        }
        throw new AssertionError("node " + node + " has not " + members + " members up:\n" + output());
    }

    /** Its disk is lost. */
    void wipe(int node) throws IOException {
        try (Stream<Path> files = Files.walk(data(node))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** What all nodes have written, for people. */
    String output() {
        StringBuilder all = new StringBuilder();
        for (int node = 0; node < processes.size(); node++) {
            all.append("--- node ")
                    .append(node)
                    .append('\n')
                    .append(processes.get(node).output())
                    .append('\n');
        }
        return all.toString();
    }

    @Override
    public void close() {
        processes.forEach(NodeProcess::close);
    }
}
