package tempo.receiver.opencensus;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.ServerBinding;
import java.util.concurrent.CompletionStage;
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
    private final SpanIntake intake;

    /** A receiver; nothing is bound yet. */
    public OpenCensusReceiver(ActorSystem<?> system, SpanIntake intake) {
        this.system = system;
        this.intake = intake;
    }

    /** Binds the port; the stage fails if it is taken. */
    public CompletionStage<ServerBinding> bind(Listener listener) {
        StreamMethod export =
                new StreamMethod(intake, EXPORT, () -> Decoder.translating(new OpenCensusStream()::toOtlp));
        return ReceiverServer.bindStreaming(system, listener, export).thenApply(binding -> {
            binding.whenTerminationSignalIssued().thenRun(export::stop);
            return binding;
        });
    }
}
