package tempo.cluster;

import com.google.protobuf.ByteString;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tempo.Node;
import tempo.Settings;
import tempo.config.ConfigSources;
import tempo.receiver.otlp.OtlpSpans;

/** A whole node in this process, spoken to as any client does. */
final class TestNode implements AutoCloseable {
    static final int RANGES = 16;

    private static final Config AKKA = ConfigFactory.parseString(
            """
            akka {
              loglevel = WARNING
              coordinated-shutdown.exit-jvm = off
              coordinated-shutdown.run-by-jvm-shutdown-hook = off
              cluster.sharding.rebalance-interval = 500 ms
              cluster.gossip-interval = 200 ms
              cluster.leader-actions-interval = 200 ms
              actor.typed.receptionist { distributed-key-count = 5 }
              cluster.typed.receptionist.write-consistency = local
            }
            """);

    final Node node;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private TestNode(Node node) {
        this.node = node;
    }

    /**
     * Starts a node on free ports.
     *
     * @param blocks the directory that the nodes share
     */
    static TestNode start(Path data, Path blocks, Optional<TestNode> seed, Map<String, String> more)
            throws IOException {
        Map<String, String> options = new HashMap<>(Map.of(
                "tempo.data-dir", data.toString(),
                "tempo.store.local.directory", blocks.toString(),
                "tempo.cluster.ranges", Integer.toString(RANGES)));
        ConfigSources.portKeys().forEach(key -> options.put(key, "0"));
        seed.ifPresent(other -> options.put("tempo.cluster.seeds", other.node.clusterAddress()));
        options.putAll(more);
        Config config = AKKA.withFallback(ConfigSources.load(Optional.empty(), Map.of(), options));
        return new TestNode(Node.start(Settings.of(config), config));
    }

    /** Sends one span and insists on its OK. */
    void send(String tenant, long trace, int span) throws IOException, InterruptedException {
        Span one = Span.newBuilder()
                .setTraceId(ByteString.copyFrom(
                        ByteBuffer.allocate(16).putLong(5).putLong(trace).flip()))
                .setSpanId(ByteString.copyFrom(
                        ByteBuffer.allocate(8).putLong(span + 1L).flip()))
                .setName(tenant + " " + span)
                .setStartTimeUnixNano(1_700_000_000_000_000_000L + span)
                .setEndTimeUnixNano(1_700_000_001_000_000_000L)
                .build();
        byte[] body = TracesData.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder()
                        .setResource(Resource.newBuilder().addAttributes(OtlpSpans.attribute("service.name", "shop")))
                        .addScopeSpans(ScopeSpans.newBuilder().addSpans(one)))
                .build()
                .toByteArray();
        URI uri = node.endpoints().otlpHttp().orElseThrow().resolve("/v1/traces");
        for (int attempt = 0; attempt < 10; attempt++) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(uri)
                            .timeout(Duration.ofSeconds(30))
                            .header("Content-Type", "application/x-protobuf")
                            .header("X-Scope-OrgID", tenant)
                            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                            .build(),
                    BodyHandlers.ofString());
            if (answer.statusCode() == 200) {
                return;
            }
            if (answer.statusCode() != 503) {
                throw new AssertionError("span was answered " + answer.statusCode() + " " + answer.body());
            }
        }
        throw new AssertionError("span was answered 503 ten times");
    }

    /** What is answered at the port for Jaeger's UI. */
    String jaeger(String path) throws IOException, InterruptedException {
        URI uri = node.endpoints().others().stream()
                .filter(each -> each.name().equals("Jaeger query"))
                .findFirst()
                .orElseThrow()
                .uri();
        HttpRequest request = HttpRequest.newBuilder(URI.create(uri + path))
                .timeout(Duration.ofSeconds(30))
                .build();
        return http.send(request, BodyHandlers.ofString()).body();
    }

    /** The metrics' values, summed over all labels. */
    Map<String, Double> metrics() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(node.endpoints().api().resolve("/metrics"))
                .build();
        Map<String, Double> sums = new HashMap<>();
        http.send(request, HttpResponse.BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .forEach(line -> sums.merge(
                        line.split("[{ ]", -1)[0],
                        Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)),
                        Double::sum));
        return sums;
    }

    /**
     * The answer to a trace by id.
     *
     * @param names of its spans
     * @param partial what it says of itself that is missing; empty if it is complete
     */
    record Answer(Set<String> names, String partial) {}

    Answer trace(String tenant, long trace) throws IOException, InterruptedException {
        URI uri = node.endpoints().api().resolve("/api/traces/" + "%016x%016x".formatted(5, trace));
        HttpResponse<byte[]> answer = http.send(
                HttpRequest.newBuilder(uri)
                        .timeout(Duration.ofSeconds(30))
                        .header("Accept", "application/protobuf")
                        .header("X-Scope-OrgID", tenant)
                        .build(),
                BodyHandlers.ofByteArray());
        if (answer.statusCode() == 404) {
            return new Answer(Set.of(), "");
        }
        if (answer.statusCode() != 200) {
            return new Answer(
                    Set.of(),
                    "status " + answer.statusCode() + " "
                            + new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8));
        }
        Set<String> names = new TreeSet<>();
        for (ResourceSpans resource : TracesData.parseFrom(answer.body()).getResourceSpansList()) {
            for (ScopeSpans scope : resource.getScopeSpansList()) {
                for (Span span : scope.getSpansList()) {
                    if (!names.add(span.getName())) {
                        throw new AssertionError("span is there twice: " + span.getName());
                    }
                }
            }
        }
        return new Answer(names, answer.headers().firstValue("X-Tempo-Partial").orElse(""));
    }

    @Override
    public void close() {
        node.stop();
    }
}
