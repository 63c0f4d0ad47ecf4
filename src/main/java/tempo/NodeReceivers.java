package tempo;

import akka.Done;
import akka.actor.typed.ActorSystem;
import akka.http.javadsl.ServerBinding;
import akka.stream.Materializer;
import akka.stream.SystemMaterializer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import tempo.distributor.Distributor;
import tempo.quickstart.Endpoints;
import tempo.receiver.InFlightBytes;
import tempo.receiver.IntakeConfig;
import tempo.receiver.Listener;
import tempo.receiver.SpanIntake;
import tempo.receiver.jaeger.AgentPort;
import tempo.receiver.jaeger.JaegerReceiver;
import tempo.receiver.opencensus.OpenCensusReceiver;
import tempo.receiver.otlp.OtlpReceiver;
import tempo.receiver.zipkin.ZipkinReceiver;
import tempo.telemetry.Metrics;
import tempo.tls.ServerTls;

/** The receivers that are on, bound in the order in which they are listed in the configuration; none on a node that is no distributor. */
final class NodeReceivers {
    private final ActorSystem<?> system;
    private final Settings settings;
    private final Distributor distributor;
    private final Metrics metrics;
    private final InFlightBytes inFlight;
    private final Materializer materializer;
    private final Certificates certificates;
    private final List<ServerBinding> bindings = new ArrayList<>();
    private final List<AgentPort> agents = new ArrayList<>();
    private final List<Endpoints.Other> others = new ArrayList<>();
    private Supplier<CompletionStage<?>> endStreams = () -> CompletableFuture.completedFuture(Done.getInstance());
    private Optional<URI> otlpGrpc = Optional.empty();
    private Optional<URI> otlpHttp = Optional.empty();

    private NodeReceivers(ActorSystem<?> system, Settings settings, Distributor distributor, Metrics metrics) {
        this.system = system;
        this.settings = settings;
        this.distributor = distributor;
        this.metrics = metrics;
        this.inFlight = new InFlightBytes(settings.receiver().inFlightBytesMax(), metrics);
        this.certificates = new Certificates(system);
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
        if (!settings.has(NodeRole.DISTRIBUTOR)) {
            return receivers;
        }
        receivers.bindOtlp(settings.receiver().otlp());
        receivers.bindZipkin(settings.receiver().zipkin());
        receivers.bindJaeger(settings.receiver().jaeger());
        receivers.bindOpenCensus(settings.receiver().opencensus());
        return receivers;
    }

    private void bindOtlp(ReceiverSettings.Otlp otlp) throws IOException {
        IntakeConfig config = new IntakeConfig(
                "otlp", otlp.requestBytesMax(), otlp.inflatedBytesMax(), otlp.bodyTimeout(), settings.tenancy());
        OtlpReceiver receiver = new OtlpReceiver(system, intake(config));
        otlpGrpc = bind("otlp.grpc", otlp.grpc(), receiver::bindGrpc);
        otlpHttp = bind("otlp.http", otlp.http(), listener -> receiver.bindHttp(listener, otlp.cors()));
    }

    private void bindZipkin(ReceiverSettings.OnePort zipkin) throws IOException {
        IntakeConfig config = config("zipkin", zipkin);
        ZipkinReceiver receiver = new ZipkinReceiver(system, intake(config));
        bind("zipkin", zipkin.listener(), receiver::bind)
                .ifPresent(uri -> add("Zipkin", uri, "spans in Zipkin's formats (/api/v2/spans)"));
    }

    private IntakeConfig config(String receiver, ReceiverSettings.OnePort port) {
        return new IntakeConfig(
                receiver, port.requestBytesMax(), port.inflatedBytesMax(), port.bodyTimeout(), settings.tenancy());
    }

    private void bindOpenCensus(ReceiverSettings.OnePort opencensus) throws IOException {
        IntakeConfig config = config("opencensus", opencensus);
        OpenCensusReceiver receiver = new OpenCensusReceiver(system, intake(config), SystemClock::nanos);
        endStreams = receiver::stop;
        bind("opencensus", opencensus.listener(), receiver::bind)
                .ifPresent(uri -> add("OpenCensus", uri, "spans from OpenCensus' exporters and agents"));
    }

    private void bindJaeger(ReceiverSettings.Jaeger jaeger) throws IOException {
        IntakeConfig config = new IntakeConfig(
                "jaeger",
                jaeger.requestBytesMax(),
                jaeger.inflatedBytesMax(),
                jaeger.bodyTimeout(),
                settings.tenancy());
        JaegerReceiver receiver = new JaegerReceiver(system, intake(config));
        bind("jaeger.grpc", jaeger.grpc(), receiver::bindGrpc)
                .ifPresent(uri -> add("Jaeger gRPC", uri, "spans from Jaeger's agents and collectors"));
        bind("jaeger.http", jaeger.http(), receiver::bindHttp)
                .ifPresent(uri -> add("Jaeger HTTP", uri, "spans from Jaeger's clients (/api/traces)"));
        ReceiverSettings.Agent agent = jaeger.agent();
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

    private void bindAgent(String protocol, ReceiverSettings.PacketPort listener, AgentBinder binder)
            throws IOException {
        if (listener.enabled()) {
            try {
                AgentPort port = binder.bind(new InetSocketAddress(listener.host(), listener.port()));
                agents.add(port);
                add(
                        "Jaeger " + protocol,
                        Endpoints.udp(
                                port.address().getHostString(), port.address().getPort()),
                        "packets from Jaeger's clients, Thrift's " + protocol + " protocol");
            } catch (IOException | UnresolvedAddressException e) {
                throw Node.portTaken(portKey("jaeger." + protocol), listener.host(), listener.port(), e);
            }
        }
    }

    /** Ends streams that would stay open; the stage completes when their senders know. */
    CompletionStage<?> endStreams() {
        return endStreams.get();
    }

    /** Takes no more packets. */
    void closeAgents() {
        agents.forEach(AgentPort::close);
    }

    private SpanIntake intake(IntakeConfig config) {
        return new SpanIntake(distributor, inFlight, config, materializer, metrics);
    }

    private interface Binder {
        CompletionStage<ServerBinding> bind(Listener listener);
    }

    /** Where it can be reached; empty if it is off. */
    private Optional<URI> bind(String receiver, ReceiverSettings.Port port, Binder binder) throws IOException {
        if (!port.enabled()) {
            return Optional.empty();
        }
        Optional<ServerTls> tls = certificates.load("tempo.receiver." + receiver + ".tls", port.tls());
        Listener listener = new Listener(port.host(), port.port(), port.connectionsMax(), tls);
        ServerBinding bound = Node.bound(portKey(receiver), port.host(), port.port(), binder.bind(listener));
        bindings.add(bound);
        return Optional.of(Node.reachable(bound.localAddress(), port.tls()));
    }

    private static String portKey(String receiver) {
        return "tempo.receiver." + receiver + ".port";
    }

    private void add(String name, URI uri, String takes) {
        others.add(new Endpoints.Other(name, uri, takes));
    }

    /** What is bound. */
    List<ServerBinding> bindings() {
        return List.copyOf(bindings);
    }

    /** Where the node can be reached, with what is not of receivers. */
    Endpoints endpoints(List<Endpoints.Other> queries, URI api, URI management) {
        List<Endpoints.Other> all = new ArrayList<>(others);
        all.addAll(queries);
        return new Endpoints(otlpGrpc, otlpHttp, all, api, management);
    }
}
