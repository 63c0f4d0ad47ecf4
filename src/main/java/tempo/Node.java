package tempo;

import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.http.javadsl.ConnectionContext;
import akka.http.javadsl.ServerBinding;
import akka.management.cluster.bootstrap.ClusterBootstrap;
import akka.management.javadsl.AkkaManagement;
import akka.stream.SystemMaterializer;
import com.typesafe.config.Config;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.api.status.ClusterPages;
import tempo.api.status.Readiness;
import tempo.api.status.StatusPages;
import tempo.api.tempo.TempoApi;
import tempo.cli.Version;
import tempo.compactor.CompactorNode;
import tempo.distributor.Distributor;
import tempo.distributor.DistributorConfig;
import tempo.ingester.Ingester;
import tempo.ingester.IngesterNode;
import tempo.ingester.copies.OwedLogs;
import tempo.overview.ClusterOverview;
import tempo.querier.Querier;
import tempo.quickstart.Endpoints;
import tempo.telemetry.Metrics;
import tempo.telemetry.MetricsPage;
import tempo.tempodb.TempoDb;
import tempo.tls.ServerTls;
import tempo.tls.TlsConfig;

/**
 * A running node: opens its data, joins the cluster, binds its ports, and takes all of it down in the right order. Several may
 * run in one process.
 */
public final class Node {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final String VERSION = Version.number();
    private static final Duration UP_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration WARM_UP_TIMEOUT = Duration.ofSeconds(2);
    private static final int WARM_UP_ATTEMPTS = 20;

    /** A push whose owner does not answer goes to another ingester after this. */
    private static final Duration OWNER_TIMEOUT = Duration.ofSeconds(1);

    /** After this a node starts all the same: as long as it cannot ask a member, its answers say so. */
    private static final Duration MEMBERS_TIMEOUT = Duration.ofSeconds(10);

    private final Settings settings;
    private final ActorSystem<Void> system;
    private final Readiness readiness;
    private final Metrics metrics = new Metrics();
    private @Nullable NodeReceivers receivers;
    private @Nullable IngesterNode ingester;
    private volatile @Nullable NodeApi api;
    private InetSocketAddress management = new InetSocketAddress(0);
    private volatile CompletionStage<?> stopped;

    private Node(Settings settings, ActorSystem<Void> system) {
        this.settings = settings;
        this.system = system;
        this.readiness = Readiness.get(system);
        this.stopped = system.getWhenTerminated();
    }

    /**
     * Starts a node and returns when it takes spans and answers queries.
     *
     * @param config the whole configuration, from which {@code settings} were read
     * @throws IOException with a sentence for the user: a port is taken, the data cannot be used, the cluster cannot be joined
     */
    public static Node start(Settings settings, Config config) throws IOException {
        Certificates.check(ClusterTls.KEY, settings.cluster().tls().toConfig());
        DataDirectory data = DataDirectory.open(settings.dataDir());
        Config systemConfig = NodeConfig.of(settings, config);
        ActorSystem<Void> system;
        try {
            system = ActorSystem.create(Behaviors.empty(), NodeConfig.SYSTEM_NAME, systemConfig);
        } catch (RuntimeException e) {
            data.close();
            throw new IOException(
                    "cluster port " + settings.cluster().port() + " (tempo.cluster.port) cannot be bound: "
                            + rootCause(e).getMessage(),
                    e);
        }
        Node node = new Node(settings, system);
        try {
            node.run(data, systemConfig);
            return node;
        } catch (IOException | RuntimeException e) {
            system.terminate();
            awaitQuietly(system.getWhenTerminated(), UP_TIMEOUT.toMillis());
            if (node.ingester != null) {
                node.ingester.close();
            }
            data.close();
            throw e;
        }
    }

    private void run(DataDirectory data, Config systemConfig) throws IOException {
        MetricsPage metricsPage = MetricsPage.start(systemConfig);
        Certificates certificates = new Certificates(system);
        // Other nodes ask here whether there is a cluster yet.
        management = startManagement(certificates);
        joinCluster();
        NodeStore.Blocks blocks = NodeStore.openBlocks(system, data, settings);
        TempoDb db = blocks.db();
        int ranges = settings.cluster().ranges();
        OwedLogs owed = OwedLogs.start(system, Optional.of(data.logFacts()), SystemClock::millis);
        IngesterNode ingester = settings.has(NodeRole.INGESTER)
                ? NodeStore.startIngester(system, data, settings, db, owed, metrics)
                : IngesterNode.elsewhere(system, ranges);
        this.ingester = ingester;
        boolean compacts =
                settings.has(NodeRole.COMPACTOR) && settings.compaction().enabled();
        Optional<CompactorNode> compactor = compacts ? Optional.of(startCompactor(blocks, ingester)) : Optional.empty();
        NodeShutdown shutdown = new NodeShutdown(system, readiness, ingester, owed, compactor, data);
        Distributor distributor = Distributor.start(
                system,
                new DistributorConfig(
                        ingester.region(),
                        Ingester.nameOf(Cluster.get(system).selfMember().address()),
                        ranges,
                        settings.receiver().replyDeadline().toMillis(),
                        OWNER_TIMEOUT.toMillis(),
                        SystemClock::millis),
                settings.limits(),
                metrics);
        Querier querier = Querier.start(
                system,
                new Querier.Places(
                        ingester.owners(),
                        owed::now,
                        ingester.head(),
                        db,
                        ranges,
                        ingester.blocksChanged(),
                        settings.blocklist()),
                settings.querier(),
                metrics,
                SystemClock::nanos);
        awaitUp();
        if (settings.has(NodeRole.INGESTER)) {
            warmUp(ingester, ranges);
        }
        await(querier.allMembersKnown(MEMBERS_TIMEOUT).toCompletableFuture(), "other members cannot be asked");
        NodeStatus status = new NodeStatus(system, db, SystemClock::millis);
        ClusterOverview overview =
                ClusterOverview.start(system, () -> status.json(ingester, metrics, apiAddress()), owed::now);
        StatusPages pages = new StatusPages(
                readiness, () -> metricsPage.text(StoreMetrics.of(db, blocks.retries())), status::text, VERSION);
        TempoApi tempoApi = new TempoApi(
                pages,
                new ClusterPages(overview::json, owed::ended, settings.api().deletion()),
                settings.has(NodeRole.QUERIER) ? Optional.of(querier) : Optional.empty(),
                settings.tenancy(),
                settings.api().deletion(),
                SystemMaterializer.get(system).materializer());
        NodeApi queries = NodeApi.bind(
                system, settings, tempoApi, settings.has(NodeRole.QUERIER) ? Optional.of(querier) : Optional.empty());
        api = queries;
        NodeReceivers bound = NodeReceivers.bind(system, settings, distributor, metrics);
        receivers = bound;
        shutdown.install(bound, queries.bindings());
        stopped = shutdown.stopped();
        readiness.ready();
    }

    private CompactorNode startCompactor(NodeStore.Blocks blocks, IngesterNode ingester) {
        return CompactorNode.start(
                system,
                new CompactorNode.Parts(
                        settings.compaction(),
                        settings.retention().toRetention(),
                        blocks.db(),
                        blocks.store(),
                        () -> Instant.ofEpochMilli(SystemClock.millis()),
                        SystemClock::nanos,
                        ingester::tellOf,
                        metrics));
    }

    private void joinCluster() throws IOException {
        if (settings.cluster().discovery().method() != Settings.DiscoveryMethod.SEEDS) {
            ClusterBootstrap.get(system.classicSystem()).start();
        } else {
            SeedNodes.join(system, settings.cluster(), UP_TIMEOUT);
        }
    }

    private void awaitUp() throws IOException {
        Cluster cluster = Cluster.get(system);
        CompletableFuture<Void> up = new CompletableFuture<>();
        akka.cluster.Cluster.get(system.classicSystem()).registerOnMemberUp(() -> up.complete(null));
        await(up, whomToJoin() + " could not be joined in " + UP_TIMEOUT.toSeconds() + " s");
    }

    private String whomToJoin() {
        Settings.Discovery discovery = settings.cluster().discovery();
        return discovery.method() == Settings.DiscoveryMethod.SEEDS
                ? "cluster of " + settings.cluster().seeds() + " (tempo.cluster.seeds)"
                : "cluster of " + discovery.nodesMin() + " nodes at least of service " + discovery.service()
                        + " (tempo.cluster.discovery)";
    }

    /** Starts all ranges that live here, so that the first request does not wait for them. */
    private void warmUp(IngesterNode ingester, int ranges) throws IOException {
        List<CompletableFuture<Ingester.Warm>> warm = new ArrayList<>();
        for (int range = 0; range < ranges; range++) {
            warm.add(warmUp(ingester, range, WARM_UP_ATTEMPTS).toCompletableFuture());
        }
        await(CompletableFuture.allOf(warm.toArray(CompletableFuture[]::new)), "ranges of keys have no owner yet");
    }

    /** Asks again where no answer comes: a message may be lost while a range moves. */
    private CompletionStage<Ingester.Warm> warmUp(IngesterNode ingester, int range, int attempts) {
        return AskPattern.<Ingester.ToRange, Ingester.Warm>ask(
                        ingester.region(),
                        replyTo -> new Ingester.WarmUp(range, replyTo),
                        WARM_UP_TIMEOUT,
                        system.scheduler())
                .exceptionallyCompose(failure -> attempts == 1
                        ? CompletableFuture.failedFuture(failure)
                        : warmUp(ingester, range, attempts - 1));
    }

    private InetSocketAddress startManagement(Certificates certificates) throws IOException {
        Settings.Listener listener = settings.management();
        Optional<ServerTls> loaded = certificates.load("tempo.management.tls", listener.tls());
        CompletionStage<akka.http.javadsl.model.Uri> started = AkkaManagement.get(system.classicSystem())
                .start(routes -> loaded.map(
                                tls -> routes.withHttpsConnectionContext(ConnectionContext.httpsServer(tls::engine)))
                        .orElse(routes));
        try {
            akka.http.javadsl.model.Uri uri = started.toCompletableFuture().get(30, TimeUnit.SECONDS);
            return InetSocketAddress.createUnresolved(uri.host().address(), uri.port());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("start was interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw portTaken("tempo.management.port", listener.host(), listener.port(), e);
        }
    }

    static ServerBinding bound(String key, String host, int port, CompletionStage<ServerBinding> binding)
            throws IOException {
        try {
            return binding.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("start was interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw portTaken(key, host, port, e);
        }
    }

    static IOException portTaken(String key, String host, int port, Exception cause) {
        return new IOException(
                "port " + port + " on " + host + " (" + key + ") cannot be bound: "
                        + rootCause(cause).getMessage(),
                cause);
    }

    private void await(CompletableFuture<?> future, String what) throws IOException {
        CompletableFuture<?> terminated = system.getWhenTerminated().toCompletableFuture();
        try {
            CompletableFuture.anyOf(future, terminated).get(UP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            if (terminated.isDone()) {
                throw new IOException("node was removed from the cluster while it started");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("start was interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(what, e);
        }
    }

    private static void awaitQuietly(CompletionStage<?> stage, long millis) {
        try {
            stage.toCompletableFuture().get(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | CompletionException e) {
            LOG.warn("actor system did not end: {}", e.toString());
        }
    }

    private static Throwable rootCause(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** Where the node can be reached, as bound. */
    public Endpoints endpoints() {
        NodeApi queries = api;
        if (receivers == null || queries == null) {
            throw new IllegalStateException("the node is not started");
        }
        return receivers.endpoints(
                queries.others(),
                queries.tempo(settings.api().http().tls()),
                reachable(management, settings.management().tls()));
    }

    /** Empty while the port is not bound. */
    private String apiAddress() {
        NodeApi queries = api;
        return queries == null ? "" : queries.tempo(settings.api().http().tls()).toString();
    }

    static URI reachable(InetSocketAddress bound, TlsConfig tls) {
        return tls.enabled()
                ? Endpoints.https(bound.getHostString(), bound.getPort())
                : Endpoints.http(bound.getHostString(), bound.getPort());
    }

    /** {@code host:port} by which other nodes may join. */
    public String clusterAddress() {
        akka.actor.Address address = Cluster.get(system).selfMember().address();
        return address.getHost().orElse("") + ":" + address.getPort().orElse(0);
    }

    /** How many members of the cluster are up, as this node sees it. */
    public long membersUp() {
        long up = 0;
        for (akka.cluster.Member member : Cluster.get(system).state().getMembers()) {
            up += member.status().equals(MemberStatus.up()) ? 1 : 0;
        }
        return up;
    }

    /** Whether the node stopped because the others removed it, or decided to stop all. */
    public boolean removed() {
        return CoordinatedShutdown.get(system)
                .getShutdownReason()
                .filter(reason -> reason == CoordinatedShutdown.clusterDowningReason())
                .isPresent();
    }

    /** Completes when the node has stopped, whoever asked for it. */
    public CompletionStage<?> terminated() {
        return stopped;
    }

    /** Drains and stops the node and returns when all is closed; again does nothing more. */
    public void stop() {
        CoordinatedShutdown shutdown = CoordinatedShutdown.get(system);
        shutdown.runAll(CoordinatedShutdown.unknownReason());
        // Each phase ends in its own time; to give up before them would leave spans to be replayed.
        awaitQuietly(stopped, shutdown.totalTimeout().toMillis());
    }
}
