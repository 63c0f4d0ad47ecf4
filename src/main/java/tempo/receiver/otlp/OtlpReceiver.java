package tempo.receiver.otlp;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.settings.ServerSettings;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.concurrent.CompletionStage;
import tempo.receiver.SpanIntake;

/** Binds the OTLP receivers. */
public final class OtlpReceiver {
    /**
     * Requests up to 60,000 bytes are collected before they are dispatched, which spares them a stream of their own and makes
     * them several times cheaper. Above 65,535 it would deadlock: Akka HTTP sends no window update while it collects. It must
     * not be set on ports with streaming methods.
     */
    private static final Config SERVER = ConfigFactory.parseString(
            """
            akka.http.server.http2 {
              min-collect-strict-entity-size = 60000
              max-concurrent-streams = 64
              incoming-stream-level-buffer-size = 1 MiB
              incoming-connection-level-buffer-size = 8 MiB
            }
            """);

    private final SpanIntake intake;
    private final ActorSystem<?> system;
    private final ServerSettings settings;

    /** A receiver; nothing is bound yet. */
    public OtlpReceiver(ActorSystem<?> system, SpanIntake intake) {
        this.system = system;
        this.intake = intake;
        this.settings =
                ServerSettings.create(SERVER.withFallback(system.settings().config()));
    }

    /** Binds OTLP over gRPC; the stage fails if the port is taken. */
    public CompletionStage<ServerBinding> bindGrpc(String host, int port) {
        return Http.get(system).newServerAt(host, port).withSettings(settings).bind(new OtlpGrpc(intake));
    }

    /** Binds OTLP over HTTP; the stage fails if the port is taken. */
    public CompletionStage<ServerBinding> bindHttp(String host, int port) {
        return Http.get(system).newServerAt(host, port).withSettings(settings).bind(new OtlpHttp(intake));
    }
}
