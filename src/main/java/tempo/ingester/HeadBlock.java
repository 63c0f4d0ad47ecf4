package tempo.ingester;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.util.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.ingester.HeadTraces.Generation;
import tempo.ingester.Ingester.AllCut;
import tempo.ingester.Ingester.BlocksChanged;
import tempo.ingester.Ingester.CutAll;
import tempo.ingester.Ingester.FindHead;
import tempo.ingester.Ingester.NameRecent;
import tempo.ingester.Ingester.SearchRecent;
import tempo.ingester.Ingester.ToHead;
import tempo.ingester.Ingester.ToRange;
import tempo.span.SliceBatch;
import tempo.tempodb.FindResult;
import tempo.tempodb.TempoDb;

/**
 * The node's head block: takes finished traces, answers for them, and has blocks cut from them one at a time in a thread that
 * may block. The traces belong to the node, so a restart after an exception loses none.
 */
final class HeadBlock extends AbstractOnMessageBehavior<ToHead> {
    /** Not the context's logger: that one is named after Akka's base class here, and Akka is only heard when it warns. */
    private static final Logger LOG = LoggerFactory.getLogger(HeadBlock.class);

    private static final Duration TICK = Duration.ofSeconds(1);
    private static final long RETRY_MILLIS = 5_000;
    private static final long SEAL_MILLIS = 60_000;

    /** Messages between the actors of one node; they never travel. */
    sealed interface Internal extends ToHead permits Finish, Keep, Tick, CutDone, CutFailed {}

    /**
     * From a range: these traces are finished; {@link TraceRange.Finished} confirms them.
     *
     * @param again it was sent before and not confirmed
     */
    record Finish(int range, long handOverId, List<LiveTrace> traces, boolean again, ActorRef<ToRange> replyTo)
            implements Internal {}

    /**
     * This batch is in the log at a position, and belongs to no range here.
     *
     * @param kept run once it is in the head block
     */
    record Keep(String tenant, ByteString batch, long position, Runnable kept) implements Internal {}

    /** Time to look for what is to be cut. */
    enum Tick implements Internal {
        INSTANCE
    }

    /** From the cutting thread. */
    record CutDone(Generation generation, BlockCut.Result result) implements Internal {}

    /** From the cutting thread. */
    record CutFailed(Generation generation, Throwable cause) implements Internal {}

    private final ActorContext<ToHead> context;
    private final HeadTraces head;
    private final IngesterResources resources;
    private final LogSlices logSlices;
    private final RecentSpans recent;
    private final LongSupplier clock;
    private final List<ActorRef<AllCut>> waitingForAll = new ArrayList<>();
    private long sealedMillis;

    private HeadBlock(
            ActorContext<ToHead> context,
            TimerScheduler<ToHead> timers,
            HeadTraces head,
            IngesterResources resources,
            LogSlices logSlices,
            RecentSpans recent) {
        super(context);
        this.context = context;
        this.head = head;
        this.resources = resources;
        this.logSlices = logSlices;
        this.recent = recent;
        this.clock = resources.clock();
        head.forgetCut();
        timers.startTimerWithFixedDelay(Tick.INSTANCE, TICK);
    }

    static Behavior<ToHead> create(
            HeadTraces head, IngesterResources resources, LogSlices logSlices, RecentSpans recent) {
        return Behaviors.supervise(Behaviors.<ToHead>setup(context -> Behaviors.withTimers(
                        timers -> new HeadBlock(context, timers, head, resources, logSlices, recent))))
                .onFailure(SupervisorStrategy.restart());
    }

    @Override
    public Behavior<ToHead> onMessage(ToHead message) {
        if (message instanceof Finish finish) return onFinish(finish);
        if (message instanceof FindHead find) return onFind(find);
        if (message instanceof Keep keep) return onKeep(keep);
        if (message instanceof Tick) return onTick();
        if (message instanceof CutDone done) return onCutDone(done);
        if (message instanceof CutFailed failed) return onCutFailed(failed);
        if (message instanceof CutAll cutAll) return onCutAll(cutAll);
        if (message instanceof SearchRecent search) return onSearch(search);
        if (message instanceof NameRecent names) return onNames(names);
        throw new AssertionError("no branch for " + message);
    }

    private Behavior<ToHead> onFinish(Finish finish) {
        head.add(finish.traces(), finish.again(), clock.getAsLong());
        finish.replyTo().tell(new TraceRange.Finished(finish.range(), finish.handOverId()));
        return grown();
    }

    private Behavior<ToHead> onKeep(Keep keep) {
        byte[] batch = keep.batch().toArrayUnsafe();
        head.add(keep.tenant(), SliceBatch.view(batch, 0, batch.length), keep.position(), clock.getAsLong());
        keep.kept().run();
        return grown();
    }

    private Behavior<ToHead> grown() {
        countHeld();
        if (!waitingForAll.isEmpty()) {
            head.closeAll();
        }
        startCut();
        return this;
    }

    private void countHeld() {
        resources.budget().changed(head.heldChange());
    }

    private Behavior<ToHead> onFind(FindHead find) {
        SliceRefs refs = head.find(find.tenant(), find.key().high(), find.key().low());
        if (!find.recentBlocks()) {
            logSlices.send(refs, List.of(), List.of(), false, find.question(), find.replyTo());
            return this;
        }
        TempoDb db = resources.db();
        resources.diskExecutor().execute(() -> {
            FindResult blocks = db.find(find.tenant(), find.key());
            List<String> failures = blocks.failures().stream()
                    .map(failure -> "block " + failure.blockId() + ": " + failure.reason())
                    .toList();
            logSlices.send(refs, blocks.values(), failures, false, find.question(), find.replyTo());
        });
        return this;
    }

    private Behavior<ToHead> onSearch(SearchRecent search) {
        recent.answer(search);
        return this;
    }

    private Behavior<ToHead> onNames(NameRecent names) {
        recent.answer(names);
        return this;
    }

    private Behavior<ToHead> onTick() {
        head.expire(clock.getAsLong());
        countHeld();
        if (resources.budget().scarce()) {
            head.closeAll();
        }
        startCut();
        resources.metrics().headBytes(head.bytes());
        resources.metrics().headTraces(head.traces());
        return this;
    }

    private Behavior<ToHead> onCutAll(CutAll cutAll) {
        waitingForAll.add(cutAll.replyTo());
        head.closeAll();
        startCut();
        tellIfAllIsCut("");
        return this;
    }

    private void startCut() {
        long started = clock.getAsLong();
        Generation generation = head.startCut(started);
        if (generation == null) {
            return;
        }
        ActorRef<ToHead> self = context.getSelf();
        CompletableFuture<BlockCut.Result> cut = CompletableFuture.supplyAsync(
                () -> BlockCut.unchecked(new BlockCut(resources.wal(), resources.db()), generation),
                resources.cutExecutor());
        cut.whenComplete((result, failure) -> {
            if (failure == null) {
                self.tell(new CutDone(generation, result));
                resources
                        .metrics()
                        .blockCut(
                                result.block().summary().spans(),
                                result.block().summary().dataBytes(),
                                clock.getAsLong() - started);
            } else {
                self.tell(new CutFailed(generation, failure));
            }
        });
    }

    private Behavior<ToHead> onCutDone(CutDone done) {
        head.committed(done.generation(), clock.getAsLong());
        resources.news().accept(BlocksChanged.of(done.result().block()));
        sealLog();
        if (done.result().slicesLost() > 0) {
            LOG.error(
                    "block {} lacks {} slices whose records in the write-ahead log are damaged",
                    done.result().block().blockId(),
                    done.result().slicesLost());
        }
        LOG.info(
                "block {} of tenant {} committed: {} traces, {} spans, {} bytes",
                done.result().block().blockId(),
                done.generation().tenant,
                done.result().block().summary().traces(),
                done.result().block().summary().spans(),
                done.result().block().summary().dataBytes());
        startCut();
        tellIfAllIsCut("");
        return this;
    }

    /** A segment that is never full would never be released, here and at those who hold copies of its records. */
    private void sealLog() {
        long now = clock.getAsLong();
        if (now - sealedMillis >= SEAL_MILLIS) {
            sealedMillis = now;
            resources.wal().seal();
        }
    }

    private Behavior<ToHead> onCutFailed(CutFailed failed) {
        Throwable cause = failed.cause().getCause() == null
                ? failed.cause()
                : failed.cause().getCause();
        LOG.error(
                "block of tenant {} could not be cut and will be tried again in {} ms: {}",
                failed.generation().tenant,
                RETRY_MILLIS,
                cause.toString());
        resources.metrics().blockCutFailed();
        head.cutFailed(failed.generation(), clock.getAsLong() + RETRY_MILLIS);
        tellWaiting(String.valueOf(cause.getMessage()));
        return this;
    }

    private void tellIfAllIsCut(String failure) {
        if (head.allCommitted()) {
            tellWaiting(failure);
        }
    }

    private void tellWaiting(String failure) {
        waitingForAll.forEach(waiting -> waiting.tell(new AllCut(failure)));
        waitingForAll.clear();
    }
}
