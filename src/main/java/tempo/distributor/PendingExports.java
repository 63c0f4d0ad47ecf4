package tempo.distributor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.util.ByteString;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import tempo.ingester.Ingester.Push;
import tempo.ingester.Ingester.PushOutcome;
import tempo.ingester.Ingester.Pushed;
import tempo.ingester.Ingester.ToRange;
import tempo.span.Refusal;
import tempo.span.SplitRequest.RangeBatch;

/** Sends the batches of each export to their ranges, counts the replies, and gives up on those that are past the deadline. */
final class PendingExports extends AbstractOnMessageBehavior<PendingExports.Command> {
    private static final Duration TICK = Duration.ofMillis(250);

    /** What this actor receives. */
    sealed interface Command permits Export, Reply, Tick {}

    /**
     * From {@link Distributor}: send these batches.
     *
     * @param stored completed with empty when all are durable, else with the reason why the request failed
     */
    record Export(String tenant, List<RangeBatch> batches, CompletableFuture<Optional<Refusal>> stored)
            implements Command {}

    /** From the owner of a range. */
    record Reply(Pushed pushed) implements Command {}

    /** Time to look at the deadlines. */
    enum Tick implements Command {
        INSTANCE
    }

    private final ActorRef<ToRange> region;
    private final ActorRef<Pushed> replies;
    private final long deadlineMillis;
    private final LongSupplier clock;
    /** In the order of their deadlines, since all have the same time. */
    private final Map<Long, Pending> pending = new LinkedHashMap<>();

    private long nextRequestId;

    private static final class Pending {
        private final CompletableFuture<Optional<Refusal>> stored;
        private final long startedMillis;
        private int repliesMissing;
        private Optional<Refusal> failure = Optional.empty();

        Pending(CompletableFuture<Optional<Refusal>> stored, long startedMillis, int repliesMissing) {
            this.stored = stored;
            this.startedMillis = startedMillis;
            this.repliesMissing = repliesMissing;
        }
    }

    private PendingExports(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            ActorRef<ToRange> region,
            long deadlineMillis,
            LongSupplier clock) {
        super(context);
        this.region = region;
        this.deadlineMillis = deadlineMillis;
        this.clock = clock;
        this.replies = context.messageAdapter(Pushed.class, Reply::new);
        timers.startTimerWithFixedDelay(Tick.INSTANCE, TICK);
    }

    static Behavior<Command> create(ActorRef<ToRange> region, long deadlineMillis, LongSupplier clock) {
        return Behaviors.supervise(Behaviors.<Command>setup(context -> Behaviors.withTimers(
                        timers -> new PendingExports(context, timers, region, deadlineMillis, clock))))
                .onFailure(SupervisorStrategy.restart());
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        if (message instanceof Reply reply) return onReply(reply.pushed());
        if (message instanceof Export export) return onExport(export);
        if (message instanceof Tick) return onTick();
        throw new AssertionError("no branch for " + message);
    }

    private Behavior<Command> onExport(Export export) {
        long requestId = nextRequestId++;
        pending.put(
                requestId,
                new Pending(export.stored(), clock.getAsLong(), export.batches().size()));
        for (RangeBatch batch : export.batches()) {
            region.tell(new Push(
                    export.tenant(), batch.range(), requestId, ByteString.fromArrayUnsafe(batch.batch()), replies));
        }
        return this;
    }

    private Behavior<Command> onReply(Pushed pushed) {
        Pending request = pending.get(pushed.requestId());
        if (request == null) {
            return this;
        }
        if (pushed.outcome() != PushOutcome.DURABLE && request.failure.isEmpty()) {
            request.failure =
                    Optional.of(pushed.outcome() == PushOutcome.FULL ? Refusal.STORAGE_FULL : Refusal.UNAVAILABLE);
        }
        if (--request.repliesMissing == 0) {
            pending.remove(pushed.requestId());
            request.stored.complete(request.failure);
        }
        return this;
    }

    private Behavior<Command> onTick() {
        long startedBefore = clock.getAsLong() - deadlineMillis;
        pending.values().removeIf(request -> {
            boolean late = request.startedMillis < startedBefore;
            if (late) {
                request.stored.complete(Optional.of(Refusal.UNAVAILABLE));
            }
            return late;
        });
        return this;
    }
}
