package tempo;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.InvalidProtocolBufferException;
import com.typesafe.config.Config;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.config.ConfigSources;
import tempo.quickstart.Endpoints;

/** One node in this JVM for all tests of a class, on free ports and in a directory of its own; listens to the log meanwhile. */
public final class NodeFixture implements BeforeAllCallback, AfterAllCallback {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Map<String, String> FOR_TESTS = Map.ofEntries(
            Map.entry("tempo.cluster.ranges", "8"),
            Map.entry("tempo.telemetry.tick", "200 ms"),
            Map.entry("akka.coordinated-shutdown.exit-jvm", "off"),
            Map.entry("akka.coordinated-shutdown.run-by-jvm-shutdown-hook", "off"),
            Map.entry("akka.jvm-exit-on-fatal-error", "off"));

    private final Map<String, String> overrides;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private Optional<Node> node = Optional.empty();
    private Optional<Path> directory = Optional.empty();

    private NodeFixture(Map<String, String> overrides) {
        this.overrides = Map.copyOf(overrides);
    }

    /** Starts a node on free ports, with its data in a directory. */
    static Node start(Path data, Map<String, String> overrides) throws IOException {
        Map<String, String> settings = new HashMap<>(FOR_TESTS);
        ConfigSources.portKeys().forEach(key -> settings.put(key, "0"));
        settings.putAll(overrides);
        settings.put("tempo.data-dir", data.toString());
        Config config = ConfigSources.load(Optional.empty(), Map.of(), settings);
        return Node.start(Settings.of(config), config);
    }

    /** A node with some settings, by full key, other than the defaults; to be registered in a static field. */
    public static NodeFixture with(Map<String, String> overrides) {
        return new NodeFixture(overrides);
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        Path data = Files.createTempDirectory("tempo-node");
        directory = Optional.of(data);
        log.start();
        rootLogger().addAppender(log);
        node = Optional.of(start(data, overrides));
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        node.ifPresent(Node::stop);
        rootLogger().detachAppender(log);
        if (directory.isPresent()) {
            try (Stream<Path> files = Files.walk(directory.get())) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Stops the node before the tests are over; returns when it has stopped. */
    public void stop() {
        node.ifPresent(Node::stop);
    }

    private static ch.qos.logback.classic.Logger rootLogger() {
        return ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(Logger.ROOT_LOGGER_NAME);
    }

    private Endpoints endpoints() {
        return node.orElseThrow().endpoints();
    }

    public URI otlpGrpc() {
        return endpoints().otlpGrpc().orElseThrow();
    }

    public URI otlpHttp() {
        return endpoints().otlpHttp().orElseThrow();
    }

    /** Base of a receiver other than OTLP's, by its name. */
    public URI receiver(String name) {
        return endpoints().others().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow()
                .uri();
    }

    public URI api() {
        return endpoints().api();
    }

    public URI management() {
        return endpoints().management();
    }

    public Path dataDirectory() {
        return directory.orElseThrow();
    }

    /** Warnings, errors and stack traces in the log since the node started, each as one line. */
    public List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        for (ILoggingEvent event : List.copyOf(log.list)) {
            if (event.getLevel().isGreaterOrEqual(Level.WARN) || event.getThrowableProxy() != null) {
                String thrown = event.getThrowableProxy() == null
                        ? ""
                        : ", thrown " + event.getThrowableProxy().getClassName();
                complaints.add(event.getLoggerName() + ": " + event.getFormattedMessage() + thrown);
            }
        }
        return complaints;
    }

    /** GET over HTTP/1.1 on the query port. Headers are names and values in turn. */
    public HttpResponse<byte[]> get(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(api().resolve(path));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    /** A trace as it is found by its id, hexadecimal. */
    public TracesData trace(String id) throws InvalidProtocolBufferException {
        return TracesData.parseFrom(
                get("/api/traces/" + id, "Accept", "application/protobuf").body());
    }

    /** POST of an export request over HTTP/1.1. Headers are names and values in turn. */
    public HttpResponse<byte[]> export(byte[] body, String... headers) {
        return send(HttpRequest.newBuilder(otlpHttp().resolve("/v1/traces"))
                .headers(headers)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    /** Any request over HTTP/1.1, or what the builder says. */
    public HttpResponse<byte[]> send(HttpRequest.Builder request) {
        try {
            return http.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The text of an answer's body. */
    public static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    /** The sum of a metric over all its labels, as of the last tick. */
    public long metric(String name) {
        return text(get("/metrics"))
                .lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Waits until a condition holds; looks every 20 ms. */
    public static void await(String what, BooleanSupplier condition) {
        CountDownLatch never = new CountDownLatch(1);
        for (long left = PATIENCE.toMillis(); !condition.getAsBoolean(); left -= 20) {
            if (left < 0) {
                throw new AssertionError(Objects.requireNonNull(what) + " did not come in " + PATIENCE);
            }
            try {
                if (never.await(20, TimeUnit.MILLISECONDS)) {
                    throw new AssertionError();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
