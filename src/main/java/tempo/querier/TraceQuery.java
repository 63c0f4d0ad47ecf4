package tempo.querier;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import tempo.ingester.Ingester.FindHead;
import tempo.ingester.Ingester.FindLive;
import tempo.ingester.Ingester.ToHead;
import tempo.ingester.Ingester.TracePart;
import tempo.ingester.RangeOwners;
import tempo.span.TraceKey;
import tempo.tempodb.FindResult;

/**
 * One query for one trace: asks the owner of its range, all head blocks and the stored blocks at once, waits for all of them or
 * the deadline, has the fragments merged, and stops.
 */
final class TraceQuery extends AbstractOnMessageBehavior<TraceQuery.Command> {
    private static final String LIVE = "live traces";
    private static final Duration ASK_AGAIN = Duration.ofSeconds(1);

    /** So much is merged in less time than another thread takes to wake up twice. */
    private static final long MERGED_HERE_BYTES_MAX = 64 << 10;

    /** What this actor receives. */
    sealed interface Command permits Part, Blocks, AskAgain, Deadline {}

    /** From a range or head block. */
    record Part(TracePart part) implements Command {}

    /** From the thread that looked into the stored blocks. */
    record Blocks(FindResult result) implements Command {}

    /** Time to ask the owner of the range once more, if it has not answered: a message may be lost while a range moves. */
    enum AskAgain implements Command {
        INSTANCE
    }

    /** The places have had their time. */
    enum Deadline implements Command {
        INSTANCE
    }

    /**
     * What the queries of a node have in common.
     *
     * @param places what a query asks
     * @param disk threads that may block
     * @param config deadline and largest answer
     */
    record Means(Querier.Places places, Executor disk, QuerierConfig config) {}

    /**
     * What is known of the cluster when a query starts.
     *
     * @param heads the head blocks of all nodes
     * @param membersWithoutHead members that cannot be asked
     * @param blocksKnown done once all blocks are known of the nodes that are gone
     */
    record Known(Set<ActorRef<ToHead>> heads, List<String> membersWithoutHead, CompletableFuture<Void> blocksKnown) {}

    private final ActorContext<Command> context;
    private final Queries.FindTrace find;
    private final TraceKey key;
    private final Querier.Places places;
    private final Executor disk;
    private final Known known;
    private final TraceFragments fragments;
    private final ActorRef<TracePart> parts;

    /** The places that were asked, by the number of the question. */
    private final List<String> asked = new ArrayList<>();

    private TraceQuery(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            Queries.FindTrace find,
            Means means,
            Known known) {
        super(context);
        this.context = context;
        this.find = find;
        this.key = TraceKey.of(find.id());
        this.places = means.places();
        this.disk = means.disk();
        this.known = known;
        this.fragments = new TraceFragments(means.config().traceBytesMax());
        this.parts = context.messageAdapter(TracePart.class, Part::new);
        fragments.expect(LIVE);
        if (!askLive()) {
            fragments.answered(LIVE, LIVE, List.of());
        }
        known.membersWithoutHead()
                .forEach(member -> fragments.missing("head block of " + member + ", which is not known"));
        places.owed()
                .get()
                .forEach(log -> fragments.missing("spans that " + log + " had not stored yet, whose node is gone"));
        askHeads("");
        fragments.expect("blocks");
        askBlocks();
        timers.startTimerWithFixedDelay(AskAgain.INSTANCE, ASK_AGAIN);
        timers.startSingleTimer(Deadline.INSTANCE, means.config().deadline());
    }

    static Behavior<Command> create(Queries.FindTrace find, Means means, Known known) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new TraceQuery(context, timers, find, means, known)));
    }

    /** Asks the owner of the range; false if nobody has to be asked or nobody can be. */
    private boolean askLive() {
        int range = key.range(places.rangeCount());
        RangeOwners.Owner owner = places.owners().of(range);
        if (owner.unreachable()) {
            fragments.missing("live traces, since their ingesters cannot be asked");
        }
        if (owner.toAsk() == null) {
            return false;
        }
        owner.toAsk().tell(new FindLive(find.tenant(), range, key, question(LIVE), parts));
        return true;
    }

    private void askHeads(String time) {
        for (ActorRef<ToHead> head : known.heads()) {
            boolean local = places.localHead().filter(head::equals).isPresent();
            String place = (local
                            ? "head block"
                            : "head block of " + head.path().address().hostPort())
                    + time;
            fragments.expect(place);
            head.tell(new FindHead(find.tenant(), key, !local, question(place), parts));
        }
    }

    /** Looks into the blocks at once if that is enough to know that none of them holds the trace; else in a thread that may block. */
    private void askBlocks() {
        CompletableFuture<Void> blocksKnown = known.blocksKnown();
        if (blocksKnown.isDone() && !blocksKnown.isCompletedExceptionally()) {
            Optional<FindResult> result = places.db().findWithoutReading(find.tenant(), key);
            if (result.isPresent()) {
                context.getSelf().tell(new Blocks(result.get()));
                return;
            }
        }
        ActorRef<Command> self = context.getSelf();
        blocksKnown.thenRunAsync(() -> self.tell(new Blocks(places.db().find(find.tenant(), key))), disk);
    }

    /** The number of a new question to this place. */
    private int question(String place) {
        asked.add(place);
        return asked.size() - 1;
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        if (message instanceof Part part) return onPart(part);
        if (message instanceof Blocks blocks) return onBlocks(blocks);
        if (message instanceof AskAgain) return onAskAgain();
        if (message instanceof Deadline) return onDeadline();
        throw new AssertionError("no branch for " + message);
    }

    private Behavior<Command> onPart(Part received) {
        TracePart part = received.part();
        fragments.add(part.source(), part.otlp().toArrayUnsafe());
        if (part.last()) {
            fragments.answered(asked.get(part.question()), part.source(), part.failures());
            if (part.ownerIsNew()) {
                askHeads(", asked again");
            }
        }
        return finishIfComplete();
    }

    private Behavior<Command> onBlocks(Blocks blocks) {
        FindResult result = blocks.result();
        result.values().forEach(value -> fragments.add("blocks", value));
        List<String> failures = result.failures().stream()
                .map(failure -> "block " + failure.blockId() + ": " + failure.reason())
                .toList();
        fragments.answered("blocks", "blocks", failures);
        return finishIfComplete();
    }

    private Behavior<Command> onAskAgain() {
        if (!fragments.waitsFor(LIVE) || askLive()) {
            return this;
        }
        // What was live went to the head block since it was asked.
        fragments.answered(LIVE, LIVE, List.of());
        askHeads(", asked again");
        return finishIfComplete();
    }

    private Behavior<Command> onDeadline() {
        fragments.giveUp();
        return finishIfComplete();
    }

    private Behavior<Command> finishIfComplete() {
        if (!fragments.complete()) {
            return this;
        }
        if (fragments.bytes() <= MERGED_HERE_BYTES_MAX) {
            merge();
        } else {
            disk.execute(this::merge);
        }
        return Behaviors.stopped();
    }

    private void merge() {
        try {
            find.answer().complete(fragments.merge());
        } catch (RuntimeException | Error failure) {
            find.answer().completeExceptionally(failure);
        }
    }
}
