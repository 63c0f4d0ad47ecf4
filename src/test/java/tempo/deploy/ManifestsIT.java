package tempo.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tempo.deploy.Manifests.Workload;
import tempo.process.NetworkNamespaces;

/**
 * Nodes started with the environment that the manifests give to pods, each in a network of its own with the address of its pod, find each
 * other through a Kubernetes API that this test plays. Only the store is a shared directory and not a bucket.
 */
final class ManifestsIT {
    private static final Duration READY_MAX = Duration.ofSeconds(120);

    @TempDir
    private Path home;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    @Test
    void threeNodesFormAClusterThatTakesAndGivesTraces() throws Exception {
        Workload workload = workload("three-node", "tempo");
        List<Workload> pods = List.of(workload, workload, workload);
        runs(pods, 0, 2);
    }

    @Test
    void nodesByRoleFormAClusterThatTakesAndGivesTraces() throws Exception {
        List<Workload> pods = List.of(
                workload("by-role", "tempo-ingester"),
                workload("by-role", "tempo-ingester"),
                workload("by-role", "tempo-distributor"),
                workload("by-role", "tempo-querier"));
        runs(pods, 2, 3);
    }

    private static Workload workload(String directory, String name) throws IOException {
        return Manifests.workloads().stream()
                .filter(each ->
                        each.directory().equals(directory) && each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void runs(List<Workload> pods, int distributor, int querier) throws Exception {
        List<Process> processes = new ArrayList<>();
        try (NetworkNamespaces network = new NetworkNamespaces(pods.size());
                KubernetesApi api = new KubernetesApi(network, pods.size(), home)) {
            try {
                for (int pod = 0; pod < pods.size(); pod++) {
                    processes.add(start(pods.get(pod), pod, network, api));
                }
                for (int pod = 0; pod < pods.size(); pod++) {
                    awaitReady(network.address(pod), processes.get(pod), pod);
                }
                sendAndFind(network.address(distributor), network.address(querier));
                for (Process process : processes) {
                    process.toHandle().destroy();
                }
                for (int pod = 0; pod < pods.size(); pod++) {
                    assertEquals(0, processes.get(pod).waitFor(), output(pod));
                }
            } finally {
                processes.forEach(Process::destroyForcibly);
            }
        }
    }

    private Process start(Workload workload, int pod, NetworkNamespaces network, KubernetesApi api) throws IOException {
        List<String> command = new ArrayList<>(network.command(pod));
        Path packaged = Path.of(System.getProperty("tempo.app", "target/app"), "bin", "tempo");
        command.add(packaged.toAbsolutePath().toString());
        @SuppressWarnings("unchecked")
        List<String> arguments = (List<String>) workload.container().get("args");
        command.addAll(arguments);
        command.addAll(List.of("--config", api.files().toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("pod" + pod).toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("TEMPO_"));
        environment.putAll(workload.environment(network.address(pod)));
        environment.putAll(api.environment());
        // Where this machine differs from a pod: directories, and the store.
        environment.put("TEMPO_DATA_DIR", home.resolve("data" + pod).toString());
        environment.put("TEMPO_STORE_BACKEND", "local");
        environment.put("TEMPO_STORE_LOCAL_DIRECTORY", home.resolve("blocks").toString());
        environment.put("TEMPO_HEAP", "384m");
        environment.put("TEMPO_JAVA_OPTS", "-XX:TieredStopAtLevel=1");
        environment.remove("JAVA_TOOL_OPTIONS");
        return builder.start();
    }

    private void awaitReady(String address, Process process, int pod) throws IOException {
        long deadline = System.nanoTime() + READY_MAX.toNanos();
        for (String probe : List.of(":8558/alive", ":3200/ready")) {
            while (status(URI.create("http://" + address + probe)) != 200) {
                assertTrue(process.isAlive() && System.nanoTime() < deadline, probe + "\n" + output(pod));
                LockSupport.parkNanos(200_000_000);
            }
        }
    }

    private int status(URI uri) {
        try {
            return http.send(
                            HttpRequest.newBuilder(uri)
                                    .timeout(Duration.ofSeconds(5))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private void sendAndFind(String distributor, String querier) throws Exception {
        String id = "0af7651916cd43dd8448eb211c80319c";
        String span =
                """
                {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"%s","spanId":"b7ad6b7169203331","name":"pods",
                "startTimeUnixNano":"1764444000000000000","endTimeUnixNano":"1764444001000000000"}]}]}]}"""
                        .formatted(id);
        HttpResponse<String> sent = null;
        for (int attempt = 0; attempt < 20 && (sent == null || sent.statusCode() == 503); attempt++) {
            sent = http.send(
                    HttpRequest.newBuilder(URI.create("http://" + distributor + ":4318/v1/traces"))
                            .header("Content-Type", "application/json")
                            .timeout(Duration.ofSeconds(20))
                            .POST(HttpRequest.BodyPublishers.ofString(span))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
        assertEquals(200, sent == null ? 0 : sent.statusCode(), sent == null ? "" : sent.body());
        HttpResponse<String> found = http.send(
                HttpRequest.newBuilder(URI.create("http://" + querier + ":3200/api/traces/" + id))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertTrue(found.body().contains("\"pods\""), found.body());
    }

    private String output(int pod) throws IOException {
        return "pod " + pod + ":\n" + Files.readString(home.resolve("pod" + pod));
    }

    /** Lists pods, by HTTPS, as the API does. */
    private static final class KubernetesApi implements AutoCloseable {
        private final HttpsServer server;
        private final String address;
        private final Path home;

        KubernetesApi(NetworkNamespaces network, int pods, Path home) throws IOException {
            this.address = network.hostAddress();
            this.home = home;
            HeldCertificate certificate = new HeldCertificate.Builder()
                    .addSubjectAlternativeName(address)
                    .build();
            Files.writeString(home.resolve("ca.crt"), certificate.certificatePem());
            Files.writeString(home.resolve("token"), "token");
            Files.writeString(home.resolve("namespace"), "tracing");
            server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName(address), 0), 10);
            server.setHttpsConfigurator(new HttpsConfigurator(new HandshakeCertificates.Builder()
                    .heldCertificate(certificate)
                    .build()
                    .sslContext()));
            byte[] list = IntStream.range(0, pods)
                    .mapToObj(pod -> pod(network.address(pod)))
                    .collect(Collectors.joining(",", "{\"items\":[", "]}"))
                    .getBytes(StandardCharsets.UTF_8);
            server.createContext("/api/v1/namespaces/tracing/pods", exchange -> {
                boolean asked = "labelSelector=app=tempo"
                                .equals(exchange.getRequestURI().getQuery())
                        && "Bearer token".equals(exchange.getRequestHeaders().getFirst("Authorization"));
                exchange.getResponseHeaders().add("Content-Type", "application/json");
                exchange.sendResponseHeaders(asked ? 200 : 400, list.length);
                exchange.getResponseBody().write(list);
                exchange.close();
            });
            server.start();
        }

        private static String pod(String address) {
            return """
                    {"metadata":{"labels":{"app":"tempo"}},
                    "spec":{"containers":[{"name":"tempo","ports":[{"name":"management","containerPort":8558}]}]},
                    "status":{"podIP":"%s","phase":"Running",
                    "containerStatuses":[{"name":"tempo","state":{"running":{}}}]}}"""
                    .formatted(address);
        }

        /** What Kubernetes adds to every pod. */
        Map<String, String> environment() {
            return Map.of(
                    "KUBERNETES_SERVICE_HOST",
                    address,
                    "KUBERNETES_SERVICE_PORT",
                    Integer.toString(server.getAddress().getPort()));
        }

        /** Says where the files are that it would put below /var/run. */
        Path files() throws IOException {
            return Files.writeString(
                    home.resolve("files.conf"),
                    "akka.discovery.kubernetes-api { api-ca-path = \"" + home.resolve("ca.crt")
                            + "\", api-token-path = \"" + home.resolve("token") + "\", pod-namespace-path = \""
                            + home.resolve("namespace") + "\" }\n");
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
