package tempo.receiver.zipkin;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.ServerBinding;
import java.util.concurrent.CompletionStage;
import tempo.receiver.Listener;
import tempo.receiver.ReceiverServer;
import tempo.receiver.SpanIntake;

/** Binds the Zipkin receiver. */
public final class ZipkinReceiver {
    private final ActorSystem<?> system;
    private final SpanIntake intake;

    /** A receiver; nothing is bound yet. */
    public ZipkinReceiver(ActorSystem<?> system, SpanIntake intake) {
        this.system = system;
        this.intake = intake;
    }

    /** Binds the port; the stage fails if it is taken. */
    public CompletionStage<ServerBinding> bind(Listener listener) {
        return ReceiverServer.bindUnary(system, listener, new ZipkinHttp(intake));
    }
}
