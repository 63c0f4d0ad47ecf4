package tempo.receiver.zipkin;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import java.util.concurrent.CompletionStage;
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
    public CompletionStage<ServerBinding> bind(String host, int port) {
        return Http.get(system).newServerAt(host, port).bind(new ZipkinHttp(intake));
    }
}
