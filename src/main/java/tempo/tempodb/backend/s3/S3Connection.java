package tempo.tempodb.backend.s3;

import akka.actor.ActorSystem;
import akka.actor.ClassicActorSystemProvider;
import akka.actor.Terminated;
import akka.http.javadsl.ConnectionContext;
import akka.http.javadsl.Http;
import akka.http.javadsl.HttpsConnectionContext;
import akka.http.javadsl.model.DateTime;
import akka.http.javadsl.model.HttpResponse;
import akka.http.scaladsl.model.HttpRequest;
import akka.stream.Attributes;
import akka.stream.Materializer;
import akka.stream.SystemMaterializer;
import akka.stream.alpakka.s3.S3Attributes;
import akka.stream.alpakka.s3.S3Settings;
import akka.stream.alpakka.s3.impl.auth.CredentialScope;
import akka.stream.alpakka.s3.impl.auth.Signer;
import akka.stream.alpakka.s3.impl.auth.SigningKey;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tempo.tempodb.backend.TransientStoreException;

/**
 * The way to one bucket. Alpakka sends all its requests through the connection pool, and with the trusted certificates, of the actor
 * system in which a stream runs; so each connection has a small actor system of its own, with its own limits, its own threads, and
 * nothing of what the application configured for itself. Thread-safe.
 */
final class S3Connection implements AutoCloseable {
    /** Answers that are no object's content: pages of a listing, errors. */
    private static final int ANSWER_BYTES_MAX = 16 << 20;

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final S3Config config;
    private final S3Settings settings;
    private final FreshCredentials credentials;
    private final ActorSystem system;
    private final Materializer materializer;
    private final Semaphore connections;

    private S3Connection(S3Config config, S3Settings settings, FreshCredentials credentials, ActorSystem system) {
        this.config = config;
        this.settings = settings;
        this.credentials = credentials;
        this.system = system;
        this.materializer = SystemMaterializer.get(system).materializer();
        this.connections = new Semaphore(config.maxConnections(), true);
    }

    /** @param host whose way of logging is taken over */
    static S3Connection open(
            S3Config config, S3Settings settings, FreshCredentials credentials, ClassicActorSystemProvider host)
            throws IOException {
        Optional<HttpsConnectionContext> trust = config.caFile().isEmpty()
                ? Optional.empty()
                : Optional.of(ConnectionContext.httpsClient(TrustedAuthorities.read(Path.of(config.caFile()))));
        ClassLoader loader = S3Connection.class.getClassLoader();
        ActorSystem system = ActorSystem.create(
                "tempo-s3", systemConfig(config, host.classicSystem().settings().config(), loader), loader);
        trust.ifPresent(Http.get(system)::setDefaultClientHttpsContext);
        return new S3Connection(config, settings, credentials, system);
    }

    /** Starts a request. */
    interface Request<T> {
        CompletionStage<T> send();

        /** The caller has stopped waiting: what comes is no longer wanted. Called by any thread. */
        default void abandon() {}
    }

    /**
     * Waits for a free connection, then for the request's answer.
     *
     * @param attempted what is tried on which object, for the message
     * @param key of the object, for one that does not exist
     */
    <T> T await(String attempted, String key, Request<T> request) throws IOException {
        String what = attempted + " in " + config.place();
        long timeoutMillis = config.requestTimeout().toMillis();
        try {
            if (!connections.tryAcquire(timeoutMillis, TimeUnit.MILLISECONDS)) {
                throw new TransientStoreException(
                        what + " failed: all " + config.maxConnections() + " connections were busy for " + timeoutMillis
                                + " ms",
                        null);
            }
            try {
                credentials.refresh();
                return request.send().toCompletableFuture().get(timeoutMillis, TimeUnit.MILLISECONDS);
            } finally {
                connections.release();
            }
        } catch (InterruptedException e) {
            request.abandon();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(what + " was interrupted");
        } catch (TimeoutException e) {
            request.abandon();
            throw new TransientStoreException(what + " failed: no answer within " + timeoutMillis + " ms", e);
        } catch (ExecutionException | RuntimeException e) {
            throw S3Failures.of(e, what, key);
        }
    }

    /** The first element of one of Alpakka's sources. */
    <T> CompletionStage<T> first(Source<T, ?> source) {
        return source.withAttributes(attributes()).runWith(Sink.head(), materializer);
    }

    /**
     * Signs and sends a request that Alpakka offers only as a piece of something larger. It is dated by the clock by which Alpakka's
     * own are.
     */
    CompletionStage<HttpResponse> send(HttpRequest request) {
        ZonedDateTime now = Instant.ofEpochMilli(DateTime.now().clicks()).atZone(ZoneOffset.UTC);
        CredentialScope scope = new CredentialScope(
                now.toLocalDate(), settings.s3RegionProvider().getRegion(), "s3");
        SigningKey key = new SigningKey(now, credentials, scope, "HmacSHA256");
        return Signer.signedRequest(request, key, settings.signAnonymousRequests())
                .asJava()
                .runWith(Sink.head(), materializer)
                .thenCompose(signed -> Http.get(system).singleRequest(signed));
    }

    S3Config config() {
        return config;
    }

    S3Settings settings() {
        return settings;
    }

    ActorSystem system() {
        return system;
    }

    Materializer materializer() {
        return materializer;
    }

    /** What makes one of Alpakka's streams use this connection's settings, and no configuration file's. */
    Attributes attributes() {
        return S3Attributes.settings(settings);
    }

    @Override
    public void close() throws IOException {
        credentials.close();
        CompletionStage<Terminated> terminated = Http.get(system)
                .shutdownAllConnectionPools()
                .handle((done, failure) -> done)
                .thenCompose(done -> {
                    system.terminate();
                    return system.getWhenTerminated();
                });
        try {
            terminated.toCompletableFuture().get(CLOSE_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("close of " + config.place() + " was interrupted");
        } catch (TimeoutException | ExecutionException e) {
            system.terminate();
            throw new IOException("connections to " + config.place() + " were not closed in time", e);
        }
    }

    private static Config systemConfig(S3Config config, Config host, ClassLoader loader) {
        String timeout = config.requestTimeout().toMillis() + " ms";
        // A request that was given up holds its connection until it is noticed to be idle; others may queue up
        // meanwhile.
        int openRequestsMax = Integer.highestOneBit(config.maxConnections()) * 8;
        Config own = ConfigFactory.parseString(String.join(
                "\n",
                "akka.actor.provider = local",
                "akka.daemonic = on",
                "akka.log-dead-letters = off",
                "akka.log-dead-letters-during-shutdown = off",
                // The host decides when its stores are closed: not before all is written.
                "akka.jvm-shutdown-hooks = off",
                "akka.coordinated-shutdown.run-by-jvm-shutdown-hook = off",
                "akka.coordinated-shutdown.run-by-actor-system-terminate = off",
                "akka.coordinated-shutdown.exit-jvm = off",
                "akka.actor.default-dispatcher.fork-join-executor { parallelism-min = 2, parallelism-factor = 1, "
                        + "parallelism-max = 16 }",
                "akka.actor.internal-dispatcher.fork-join-executor { parallelism-min = 1, parallelism-factor = 1, "
                        + "parallelism-max = 2 }",
                "akka.http.client.user-agent-header = tempo",
                "akka.http.client.connecting-timeout = "
                        + config.connectTimeout().toMillis() + " ms",
                "akka.http.client.idle-timeout = " + timeout,
                "akka.http.client.parsing.max-content-length = " + ANSWER_BYTES_MAX,
                "akka.http.host-connection-pool {",
                "max-connections = " + config.maxConnections(),
                "max-open-requests = " + openRequestsMax,
                // Who calls the store decides what is tried again; a conditional put must not be, unseen.
                "max-retries = 0",
                "base-connection-backoff = 10 ms",
                "max-connection-backoff = 500 ms",
                // Shorter than servers are known to keep theirs, so that none is used in the moment it is closed.
                "keep-alive-timeout = 5 s",
                "response-entity-subscription-timeout = " + timeout,
                "}"));
        Config logging = ConfigFactory.empty();
        for (String key : List.of(
                "akka.loggers", "akka.loglevel", "akka.stdout-loglevel", "akka.logging-filter", "akka.use-slf4j")) {
            if (host.hasPath(key)) {
                logging = logging.withValue(key, ConfigValueFactory.fromAnyRef(host.getAnyRef(key)));
            }
        }
        return own.withFallback(logging)
                .withFallback(ConfigFactory.defaultReference(loader))
                .resolve();
    }
}
