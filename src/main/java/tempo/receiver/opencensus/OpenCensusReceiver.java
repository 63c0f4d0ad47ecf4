package tempo.receiver.opencensus;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.ServerBinding;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import tempo.format.opencensus.OpenCensusStream;
import tempo.receiver.Decoder;
import tempo.receiver.Listener;
import tempo.receiver.ReceiverServer;
import tempo.receiver.SpanIntake;
import tempo.receiver.grpc.StreamMethod;

/** Binds the service of OpenCensus' agent. */
public final class OpenCensusReceiver {
    private static final String EXPORT = "/opencensus.proto.agent.trace.v1.TraceService/Export";

    private final ActorSystem<?> system;
    private final StreamMethod export;

    /**
     * A receiver; nothing is bound yet.
     *
     * @param nanos a clock that only goes forward
     */
    public OpenCensusReceiver(ActorSystem<?> system, SpanIntake intake, LongSupplier nanos) {
        this.system = system;
        this.export =
                new StreamMethod(intake, EXPORT, () -> Decoder.translating(new OpenCensusStream()::toOtlp), nanos);
    }

    /** Binds the port; the stage fails if it is taken. */
    public CompletionStage<ServerBinding> bind(Listener listener) {
        return ReceiverServer.bindStreaming(system, listener, export);
    }

    /** Ends all streams, and takes none any more; the stage completes when their senders know. */
    public CompletionStage<?> stop() {
        return export.stop();
    }
}
