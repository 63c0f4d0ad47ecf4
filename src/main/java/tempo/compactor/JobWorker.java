package tempo.compactor;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.compactor.Compactor.Assign;
import tempo.compactor.Compactor.AtWork;
import tempo.compactor.Compactor.Cancel;
import tempo.compactor.Compactor.Failed;
import tempo.compactor.Compactor.Finished;
import tempo.compactor.Compactor.Heartbeat;
import tempo.compactor.Compactor.Leave;
import tempo.compactor.Compactor.RunDone;
import tempo.compactor.Compactor.RunFailed;
import tempo.compactor.Compactor.ToCoordinator;
import tempo.compactor.Compactor.ToWorker;
import tempo.telemetry.Metrics;
import tempo.tempodb.TempoDb;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockSalvage;
import tempo.tempodb.compaction.BadInputException;
import tempo.tempodb.compaction.CompactionJob;
import tempo.tempodb.compaction.CompactionRun;

/** Does one job of compaction at a time, and tells the coordinator what it is at, wherever that is. */
final class JobWorker extends AbstractOnMessageBehavior<ToWorker> {
    private static final Logger LOG = LoggerFactory.getLogger(JobWorker.class);

    private static final Duration HEARTBEAT = Duration.ofSeconds(2);

    /** A job that takes longer is given up here, so that nobody ever waits longer for what its record says. */
    private static final Duration JOB_TIME_MAX = Duration.ofHours(1);

    private final ActorContext<ToWorker> context;
    private final Means means;
    private @Nullable CompactionRun run;
    private Optional<UUID> output = Optional.empty();
    private long startedNanos;
    private boolean leaving;

    /**
     * What a worker works with.
     *
     * @param coordinator wherever it is
     * @param blocking runs merges
     * @param readers reads ahead for them
     * @param committed told of each block that was committed here
     */
    record Means(
            ActorRef<ToCoordinator> coordinator,
            TempoDb db,
            ObjectStore store,
            Executor blocking,
            Executor readers,
            Consumer<BlockMeta> committed,
            InstantSource clock,
            LongSupplier nanoClock,
            Metrics metrics) {}

    private JobWorker(ActorContext<ToWorker> context, TimerScheduler<ToWorker> timers, Means means) {
        super(context);
        this.context = context;
        this.means = means;
        timers.startTimerWithFixedDelay(Heartbeat.INSTANCE, HEARTBEAT);
    }

    static Behavior<ToWorker> create(Means means) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> new JobWorker(context, timers, means)));
    }

    @Override
    public Behavior<ToWorker> onMessage(ToWorker message) {
        if (message instanceof Heartbeat) return onHeartbeat();
        if (message instanceof Assign assign) return onAssign(assign);
        if (message instanceof Cancel cancel) return onCancel(cancel);
        if (message instanceof RunDone done) return onDone(done);
        if (message instanceof RunFailed failed) return onFailed(failed);
        if (message instanceof Leave leave) return onLeave(leave);
        throw new AssertionError("no branch for " + message);
    }

    private Behavior<ToWorker> onHeartbeat() {
        if (!leaving) {
            means.coordinator().tell(new AtWork(context.getSelf(), output));
        }
        if (run != null && means.nanoClock().getAsLong() - startedNanos > JOB_TIME_MAX.toNanos()) {
            run.cancel();
        }
        return this;
    }

    private Behavior<ToWorker> onAssign(Assign assign) {
        if (leaving || run != null) {
            // It is heard of no more than by what this worker is at, and so given up.
            return this;
        }
        CompactionJob assigned = assign.job();
        CompactionRun begun = new CompactionRun(assigned, means.db(), means.store(), means.clock(), means.readers());
        run = begun;
        output = Optional.of(assigned.output().blockId());
        startedNanos = means.nanoClock().getAsLong();
        context.pipeToSelf(
                CompletableFuture.supplyAsync(() -> run(begun), means.blocking()),
                (output, failure) ->
                        failure == null ? new RunDone(assigned, output) : new RunFailed(assigned, causeOf(failure)));
        return this;
    }

    private static Optional<BlockMeta> run(CompactionRun run) {
        try {
            return run.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Behavior<ToWorker> onCancel(Cancel cancel) {
        if (run != null && output.equals(Optional.of(cancel.output()))) {
            run.cancel();
        }
        return this;
    }

    private Behavior<ToWorker> onDone(RunDone done) {
        for (BlockSalvage.Report salvaged : run == null ? List.<BlockSalvage.Report>of() : run.salvaged()) {
            means.metrics().blockSalvaged(salvaged.spans());
            LOG.warn(
                    "compaction: {} salvaged {} spans of a damaged block; groups that are lost: {}, for want of segments {}",
                    done.job(),
                    salvaged.spans(),
                    salvaged.groupsLost(),
                    salvaged.segmentsLost());
        }
        done.output().ifPresent(block -> {
            long nanos = means.nanoClock().getAsLong() - startedNanos;
            long bytesRead = run == null ? 0 : run.bytesRead();
            means.metrics().compacted(bytesRead, block.summary().dataBytes(), nanos);
            LOG.info(
                    "compaction: {} is done: {} bytes were read and {} written, with {} spans, in {} ms",
                    done.job(),
                    bytesRead,
                    block.summary().dataBytes(),
                    block.summary().spans(),
                    nanos / 1_000_000);
            means.committed().accept(block);
        });
        forget();
        means.coordinator()
                .tell(new Finished(context.getSelf(), done.job().output().blockId(), done.output()));
        return this;
    }

    private Behavior<ToWorker> onFailed(RunFailed failed) {
        means.metrics().compactionFailed();
        Optional<UUID> toBlame = Optional.empty();
        boolean damaged = false;
        if (failed.cause() instanceof BadInputException bad) {
            toBlame = Optional.of(bad.blockId());
            damaged = bad.damaged();
        }
        String reason = failed.cause().toString();
        LOG.warn("compaction: {} failed: {}", failed.job(), reason);
        forget();
        means.coordinator()
                .tell(new Failed(context.getSelf(), failed.job().output().blockId(), reason, toBlame, damaged));
        return this;
    }

    private Behavior<ToWorker> onLeave(Leave leave) {
        leaving = true;
        if (run != null) {
            run.cancel();
        }
        leave.replyTo().tell(Done.getInstance());
        return this;
    }

    private void forget() {
        run = null;
        output = Optional.empty();
    }

    private static Throwable causeOf(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof UncheckedIOException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
