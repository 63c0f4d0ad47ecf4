package tempo;

import akka.Done;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.http.javadsl.ServerBinding;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.api.status.Readiness;
import tempo.compactor.CompactorNode;
import tempo.ingester.Ingester;
import tempo.ingester.IngesterNode;
import tempo.ingester.copies.OwedLogs;

/**
 * The order in which a node goes down: receivers stop accepting; ranges are handed over, which puts every live trace into the
 * head block; the head block is cut and stored while reads are still answered; the query ports close; the node leaves the
 * cluster; the log and the data directory are closed.
 */
final class NodeShutdown {
    private static final Logger LOG = LoggerFactory.getLogger(NodeShutdown.class);
    private static final Duration HARD_DEADLINE = Duration.ofSeconds(10);
    private static final Duration STREAMS_DEADLINE = Duration.ofSeconds(6);
    private static final Duration LATE_MESSAGES = Duration.ofSeconds(2);
    private static final Duration CUT_DEADLINE = Duration.ofSeconds(115);

    /** What an actor system is given to end beyond the time of its phase. */
    private static final Duration SYSTEM_GRACE = Duration.ofSeconds(2);

    private final ActorSystem<?> system;
    private final Readiness readiness;
    private final IngesterNode ingester;
    private final OwedLogs owed;
    private final Optional<CompactorNode> compactor;
    private final DataDirectory data;
    private final CompletableFuture<Done> stopped = new CompletableFuture<>();

    NodeShutdown(
            ActorSystem<?> system,
            Readiness readiness,
            IngesterNode ingester,
            OwedLogs owed,
            Optional<CompactorNode> compactor,
            DataDirectory data) {
        this.system = system;
        this.readiness = readiness;
        this.ingester = ingester;
        this.owed = owed;
        this.compactor = compactor;
        this.data = data;
    }

    void install(NodeReceivers receivers, List<ServerBinding> apis) {
        CoordinatedShutdown shutdown = CoordinatedShutdown.get(system);
        system.getWhenTerminated().whenComplete((ended, failure) -> stopped.complete(Done.getInstance()));
        shutdown.addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "not-ready", () -> {
            LOG.info("stopping: no more spans are taken");
            readiness.notReady("stopping");
            ingester.owners().leave();
            return done();
        });
        compactor.ifPresent(
                part -> shutdown.addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "no-compaction", part::leave));
        shutdown.addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "no-streams", () -> receivers
                .endStreams()
                .toCompletableFuture()
                .completeOnTimeout(null, STREAMS_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                .thenApply(ended -> Done.getInstance()));
        for (ServerBinding receiver : receivers.bindings()) {
            shutdown.addTask(
                    CoordinatedShutdown.PhaseServiceUnbind(),
                    "receiver-" + receiver.localAddress(),
                    () -> receiver.terminate(HARD_DEADLINE).thenApply(terminated -> Done.getInstance()));
        }
        shutdown.addTask(CoordinatedShutdown.PhaseServiceUnbind(), "agents", () -> {
            receivers.closeAgents();
            return done();
        });
        shutdown.addTask(CoordinatedShutdown.PhaseClusterShardingShutdownRegion(), "ranges", this::handOver);
        shutdown.addTask("tempo-cut", "cut", this::cut);
        for (ServerBinding api : apis) {
            shutdown.addTask("tempo-api-unbind", "api-" + api.localAddress(), () -> api.terminate(HARD_DEADLINE)
                    .thenApply(terminated -> Done.getInstance()));
        }
        shutdown.addTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate(), "close", this::close);
    }

    /**
     * Completes when the node has stopped: all that it held is closed, and its actor system has ended or was given time enough to. Akka's
     * remoting has been seen to wait for peers that it had quarantined, for as long as a quarter of an hour
     * (<a href="https://github.com/akka/akka-core/issues/30326">akka-core 30326</a>).
     */
    CompletionStage<Done> stopped() {
        return stopped;
    }

    private void endWithoutSystem() {
        if (stopped.complete(Done.getInstance())) {
            LOG.warn("the actor system has not ended, and is not waited for any longer: all data is closed");
        }
    }

    /**
     * Cluster Sharding hands the ranges over and ends its region, unless that still holds messages for ranges that nobody owns,
     * since no other node is left: those would keep it, and the node, until the phase is over.
     */
    private CompletionStage<Done> handOver() {
        if (wasRemoved()) {
            // Nobody takes the ranges of a node that is no member; its log is replayed at its next start.
            ingester.owners().endRegion();
            return done();
        }
        return ingester.owners().handedOver().thenApply(all -> {
            LOG.info("stopping: all ranges are handed over");
            system.scheduler().scheduleOnce(LATE_MESSAGES, ingester.owners()::endRegion, system.executionContext());
            return Done.getInstance();
        });
    }

    private boolean wasRemoved() {
        MemberStatus status = Cluster.get(system).selfMember().status();
        return status.equals(MemberStatus.down()) || status.equals(MemberStatus.removed());
    }

    private CompletionStage<Done> cut() {
        ingester.owners().endRegion();
        if (wasRemoved()) {
            return done();
        }
        return ingester.head().map(this::cutAndStore).orElseGet(NodeShutdown::done);
    }

    private CompletionStage<Done> cutAndStore(ActorRef<Ingester.ToHead> head) {
        LOG.info("stopping: head block is cut and stored");
        return AskPattern.<Ingester.ToHead, Ingester.AllCut>ask(
                        head, Ingester.CutAll::new, CUT_DEADLINE, system.scheduler())
                .handle((cut, failure) -> {
                    if (failure != null) {
                        LOG.error("head block could not be stored in time, it is replayed at the next start");
                    } else if (!cut.failure().isEmpty()) {
                        LOG.error(
                                "head block could not be stored, it is replayed at the next start: {}", cut.failure());
                    } else {
                        return owed.endedHere();
                    }
                    return done();
                })
                .thenCompose(told -> told);
    }

    private CompletionStage<Done> close() {
        Executor disk = system.dispatchers().lookup(DispatcherSelector.fromConfig("akka.actor.tempo-disk-dispatcher"));
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        ingester.close();
                        owed.close();
                        data.close();
                        LOG.info("stopped");
                    } catch (IOException e) {
                        LOG.error("data could not be closed: {}", e.toString());
                    }
                    CompletableFuture.delayedExecutor(systemMillisMax(), TimeUnit.MILLISECONDS)
                            .execute(this::endWithoutSystem);
                    return Done.getInstance();
                },
                disk);
    }

    private long systemMillisMax() {
        return CoordinatedShutdown.get(system)
                        .timeout(CoordinatedShutdown.PhaseActorSystemTerminate())
                        .toMillis()
                + SYSTEM_GRACE.toMillis();
    }

    private static CompletionStage<Done> done() {
        return CompletableFuture.completedFuture(Done.getInstance());
    }
}
