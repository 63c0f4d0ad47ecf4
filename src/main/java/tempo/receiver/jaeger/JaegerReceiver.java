package tempo.receiver.jaeger;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.ServerBinding;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;
import tempo.format.jaeger.JaegerFormat;
import tempo.receiver.Decoder;
import tempo.receiver.Listener;
import tempo.receiver.ReceiverServer;
import tempo.receiver.SpanIntake;
import tempo.receiver.grpc.UnaryMethod;

/** Binds what Jaeger's collector and agent listen on. */
public final class JaegerReceiver {
    private static final String POST_SPANS = "/jaeger.api_v2.CollectorService/PostSpans";
    private static final byte[] NOTHING = {};

    private final ActorSystem<?> system;
    private final SpanIntake intake;

    /** A receiver; nothing is bound yet. */
    public JaegerReceiver(ActorSystem<?> system, SpanIntake intake) {
        this.system = system;
        this.intake = intake;
    }

    /** Binds the collector's gRPC service; the stage fails if the port is taken. */
    public CompletionStage<ServerBinding> bindGrpc(Listener listener) {
        return ReceiverServer.bindUnary(
                system,
                listener,
                new UnaryMethod(
                        intake, POST_SPANS, Decoder.translating(JaegerFormat.PROTOBUF::toOtlp), outcome -> NOTHING));
    }

    /** Binds the collector's {@code POST /api/traces}; the stage fails if the port is taken. */
    public CompletionStage<ServerBinding> bindHttp(Listener listener) {
        return ReceiverServer.bindUnary(system, listener, new JaegerHttp(intake));
    }

    /**
     * Binds the agent's port for the compact protocol, of UDP.
     *
     * @param tenant of all packets, where there is more than one tenant: packets do not say; empty for none
     * @param bufferBytes of the socket
     * @throws IOException if the port is taken
     */
    public AgentPort bindCompact(InetSocketAddress address, String tenant, int bufferBytes) throws IOException {
        return AgentPort.bind(address, bufferBytes, take(JaegerFormat.AGENT_COMPACT, tenant));
    }

    /** The same for the binary protocol. */
    public AgentPort bindBinary(InetSocketAddress address, String tenant, int bufferBytes) throws IOException {
        return AgentPort.bind(address, bufferBytes, take(JaegerFormat.AGENT_BINARY, tenant));
    }

    private java.util.function.Consumer<byte[]> take(JaegerFormat format, String tenant) {
        Decoder decoder = Decoder.translating(format::toOtlp);
        return packet -> intake.take(tenant, packet, decoder);
    }
}
