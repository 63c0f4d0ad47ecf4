package tempo;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.ConnectionContext;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.ServerBuilder;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.settings.ServerSettings;
import akka.japi.function.Function;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import tempo.api.jaeger.JaegerApi;
import tempo.api.tempo.TempoApi;
import tempo.querier.Querier;
import tempo.quickstart.Endpoints;
import tempo.tls.TlsConfig;

/** The ports on which queries are answered: Tempo's on every node, Jaeger's on one that is a querier. */
final class NodeApi {
    private final ActorSystem<?> system;
    private final Certificates certificates;
    private final List<ServerBinding> bindings = new ArrayList<>();
    private final List<Endpoints.Other> others = new ArrayList<>();

    private NodeApi(ActorSystem<?> system) {
        this.system = system;
        this.certificates = new Certificates(system);
    }

    /**
     * Binds them.
     *
     * @param querier empty on a node that is none
     * @throws IOException with a sentence for the user, if a port is taken
     */
    static NodeApi bind(ActorSystem<?> system, Settings settings, TempoApi tempo, Optional<Querier> querier)
            throws IOException {
        NodeApi ports = new NodeApi(system);
        Settings.Listener http = settings.api().http();
        ports.bind("api.http", http.host(), http.port(), http.tls(), ports.configured(), tempo);
        if (querier.isPresent()) {
            Settings.JaegerApi settingsOf = settings.api().jaeger();
            JaegerApi jaeger = new JaegerApi(
                    system,
                    querier.get(),
                    settings.tenancy(),
                    settingsOf.tenantHeader(),
                    settingsOf.namesLookback(),
                    SystemClock::millis);
            ports.bind(
                    "api.jaeger.grpc", settingsOf.grpc(), jaeger.grpc(), "Jaeger storage", "traces for jaeger-query");
            ports.bind(
                    "api.jaeger.http",
                    settingsOf.http(),
                    jaeger.http(),
                    "Jaeger query",
                    "traces as Jaeger answers them (/api/traces/{id})");
        }
        return ports;
    }

    private void bind(
            String key,
            ReceiverSettings.Port port,
            Function<HttpRequest, CompletionStage<HttpResponse>> handler,
            String name,
            String purpose)
            throws IOException {
        if (!port.enabled()) {
            return;
        }
        ServerSettings settings = ServerSettings.create(
                ConfigFactory.parseMap(Map.of("akka.http.server.max-connections", port.connectionsMax()))
                        .withFallback(system.settings().config()));
        ServerBinding bound = bind(key, port.host(), port.port(), port.tls(), settings, handler);
        others.add(new Endpoints.Other(name, Node.reachable(bound.localAddress(), port.tls()), purpose));
    }

    private ServerBinding bind(
            String key,
            String host,
            int port,
            TlsConfig tls,
            ServerSettings settings,
            Function<HttpRequest, CompletionStage<HttpResponse>> handler)
            throws IOException {
        ServerBuilder builder = Http.get(system).newServerAt(host, port).withSettings(settings);
        ServerBinding bound = Node.bound(
                "tempo." + key + ".port",
                host,
                port,
                certificates
                        .load("tempo." + key + ".tls", tls)
                        .map(loaded -> builder.enableHttps(ConnectionContext.httpsServer(loaded::engine)))
                        .orElse(builder)
                        .bind(handler));
        bindings.add(bound);
        return bound;
    }

    private ServerSettings configured() {
        return ServerSettings.create(system.settings().config());
    }

    /** What is bound; the first is the query port. */
    List<ServerBinding> bindings() {
        return List.copyOf(bindings);
    }

    /** Where Tempo's API can be reached. */
    URI tempo(TlsConfig tls) {
        return Node.reachable(bindings.get(0).localAddress(), tls);
    }

    /** The ports beside it. */
    List<Endpoints.Other> others() {
        return List.copyOf(others);
    }
}
