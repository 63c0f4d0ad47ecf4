package tempo.receiver.opencensus;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.settings.ServerSettings;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.concurrent.CompletionStage;
import tempo.format.FormatException;
import tempo.format.opencensus.OpenCensusStream;
import tempo.receiver.RefusedException;
import tempo.receiver.SpanIntake;
import tempo.receiver.grpc.StreamMethod;
import tempo.span.Refusal;

/** Binds the service of OpenCensus' agent. */
public final class OpenCensusReceiver {
    private static final String EXPORT = "/opencensus.proto.agent.trace.v1.TraceService/Export";

    /** A stream may be silent for as long as its application has no spans: pings tell whether the other side is there. */
    private static final Config SERVER = ConfigFactory.parseString(
            """
            akka.http.server {
              idle-timeout = infinite
              http2 {
                ping-interval = 30 s
                ping-timeout = 30 s
                max-concurrent-streams = 64
                incoming-stream-level-buffer-size = 1 MiB
                incoming-connection-level-buffer-size = 8 MiB
              }
            }
            """);

    private final ActorSystem<?> system;
    private final SpanIntake intake;

    /** A receiver; nothing is bound yet. */
    public OpenCensusReceiver(ActorSystem<?> system, SpanIntake intake) {
        this.system = system;
        this.intake = intake;
    }

    /** Binds the port; the stage fails if it is taken. */
    public CompletionStage<ServerBinding> bind(String host, int port) {
        ServerSettings settings =
                ServerSettings.create(SERVER.withFallback(system.settings().config()));
        StreamMethod export = new StreamMethod(intake, EXPORT, OpenCensusReceiver::decoder);
        return Http.get(system)
                .newServerAt(host, port)
                .withSettings(settings)
                .bind(export)
                .thenApply(binding -> {
                    binding.whenTerminationSignalIssued().thenRun(export::stop);
                    return binding;
                });
    }

    private static SpanIntake.Decoder decoder() {
        OpenCensusStream stream = new OpenCensusStream();
        return (body, config, lease) -> {
            try {
                return lease.translated(
                        stream.toOtlp(body.array(), body.offset(), body.length(), config.inflatedBytesMax()));
            } catch (FormatException e) {
                throw new RefusedException(Refusal.MALFORMED_REQUEST, String.valueOf(e.getMessage()));
            }
        };
    }
}
