package tempo;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.ServerBinding;
import akka.stream.Materializer;
import akka.stream.SystemMaterializer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import tempo.distributor.Distributor;
import tempo.quickstart.Endpoints;
import tempo.receiver.InFlightBytes;
import tempo.receiver.IntakeConfig;
import tempo.receiver.SpanIntake;
import tempo.receiver.jaeger.AgentPort;
import tempo.receiver.jaeger.JaegerReceiver;
import tempo.receiver.opencensus.OpenCensusReceiver;
import tempo.receiver.otlp.OtlpReceiver;
import tempo.receiver.zipkin.ZipkinReceiver;
import tempo.telemetry.Metrics;

/** The receivers that are on, bound in the order in which they are listed in the configuration. */
final class NodeReceivers {
    /** How long the rest of a stream that was refused is read. */
    private static final Duration OPEN_CENSUS_REST = Duration.ofSeconds(5);

    private final ActorSystem<?> system;
    private final Settings settings;
    private final Distributor distributor;
    private final Metrics metrics;
    private final InFlightBytes inFlight;
    private final Materializer materializer;
    private final List<ServerBinding> bindings = new ArrayList<>();
    private final List<AgentPort> agents = new ArrayList<>();
    private final List<Endpoints.Receiver> others = new ArrayList<>();
    private Optional<URI> otlpGrpc = Optional.empty();
    private Optional<URI> otlpHttp = Optional.empty();

    private NodeReceivers(ActorSystem<?> system, Settings settings, Distributor distributor, Metrics metrics) {
        this.system = system;
        this.settings = settings;
        this.distributor = distributor;
        this.metrics = metrics;
        this.inFlight = new InFlightBytes(settings.receiver().inFlightBytesMax(), metrics);
        this.materializer = SystemMaterializer.get(system).materializer();
    }

    /**
     * Binds them.
     *
     * @throws IOException with a sentence for the user, if a port is taken
     */
    static NodeReceivers bind(ActorSystem<?> system, Settings settings, Distributor distributor, Metrics metrics)
            throws IOException {
        NodeReceivers receivers = new NodeReceivers(system, settings, distributor, metrics);
        receivers.bindOtlp(settings.receiver().otlp());
        receivers.bindZipkin(settings.receiver().zipkin());
        receivers.bindJaeger(settings.receiver().jaeger());
        receivers.bindOpenCensus(settings.receiver().opencensus());
        return receivers;
    }

    private void bindOtlp(Settings.Otlp otlp) throws IOException {
        IntakeConfig config = new IntakeConfig(
                "otlp", otlp.requestBytesMax(), otlp.inflatedBytesMax(), otlp.bodyTimeout(), settings.tenancy());
        OtlpReceiver receiver = new OtlpReceiver(system, intake(config));
        if (otlp.grpc().enabled()) {
            Settings.OptionalListener grpc = otlp.grpc();
            otlpGrpc = Optional.of(receive(
                    "tempo.receiver.otlp.grpc.port",
                    grpc.host(),
                    grpc.port(),
                    receiver.bindGrpc(grpc.host(), grpc.port())));
        }
        if (otlp.http().enabled()) {
            Settings.OptionalListener http = otlp.http();
            otlpHttp = Optional.of(receive(
                    "tempo.receiver.otlp.http.port",
                    http.host(),
                    http.port(),
                    receiver.bindHttp(http.host(), http.port(), otlp.cors())));
        }
    }

    private void bindZipkin(Settings.Zipkin zipkin) throws IOException {
        if (zipkin.enabled()) {
            IntakeConfig config = new IntakeConfig(
                    "zipkin",
                    zipkin.requestBytesMax(),
                    zipkin.inflatedBytesMax(),
                    zipkin.bodyTimeout(),
                    settings.tenancy());
            URI uri = receive(
                    "tempo.receiver.zipkin.port",
                    zipkin.host(),
                    zipkin.port(),
                    new ZipkinReceiver(system, intake(config)).bind(zipkin.host(), zipkin.port()));
            others.add(new Endpoints.Receiver("Zipkin", uri, "spans in Zipkin's formats (/api/v2/spans)"));
        }
    }

    private void bindOpenCensus(Settings.Opencensus opencensus) throws IOException {
        if (opencensus.enabled()) {
            IntakeConfig config = new IntakeConfig(
                    "opencensus",
                    opencensus.requestBytesMax(),
                    opencensus.inflatedBytesMax(),
                    OPEN_CENSUS_REST,
                    settings.tenancy());
            URI uri = receive(
                    "tempo.receiver.opencensus.port",
                    opencensus.host(),
                    opencensus.port(),
                    new OpenCensusReceiver(system, intake(config)).bind(opencensus.host(), opencensus.port()));
            others.add(new Endpoints.Receiver("OpenCensus", uri, "spans from OpenCensus' exporters and agents"));
        }
    }

    private void bindJaeger(Settings.Jaeger jaeger) throws IOException {
        JaegerReceiver receiver = new JaegerReceiver(
                system,
                intake(new IntakeConfig(
                        "jaeger",
                        jaeger.requestBytesMax(),
                        jaeger.inflatedBytesMax(),
                        jaeger.bodyTimeout(),
                        settings.tenancy())));
        if (jaeger.grpc().enabled()) {
            Settings.OptionalListener grpc = jaeger.grpc();
            URI uri = receive(
                    "tempo.receiver.jaeger.grpc.port",
                    grpc.host(),
                    grpc.port(),
                    receiver.bindGrpc(grpc.host(), grpc.port()));
            others.add(new Endpoints.Receiver("Jaeger gRPC", uri, "spans from Jaeger's agents and collectors"));
        }
        if (jaeger.http().enabled()) {
            Settings.OptionalListener http = jaeger.http();
            URI uri = receive(
                    "tempo.receiver.jaeger.http.port",
                    http.host(),
                    http.port(),
                    receiver.bindHttp(http.host(), http.port()));
            others.add(new Endpoints.Receiver("Jaeger HTTP", uri, "spans from Jaeger's clients (/api/traces)"));
        }
        Settings.Agent agent = jaeger.agent();
        bindAgent(
                "compact",
                jaeger.compact(),
                address -> receiver.bindCompact(address, agent.tenant(), agent.bufferBytes()));
        bindAgent(
                "binary",
                jaeger.binary(),
                address -> receiver.bindBinary(address, agent.tenant(), agent.bufferBytes()));
    }

    private interface AgentBinder {
        AgentPort bind(InetSocketAddress address) throws IOException;
    }

    private void bindAgent(String protocol, Settings.OptionalListener listener, AgentBinder binder) throws IOException {
        if (listener.enabled()) {
            String key = "tempo.receiver.jaeger." + protocol + ".port";
            try {
                AgentPort port = binder.bind(new InetSocketAddress(listener.host(), listener.port()));
                agents.add(port);
                others.add(new Endpoints.Receiver(
                        "Jaeger " + protocol,
                        Endpoints.udp(
                                port.address().getHostString(), port.address().getPort()),
                        "packets from Jaeger's clients, Thrift's " + protocol + " protocol"));
            } catch (IOException | UnresolvedAddressException e) {
                throw Node.portTaken(key, listener.host(), listener.port(), e);
            }
        }
    }

    /** Takes no more packets. */
    void closeAgents() {
        agents.forEach(AgentPort::close);
    }

    private SpanIntake intake(IntakeConfig config) {
        return new SpanIntake(distributor, inFlight, config, materializer, metrics);
    }

    private URI receive(String key, String host, int port, CompletionStage<ServerBinding> binding) throws IOException {
        ServerBinding bound = Node.bound(key, host, port, binding);
        bindings.add(bound);
        return Node.reachable(bound.localAddress());
    }

    /** What is bound. */
    List<ServerBinding> bindings() {
        return List.copyOf(bindings);
    }

    /** Where the node can be reached, with what is not of receivers. */
    Endpoints endpoints(InetSocketAddress api, InetSocketAddress management) {
        return new Endpoints(otlpGrpc, otlpHttp, others, Node.reachable(api), Node.reachable(management));
    }
}
