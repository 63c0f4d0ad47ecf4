package tempo;

import ch.qos.logback.classic.Level;
import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.slf4j.LoggerFactory;
import tempo.Settings.Listener;
import tempo.cli.Server;
import tempo.quickstart.Endpoints;

/** A node that could be started: ties what the commands need to {@link Node}. */
record PreparedNode(Config config, Settings settings) implements Server.Prepared {
    @Override
    public List<Server.Port> ports() {
        List<Server.Port> ports = new ArrayList<>();
        ReceiverSettings.Otlp otlp = settings.receiver().otlp();
        addIfEnabled(ports, "OTLP over gRPC", "tempo.receiver.otlp.grpc.port", otlp.grpc());
        addIfEnabled(ports, "OTLP over HTTP", "tempo.receiver.otlp.http.port", otlp.http());
        addIfEnabled(
                ports,
                "Zipkin",
                "tempo.receiver.zipkin.port",
                settings.receiver().zipkin().listener());
        ReceiverSettings.Jaeger jaeger = settings.receiver().jaeger();
        addIfEnabled(ports, "Jaeger over gRPC", "tempo.receiver.jaeger.grpc.port", jaeger.grpc());
        addIfEnabled(ports, "Jaeger over HTTP", "tempo.receiver.jaeger.http.port", jaeger.http());
        addIfEnabled(ports, "Jaeger's agent, compact", "tempo.receiver.jaeger.compact.port", jaeger.compact());
        addIfEnabled(ports, "Jaeger's agent, binary", "tempo.receiver.jaeger.binary.port", jaeger.binary());
        addIfEnabled(
                ports,
                "OpenCensus",
                "tempo.receiver.opencensus.port",
                settings.receiver().opencensus().listener());
        add(ports, "the query API", "tempo.api.http.port", settings.api().http());
        Settings.JaegerApi forJaeger = settings.api().jaeger();
        addIfEnabled(ports, "Jaeger's storage protocols", "tempo.api.jaeger.grpc.port", forJaeger.grpc());
        addIfEnabled(ports, "Jaeger's query API", "tempo.api.jaeger.http.port", forJaeger.http());
        add(ports, "Akka Management", "tempo.management.port", settings.management());
        Settings.Cluster cluster = settings.cluster();
        ports.add(new Server.Port("the cluster", "tempo.cluster.port", cluster.host(), cluster.port(), false));
        return ports;
    }

    private static void addIfEnabled(
            List<Server.Port> ports, String purpose, String key, ReceiverSettings.Port listener) {
        if (listener.enabled()) {
            ports.add(new Server.Port(purpose, key, listener.host(), listener.port(), false));
        }
    }

    private static void addIfEnabled(
            List<Server.Port> ports, String purpose, String key, ReceiverSettings.PacketPort listener) {
        if (listener.enabled()) {
            ports.add(new Server.Port(purpose, key, listener.host(), listener.port(), true));
        }
    }

    private static void add(List<Server.Port> ports, String purpose, String key, Listener listener) {
        ports.add(new Server.Port(purpose, key, listener.host(), listener.port(), false));
    }

    @Override
    public Server.Running start() throws Exception {
        applyLogLevel();
        Node node = Node.start(settings, config);
        return new Server.Running() {
            @Override
            public Endpoints endpoints() {
                return node.endpoints();
            }

            @Override
            public CompletionStage<?> terminated() {
                return node.terminated();
            }

            @Override
            public boolean removed() {
                return node.removed();
            }

            @Override
            public void stop() {
                node.stop();
            }
        };
    }

    private void applyLogLevel() {
        if (LoggerFactory.getLogger("tempo") instanceof ch.qos.logback.classic.Logger logger) {
            logger.setLevel(Level.toLevel(settings.telemetry().logLevel().word()));
        }
    }
}
