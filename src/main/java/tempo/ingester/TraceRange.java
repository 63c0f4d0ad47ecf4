package tempo.ingester;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tempo.ingester.Ingester.FindLive;
import tempo.ingester.Ingester.Push;
import tempo.ingester.Ingester.PushOutcome;
import tempo.ingester.Ingester.Pushed;
import tempo.ingester.Ingester.ToHead;
import tempo.ingester.Ingester.ToRange;
import tempo.ingester.Ingester.Warm;
import tempo.ingester.Ingester.WarmUp;
import tempo.span.SliceBatch;
import tempo.telemetry.Metrics;
import tempo.tempodb.wal.Wal;
import tempo.tempodb.wal.WalException;

/**
 * The owner of a range: hands slices to the write-ahead log, adds them to the live traces when they are durable and only then
 * acknowledges them, and offers finished traces to the head block. The live traces belong to the node, so a restart after an
 * exception loses none.
 */
final class TraceRange extends AbstractOnMessageBehavior<ToRange> {
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final long RESEND_AFTER_MILLIS = 5_000;

    /** Messages between the actors of one node; they never travel. */
    sealed interface Internal extends ToRange permits Committed, NotCommitted, Finished, Tick, HandOff {}

    /** From the log's committer: the batch of this push is durable. */
    record Committed(Push push, long position) implements Internal {
        @Override
        public int range() {
            return push.range();
        }
    }

    /** From the log: the batch was refused, or may not be durable. */
    record NotCommitted(Push push, WalException reason) implements Internal {
        @Override
        public int range() {
            return push.range();
        }
    }

    /** From the head block: it has the traces of this hand-over. */
    record Finished(int range, long handOverId) implements Internal {}

    /** Time to look for finished traces. */
    record Tick(int range) implements Internal {}

    /** From Cluster Sharding: the range moves to another node, or the node leaves. */
    enum HandOff implements Internal {
        INSTANCE;

        @Override
        public int range() {
            throw new UnsupportedOperationException("a hand-off is sent to the entity, not through the region");
        }
    }

    private final ActorContext<ToRange> context;
    private final int range;
    private final LiveTraces live;
    private final Wal wal;
    private final Acknowledgements acknowledgements;
    private final String node;
    private final LogSlices logSlices;
    private final ActorRef<ToHead> head;
    private final LongSupplier clock;
    private final Metrics metrics;
    private final LocalRanges ranges;
    private final TraceBudget budget;
    private final long startedMillis;

    private TraceRange(
            ActorContext<ToRange> context,
            TimerScheduler<ToRange> timers,
            int range,
            LiveTraces live,
            IngesterResources resources,
            LogSlices logSlices,
            ActorRef<ToHead> head) {
        super(context);
        this.context = context;
        this.range = range;
        this.live = live;
        this.wal = resources.wal();
        this.acknowledgements = resources.acknowledgements();
        this.node = resources.node();
        this.metrics = resources.metrics();
        this.ranges = resources.ranges();
        this.budget = resources.budget();
        this.startedMillis = resources.clock().getAsLong();
        this.logSlices = logSlices;
        this.head = head;
        this.clock = resources.clock();
        ranges.started(range, context.getSelf());
        timers.startTimerWithFixedDelay(new Tick(range), TICK);
    }

    static Behavior<ToRange> create(
            int range, LiveTraces live, IngesterResources resources, LogSlices logSlices, ActorRef<ToHead> head) {
        return Behaviors.supervise(Behaviors.<ToRange>setup(context -> Behaviors.withTimers(
                        timers -> new TraceRange(context, timers, range, live, resources, logSlices, head))))
                .onFailure(SupervisorStrategy.restart());
    }

    @Override
    public Behavior<ToRange> onMessage(ToRange message) {
        if (message instanceof Committed committed) return onCommitted(committed);
        if (message instanceof Push push) return onPush(push);
        if (message instanceof FindLive find) return onFind(find);
        if (message instanceof Tick) return onTick();
        if (message instanceof Finished finished) return onFinished(finished);
        if (message instanceof NotCommitted notCommitted) return onNotCommitted(notCommitted);
        if (message instanceof WarmUp warmUp) return onWarmUp(warmUp);
        if (message instanceof HandOff) return onHandOff();
        throw new AssertionError("no branch for " + message);
    }

    /** A hand-off that took too long ends here: then the head block gets at once what it does not have. */
    @Override
    public Behavior<ToRange> onSignal(Signal signal) {
        if (signal instanceof PostStop) {
            offer(live.finishAll(clock.getAsLong()));
            live.unconfirmed(Long.MAX_VALUE).forEach(this::offerAgain);
            live.left();
            metrics.liveTraces(range, live.liveCount(), live.liveBytes());
            ranges.stopped(range, context.getSelf());
        }
        return this;
    }

    private Behavior<ToRange> onPush(Push push) {
        if (budget.exhausted()) {
            push.replyTo().tell(new Pushed(push.pushId(), range, PushOutcome.FULL, node));
            return this;
        }
        ActorRef<ToRange> self = context.getSelf();
        live.appendStarted();
        wal.append(new PushAppend(
                push.tenant(),
                push.batch(),
                position -> self.tell(new Committed(push, position)),
                reason -> self.tell(new NotCommitted(push, reason))));
        return this;
    }

    private Behavior<ToRange> onCommitted(Committed committed) {
        Push push = committed.push();
        live.appendEnded();
        byte[] batch = push.batch().toArrayUnsafe();
        live.add(push.tenant(), SliceBatch.view(batch, 0, batch.length), committed.position(), clock.getAsLong());
        countHeld();
        acknowledgements.logged(push, committed.position(), node);
        return live.leaving ? handOffOnceQuiet() : this;
    }

    private Behavior<ToRange> onNotCommitted(NotCommitted notCommitted) {
        live.appendEnded();
        Push push = notCommitted.push();
        PushOutcome outcome = outcomeOf(notCommitted.reason());
        push.replyTo().tell(new Pushed(push.pushId(), range, outcome, node));
        return live.leaving ? handOffOnceQuiet() : this;
    }

    static PushOutcome outcomeOf(WalException reason) {
        return reason.reason() == WalException.Reason.FULL ? PushOutcome.FULL : PushOutcome.FAILED;
    }

    private Behavior<ToRange> onFind(FindLive find) {
        SliceRefs refs = live.find(find.tenant(), find.key().high(), find.key().low());
        boolean ownerIsNew = clock.getAsLong() - startedMillis <= live.retainMillis();
        logSlices.send(refs, List.of(), List.of(), ownerIsNew, find.question(), find.replyTo());
        return this;
    }

    private Behavior<ToRange> onWarmUp(WarmUp warmUp) {
        warmUp.replyTo().tell(new Warm(range));
        return this;
    }

    private Behavior<ToRange> onTick() {
        long now = clock.getAsLong();
        offer(budget.scarce() ? live.finishAll(now) : live.finish(now));
        countHeld();
        metrics.liveTraces(range, live.liveCount(), live.liveBytes());
        for (LiveTraces.HandOver handOver : live.unconfirmed(now - RESEND_AFTER_MILLIS)) {
            offerAgain(handOver);
        }
        return live.leaving ? handOffOnceQuiet() : this;
    }

    private void countHeld() {
        budget.changed(live.heldChange());
    }

    private void offer(LiveTraces.@Nullable HandOver handOver) {
        if (handOver != null) {
            head.tell(new HeadBlock.Finish(range, handOver.id, handOver.traces, false, context.getSelf()));
        }
    }

    private void offerAgain(LiveTraces.HandOver handOver) {
        head.tell(new HeadBlock.Finish(range, handOver.id, handOver.traces, true, context.getSelf()));
    }

    private Behavior<ToRange> onFinished(Finished finished) {
        live.confirmed(finished.handOverId(), clock.getAsLong());
        return live.leaving ? handOffOnceQuiet() : this;
    }

    private Behavior<ToRange> onHandOff() {
        live.leaving = true;
        return handOffOnceQuiet();
    }

    /** Everything goes to this node's head block, where every query looks; then the range may live elsewhere. */
    private Behavior<ToRange> handOffOnceQuiet() {
        if (live.appendsPending()) {
            return this;
        }
        offer(live.finishAll(clock.getAsLong()));
        if (!live.unconfirmed(Long.MAX_VALUE).isEmpty()) {
            return this;
        }
        live.clear();
        countHeld();
        return Behaviors.stopped();
    }
}
