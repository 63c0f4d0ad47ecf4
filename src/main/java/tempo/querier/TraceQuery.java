package tempo.querier;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import tempo.ingester.Ingester.FindHead;
import tempo.ingester.Ingester.FindLive;
import tempo.ingester.Ingester.ToHead;
import tempo.ingester.Ingester.TracePart;
import tempo.span.TraceKey;
import tempo.tempodb.FindResult;

/**
 * One query for one trace: asks the owner of its range, all head blocks and the stored blocks at once, waits for all of them or
 * the deadline, has the fragments merged, and stops.
 */
final class TraceQuery extends AbstractOnMessageBehavior<TraceQuery.Command> {
    private static final String LIVE = "live traces";
    private static final Duration ASK_AGAIN = Duration.ofSeconds(1);

    /** What this actor receives. */
    sealed interface Command permits Part, Blocks, AskAgain, Deadline {}

    /** From a range or head block. */
    record Part(String place, TracePart part) implements Command {}

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

    private final ActorContext<Command> context;
    private final Queries.FindTrace find;
    private final TraceKey key;
    private final Set<ActorRef<ToHead>> heads;
    private final Querier.Places places;
    private final Executor disk;
    private final CompletableFuture<TraceAnswer> answer;
    private final TraceFragments fragments;

    private TraceQuery(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            Queries.FindTrace find,
            Set<ActorRef<ToHead>> heads,
            List<String> membersWithoutHead,
            Querier.Places places,
            CompletableFuture<Void> blocksKnown,
            Executor disk,
            QuerierConfig config) {
        super(context);
        this.disk = disk;
        this.answer = find.answer();
        this.fragments = new TraceFragments(config.traceBytesMax());
        this.context = context;
        this.find = find;
        this.key = TraceKey.of(find.id());
        this.heads = heads;
        this.places = places;
        if (!places.rangesHandedOver().getAsBoolean()) {
            fragments.expect(LIVE);
            askLive();
        } else if (heads.size() > 1) {
            // The range lives on another node now, which this one can no longer ask.
            fragments.missing("live traces of other nodes, since this node is leaving the cluster");
        }
        membersWithoutHead.forEach(member -> fragments.missing("head block of " + member + ", which is not known"));
        askHeads("");
        fragments.expect("blocks");
        ActorRef<Command> self = context.getSelf();
        blocksKnown.thenRunAsync(() -> self.tell(new Blocks(places.db().find(find.tenant(), key))), disk);
        timers.startTimerWithFixedDelay(AskAgain.INSTANCE, ASK_AGAIN);
        timers.startSingleTimer(Deadline.INSTANCE, config.deadline());
    }

    static Behavior<Command> create(
            Queries.FindTrace find,
            Set<ActorRef<ToHead>> heads,
            List<String> membersWithoutHead,
            Querier.Places places,
            CompletableFuture<Void> blocksKnown,
            Executor disk,
            QuerierConfig config) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers ->
                new TraceQuery(context, timers, find, heads, membersWithoutHead, places, blocksKnown, disk, config)));
    }

    private void askLive() {
        int range = key.range(places.rangeCount());
        places.region().tell(new FindLive(find.tenant(), range, key, parts(context, LIVE)));
    }

    private void askHeads(String time) {
        for (ActorRef<ToHead> head : heads) {
            boolean local = head.equals(places.localHead());
            String place = (local
                            ? "head block"
                            : "head block of " + head.path().address().hostPort())
                    + time;
            fragments.expect(place);
            head.tell(new FindHead(find.tenant(), key, !local, parts(context, place)));
        }
    }

    /** One small actor per place, since a reply does not say which question it answers. */
    private static ActorRef<TracePart> parts(ActorContext<Command> context, String place) {
        ActorRef<Command> self = context.getSelf();
        return context.spawnAnonymous(Behaviors.receive(TracePart.class)
                .onMessage(TracePart.class, part -> {
                    self.tell(new Part(place, part));
                    return part.last() ? Behaviors.stopped() : Behaviors.same();
                })
                .build());
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
            fragments.answered(received.place(), part.source(), part.failures());
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
        if (!fragments.waitsFor(LIVE)) {
            return this;
        }
        if (!places.rangesHandedOver().getAsBoolean()) {
            askLive();
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
        disk.execute(() -> {
            try {
                answer.complete(fragments.merge());
            } catch (RuntimeException | Error failure) {
                answer.completeExceptionally(failure);
            }
        });
        return Behaviors.stopped();
    }
}
