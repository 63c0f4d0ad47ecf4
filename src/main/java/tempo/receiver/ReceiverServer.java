package tempo.receiver;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.ConnectionContext;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.ServerBuilder;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.settings.ServerSettings;
import akka.japi.function.Function;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Binds ports, of HTTP/1.1 and HTTP/2, encrypted or not. Stateless. */
public final class ReceiverServer {
    private static final Config STREAMS_BOUND = ConfigFactory.parseString(
            """
            akka.http.server.http2 {
              max-concurrent-streams = 64
              incoming-stream-level-buffer-size = 1 MiB
              incoming-connection-level-buffer-size = 8 MiB
            }
            """);

    /**
     * Requests up to 60,000 bytes are collected before they are dispatched, which spares them a stream of their own and makes
     * them several times cheaper. Above 65,535 it would deadlock: Akka HTTP sends no window update while it collects. It must
     * not be set on ports with streaming methods.
     */
    private static final Config UNARY = ConfigFactory.parseString(
                    "akka.http.server.http2.min-collect-strict-entity-size = 60000")
            .withFallback(STREAMS_BOUND);

    /** A stream may be silent for as long as its application has no spans: pings tell whether the other side is there. */
    private static final Config STREAMING = ConfigFactory.parseString(
                    """
                    akka.http.server {
                      idle-timeout = infinite
                      http2 {
                        ping-interval = 30 s
                        ping-timeout = 30 s
                      }
                    }
                    """)
            .withFallback(STREAMS_BOUND);

    private ReceiverServer() {}

    /** Binds a port whose requests are wholes that are answered once; the stage fails if it is taken. */
    public static CompletionStage<ServerBinding> bindUnary(
            ActorSystem<?> system, Listener listener, Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
        return bind(system, listener, UNARY, handler);
    }

    /** Binds a port whose requests are streams that stay open; the stage fails if it is taken. */
    public static CompletionStage<ServerBinding> bindStreaming(
            ActorSystem<?> system, Listener listener, Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
        return bind(system, listener, STREAMING, handler);
    }

    private static CompletionStage<ServerBinding> bind(
            ActorSystem<?> system,
            Listener listener,
            Config server,
            Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
        Config bounded = ConfigFactory.parseMap(Map.of("akka.http.server.max-connections", listener.connectionsMax()));
        ServerSettings settings = ServerSettings.create(
                bounded.withFallback(server).withFallback(system.settings().config()));
        ServerBuilder builder =
                Http.get(system).newServerAt(listener.host(), listener.port()).withSettings(settings);
        return listener.tls()
                .map(tls -> builder.enableHttps(ConnectionContext.httpsServer(tls::engine)))
                .orElse(builder)
                .bind(handler);
    }
}
