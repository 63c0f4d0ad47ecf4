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
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
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
import tempo.tempodb.compaction.BadInputException;
import tempo.tempodb.compaction.CompactionJob;
import tempo.tempodb.compaction.CompactionRun;

/** Does one job of compaction at a time, and tells the coordinator what it is at, wherever that is. */
final class JobWorker extends AbstractOnMessageBehavior<ToWorker> {
    private static final Duration HEARTBEAT = Duration.ofSeconds(2);

    /** A job that takes longer is given up here, so that nobody ever waits longer for what its record says. */
    private static final Duration JOB_TIME_MAX = Duration.ofHours(1);

    private final ActorContext<ToWorker> context;
    private final Means means;
    private @Nullable CompactionRun run;
    private long job;
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
            means.coordinator().tell(new AtWork(context.getSelf(), job));
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
        CompactionRun begun = new CompactionRun(assigned, means.db(), means.store(), means.readers());
        run = begun;
        job = assigned.number();
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
        if (run != null && job == cancel.job()) {
            run.cancel();
        }
        return this;
    }

    private Behavior<ToWorker> onDone(RunDone done) {
        done.output().ifPresent(output -> {
            long nanos = means.nanoClock().getAsLong() - startedNanos;
            long bytesRead = run == null ? 0 : run.bytesRead();
            means.metrics().compacted(bytesRead, output.summary().dataBytes(), nanos);
            context.getLog()
                    .info(
                            "compaction: {} is done: {} bytes were read and {} written, with {} spans, in {} ms",
                            done.job(),
                            bytesRead,
                            output.summary().dataBytes(),
                            output.summary().spans(),
                            nanos / 1_000_000);
            means.committed().accept(output);
        });
        forget();
        means.coordinator().tell(new Finished(context.getSelf(), done.job().number(), done.output()));
        return this;
    }

    private Behavior<ToWorker> onFailed(RunFailed failed) {
        means.metrics().compactionFailed();
        Optional<UUID> damaged =
                failed.cause() instanceof BadInputException bad ? Optional.of(bad.blockId()) : Optional.empty();
        String reason = failed.cause().toString();
        context.getLog().warn("compaction: {} failed: {}", failed.job(), reason);
        forget();
        means.coordinator().tell(new Failed(context.getSelf(), failed.job().number(), reason, damaged));
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
        job = 0;
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
