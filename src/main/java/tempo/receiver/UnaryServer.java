package tempo.receiver;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.settings.ServerSettings;
import akka.japi.function.Function;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.concurrent.CompletionStage;

/** Binds ports, of HTTP/1.1 and HTTP/2, whose requests are wholes that are answered once. Stateless. */
public final class UnaryServer {
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

    private UnaryServer() {}

    /** Binds a port; the stage fails if it is taken. */
    public static CompletionStage<ServerBinding> bind(
            ActorSystem<?> system,
            String host,
            int port,
            Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
        ServerSettings settings =
                ServerSettings.create(SERVER.withFallback(system.settings().config()));
        return Http.get(system).newServerAt(host, port).withSettings(settings).bind(handler);
    }
}
