package tempo.compactor;

import akka.actor.typed.ActorRef;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.compactor.Compactor.Assign;
import tempo.compactor.Compactor.AtWork;
import tempo.compactor.Compactor.Cancel;
import tempo.compactor.Compactor.Failed;
import tempo.compactor.Compactor.Finished;
import tempo.compactor.Compactor.Order;
import tempo.compactor.Compactor.ToCoordinator;
import tempo.compactor.Compactor.ToWorker;
import tempo.telemetry.Metrics;
import tempo.tempodb.compaction.CompactionCoordinator;
import tempo.tempodb.compaction.CompactionJob;
import tempo.tempodb.compaction.IndexUpkeep;
import tempo.tempodb.compaction.Sweep;

/**
 * What the coordinator does with what it was told: one turn after the other, each of which asks the store, and so blocks. For one
 * thread at a time.
 */
final class Coordination {
    private static final Duration ORPHANS_EVERY = Duration.ofHours(1);
    private static final Logger LOG = LoggerFactory.getLogger(Coordination.class);

    private final CompactionCoordinator coordinator;
    private final Sweep sweep;
    private final IndexUpkeep indexes;
    private final CompactorConfig config;
    private final InstantSource clock;
    private final Metrics metrics;
    private final Map<ActorRef<ToWorker>, Worker> workers = new LinkedHashMap<>();
    private Instant refreshAt = Instant.MIN;
    private Instant orphansAt = Instant.MIN;

    private record Worker(boolean idle, Instant heard) {}

    Coordination(
            CompactionCoordinator coordinator,
            Sweep sweep,
            IndexUpkeep indexes,
            CompactorConfig config,
            InstantSource clock,
            Metrics metrics) {
        this.coordinator = coordinator;
        this.sweep = sweep;
        this.indexes = indexes;
        this.config = config;
        this.clock = clock;
        this.metrics = metrics;
    }

    /**
     * Does what is to be done.
     *
     * @param news what workers said since the last turn
     * @return what they are to be told
     */
    List<Order> turn(List<ToCoordinator> news) {
        List<Order> orders = new ArrayList<>();
        Instant now = clock.instant();
        for (ToCoordinator each : news) {
            attempt("news of a worker", () -> hear(each, now, orders));
        }
        workers.values()
                .removeIf(worker -> worker.heard().plus(config.workerTimeout()).isBefore(now));
        if (!refreshAt.isAfter(now)) {
            refreshAt = now.plus(config.interval());
            attempt("look at jobs and blocks", () -> {
                coordinator.refresh();
                for (UUID block : coordinator.restored()) {
                    metrics.commitRecordRestored();
                    LOG.warn(
                            "compaction: the commit record of block {} was damaged, and put anew from its copy", block);
                }
                coordinator.giveUpSilent(config.workerTimeout());
                sweepBlocks();
            });
            attempt("indexes and directories of blocks", indexes::run);
            report();
        }
        if (!orphansAt.isAfter(now)) {
            orphansAt = now.plus(ORPHANS_EVERY);
            attempt("sweep of orphans", this::sweepOrphans);
        }
        attempt("assignment of jobs", () -> assign(now, orders));
        return orders;
    }

    /** A step that may fail with the store, and is repeated in one of the next turns. */
    private interface Step {
        void run() throws IOException;
    }

    private void attempt(String what, Step step) {
        try {
            step.run();
        } catch (IOException e) {
            metrics.compactionStoreFailed();
            LOG.warn("compaction: {} failed and will be repeated: {}", what, e.toString());
        }
    }

    private void hear(ToCoordinator news, Instant now, List<Order> orders) throws IOException {
        if (news instanceof AtWork at) {
            workers.put(at.worker(), new Worker(at.output().isEmpty(), now));
            if (at.output().isPresent()
                    && !coordinator.heard(
                            at.worker().path().toString(), at.output().get())) {
                orders.add(new Order(at.worker(), new Cancel(at.output().get())));
            }
        } else if (news instanceof Finished finished) {
            workers.put(finished.worker(), new Worker(true, now));
            if (finished.record().isPresent()) {
                coordinator.committed(finished.record().get());
            } else {
                coordinator.emptied(finished.output());
            }
            // The next merge may be one of the new block.
            refreshAt = now;
        } else if (news instanceof Failed failed) {
            workers.put(failed.worker(), new Worker(true, now));
            coordinator.failed(failed.output(), failed.toBlame(), failed.damaged(), failed.reason());
        }
    }

    private void assign(Instant now, List<Order> orders) throws IOException {
        for (Map.Entry<ActorRef<ToWorker>, Worker> worker : workers.entrySet()) {
            if (worker.getValue().idle()) {
                Optional<CompactionJob> job =
                        coordinator.assign(worker.getKey().path().toString());
                if (job.isEmpty()) {
                    return;
                }
                LOG.info("compaction: {} is for {}", job.get(), worker.getKey().path());
                worker.setValue(new Worker(false, now));
                orders.add(new Order(worker.getKey(), new Assign(job.get())));
            }
        }
    }

    private void sweepBlocks() throws IOException {
        Set<UUID> busy = new HashSet<>();
        coordinator.open().forEach(job -> busy.addAll(job.inputs()));
        Sweep.Result removed = sweep.removeBlocks(busy);
        metrics.blocksRemoved("replaced", removed.replacedBlocks());
        metrics.blocksRemoved("expired", removed.expiredBlocks());
        metrics.blocksRemoved("quarantined", removed.quarantinedBlocks());
        if (removed.replacedBlocks() + removed.expiredBlocks() + removed.quarantinedBlocks() > 0) {
            LOG.info(
                    "compaction: {} blocks were deleted that are replaced, {} past their retention, and {} damaged ones",
                    removed.replacedBlocks(),
                    removed.expiredBlocks(),
                    removed.quarantinedBlocks());
        }
        for (UUID lost : removed.lost()) {
            LOG.error("compaction: block {} was deleted, damaged, and nothing of it could be saved", lost);
        }
        for (UUID lost : removed.lostTombstones()) {
            LOG.error(
                    "compaction: tombstone {} was deleted, damaged: if what it hid is seen again, it has to be deleted again",
                    lost);
        }
    }

    private void sweepOrphans() throws IOException {
        Set<UUID> outputs = new HashSet<>();
        coordinator.open().forEach(job -> outputs.add(job.output().blockId()));
        Sweep.Result removed = sweep.removeOrphans(outputs);
        metrics.blocksRemoved("orphan", removed.orphans());
        if (removed.orphans() + removed.abandonedWrites() > 0) {
            LOG.info(
                    "compaction: {} objects without a commit record and {} unfinished uploads were deleted",
                    removed.orphans(),
                    removed.abandonedWrites());
        }
    }

    private void report() {
        CompactionCoordinator.Backlog backlog = coordinator.backlog();
        metrics.compactionBacklog(
                backlog.merges(),
                backlog.bytes(),
                backlog.lagSeconds(),
                coordinator.open().size());
    }
}
