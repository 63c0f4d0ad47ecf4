package tempo.compactor;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.typed.ClusterSingleton;
import akka.cluster.typed.ClusterSingletonSettings;
import akka.cluster.typed.SingletonActor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import tempo.compactor.Compactor.Leave;
import tempo.compactor.Compactor.Stop;
import tempo.compactor.Compactor.ToCoordinator;
import tempo.compactor.Compactor.ToWorker;
import tempo.telemetry.Metrics;
import tempo.tempodb.Retention;
import tempo.tempodb.TempoDb;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.compaction.CompactionCoordinator;
import tempo.tempodb.compaction.IndexUpkeep;
import tempo.tempodb.compaction.Sweep;

/** A node's part in compaction: its workers, and the coordinator if it is here. Thread-safe. */
public final class CompactorNode {
    private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(5);

    private final ActorSystem<?> system;
    private final List<ActorRef<ToWorker>> workers;

    private CompactorNode(ActorSystem<?> system, List<ActorRef<ToWorker>> workers) {
        this.system = system;
        this.workers = workers;
    }

    /**
     * What a node works with.
     *
     * @param db the blocks
     * @param store where they are
     * @param committed told of each block that was committed here, in any thread
     */
    public record Parts(
            CompactorConfig config,
            Retention retention,
            TempoDb db,
            ObjectStore store,
            InstantSource clock,
            LongSupplier nanoClock,
            Consumer<BlockMeta> committed,
            Metrics metrics) {}

    /** Starts the workers of a node that has the role, and the coordinator, which runs on one of these nodes. */
    public static CompactorNode start(ActorSystem<?> system, Parts parts) {
        Executor blocking = dispatcher(system, "akka.actor.tempo-compaction-dispatcher");
        Executor readers = dispatcher(system, "akka.actor.tempo-read-ahead-dispatcher");
        ActorRef<ToCoordinator> coordinator = ClusterSingleton.get(system)
                .init(SingletonActor.of(
                                JobCoordinator.create(() -> coordination(parts), blocking), "compaction-coordinator")
                        .withStopMessage(Stop.INSTANCE)
                        .withSettings(ClusterSingletonSettings.create(system).withRole(Compactor.ROLE)));
        JobWorker.Means means = new JobWorker.Means(
                coordinator,
                parts.db(),
                parts.store(),
                blocking,
                readers,
                parts.committed(),
                parts.clock(),
                parts.nanoClock(),
                parts.metrics());
        List<ActorRef<ToWorker>> workers = new ArrayList<>();
        for (int i = 0; i < parts.config().workers(); i++) {
            workers.add(system.systemActorOf(JobWorker.create(means), "compaction-worker-" + i, Props.empty()));
        }
        return new CompactorNode(system, workers);
    }

    private static Coordination coordination(Parts parts) {
        CompactionCoordinator coordinator = new CompactionCoordinator(
                parts.db(), parts.store(), parts.config().plan(), parts.clock(), UUID::randomUUID);
        Sweep sweep = new Sweep(parts.db(), parts.store(), parts.config().sweep(parts.retention()), parts.clock());
        IndexUpkeep indexes = new IndexUpkeep(parts.db(), coordinator, parts.clock());
        return new Coordination(coordinator, sweep, indexes, parts.config(), parts.clock(), parts.metrics());
    }

    /** Has the workers end what they are at; what they had not committed is done again by others. */
    public CompletionStage<Done> leave() {
        List<CompletableFuture<Done>> left = new ArrayList<>();
        for (ActorRef<ToWorker> worker : workers) {
            left.add(AskPattern.<ToWorker, Done>ask(worker, Leave::new, LEAVE_TIMEOUT, system.scheduler())
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(left.toArray(CompletableFuture[]::new))
                .handle((all, late) -> Done.getInstance());
    }

    private static Executor dispatcher(ActorSystem<?> system, String name) {
        return system.dispatchers().lookup(DispatcherSelector.fromConfig(name));
    }
}
