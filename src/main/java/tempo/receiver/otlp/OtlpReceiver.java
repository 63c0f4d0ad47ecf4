package tempo.receiver.otlp;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.ServerBinding;
import java.util.concurrent.CompletionStage;
import tempo.receiver.Decoder;
import tempo.receiver.Listener;
import tempo.receiver.ReceiverServer;
import tempo.receiver.SpanIntake;
import tempo.receiver.grpc.UnaryMethod;

/** Binds the OTLP receivers. */
public final class OtlpReceiver {
    private static final String EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

    private final ActorSystem<?> system;
    private final SpanIntake intake;

    /** A receiver; nothing is bound yet. */
    public OtlpReceiver(ActorSystem<?> system, SpanIntake intake) {
        this.system = system;
        this.intake = intake;
    }

    /** Binds OTLP over gRPC; the stage fails if the port is taken. */
    public CompletionStage<ServerBinding> bindGrpc(Listener listener) {
        return ReceiverServer.bindUnary(
                system, listener, new UnaryMethod(intake, EXPORT, Decoder.OTLP, OtlpAnswer::response));
    }

    /** Binds OTLP over HTTP; the stage fails if the port is taken. */
    public CompletionStage<ServerBinding> bindHttp(Listener listener, CorsConfig cors) {
        OtlpHttp http = new OtlpHttp(intake);
        return ReceiverServer.bindUnary(
                system, listener, cors.allowedOrigins().isEmpty() ? http : new Cors(cors, http));
    }
}
