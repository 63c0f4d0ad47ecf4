package tempo.querier;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.pubsub.Topic;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.ingester.Ingester;
import tempo.ingester.Ingester.BlocksChanged;
import tempo.ingester.Ingester.ToHead;
import tempo.span.TraceId;
import tempo.telemetry.Metrics;

/** Knows the head blocks of all nodes and keeps the list of blocks fresh; starts one {@link TraceQuery} for each query. */
final class Queries extends AbstractOnMessageBehavior<Queries.Command> {
    private static final Logger LOG = LoggerFactory.getLogger(Queries.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    /** What this actor receives. */
    sealed interface Command permits FindTrace, TellKnown, HeadsChanged, AwaitHeads, NewBlocks, PollTick {}

    /** From {@link Querier}: find this trace. */
    record FindTrace(String tenant, TraceId id, CompletableFuture<TraceAnswer> answer) implements Command {}

    /** From a search: whom is there to ask? */
    record TellKnown(CompletableFuture<TraceQuery.Known> known) implements Command {}

    /** From the receptionist. */
    record HeadsChanged(Set<ActorRef<ToHead>> heads) implements Command {}

    /** From {@link Querier}: complete this once the head blocks of all members are known. */
    record AwaitHeads(CompletableFuture<Boolean> known) implements Command {}

    /** From a node that has committed a block, or deleted something. */
    record NewBlocks(BlocksChanged changed) implements Command {}

    /** Time to look for blocks of which no news came. */
    enum PollTick implements Command {
        INSTANCE
    }

    private final ActorContext<Command> context;
    private final Querier.Places places;
    private final TraceQuery.Means means;
    private final BlockPolls polls;
    private final Cluster cluster;
    private final List<CompletableFuture<Boolean>> waitingForHeads = new ArrayList<>();
    private Set<ActorRef<ToHead>> heads;

    /** Done once all blocks are known of the nodes that cannot be asked any more. */
    private CompletableFuture<Void> blocksKnown;

    private Queries(
            ActorContext<Command> context, TimerScheduler<Command> timers, TraceQuery.Means means, Metrics metrics) {
        super(context);
        this.context = context;
        this.places = means.places();
        this.means = means;
        this.heads = places.localHead().map(Set::of).orElse(Set.of());
        this.cluster = Cluster.get(context.getSystem());
        ActorRef<Receptionist.Listing> listings = context.messageAdapter(
                Receptionist.Listing.class, listing -> new HeadsChanged(listing.getAllServiceInstances(Ingester.HEAD)));
        context.getSystem().receptionist().tell(Receptionist.subscribe(Ingester.HEAD, listings));
        this.polls = new BlockPolls(() -> poll(metrics), means.disk(), RETRY_AFTER);
        this.blocksKnown = polls.request();
        places.blocksChanged().tell(Topic.subscribe(context.messageAdapter(BlocksChanged.class, NewBlocks::new)));
        timers.startTimerWithFixedDelay(PollTick.INSTANCE, places.blocklist().pollInterval());
    }

    /** What finds could not read is marked as damaged first, and known to be so after the poll. */
    private void poll(Metrics metrics) throws IOException {
        places.db().markSuspects().forEach((block, reason) -> {
            metrics.blockMarked();
            LOG.warn("block {} is marked as damaged: {}", block.blockId(), reason);
        });
        places.db().poll();
    }

    static Behavior<Command> create(TraceQuery.Means means, Metrics metrics) {
        return Behaviors.supervise(Behaviors.<Command>setup(
                        context -> Behaviors.withTimers(timers -> new Queries(context, timers, means, metrics))))
                .onFailure(SupervisorStrategy.restart().withStopChildren(false));
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        if (message instanceof FindTrace find) return onFindTrace(find);
        if (message instanceof TellKnown tell) return onTellKnown(tell);
        if (message instanceof HeadsChanged changed) return onHeadsChanged(changed);
        if (message instanceof AwaitHeads await) return onAwaitHeads(await);
        if (message instanceof NewBlocks news) return onNewBlocks(news.changed());
        if (message instanceof PollTick) return onPoll();
        throw new AssertionError("no branch for " + message);
    }

    private Behavior<Command> onFindTrace(FindTrace find) {
        context.spawnAnonymous(TraceQuery.create(find, means, known()));
        return this;
    }

    private Behavior<Command> onTellKnown(TellKnown tell) {
        tell.known().complete(known());
        return this;
    }

    private TraceQuery.Known known() {
        return new TraceQuery.Known(Set.copyOf(heads), membersWithoutHead(), blocksKnown);
    }

    private Behavior<Command> onHeadsChanged(HeadsChanged changed) {
        HashSet<ActorRef<ToHead>> all = new HashSet<>(changed.heads());
        places.localHead().ifPresent(all::add);
        if (!all.containsAll(heads)) {
            // What a node that has gone had cut is in its blocks, of which nobody else answers now.
            blocksKnown = polls.request();
        }
        heads = all;
        tellIfAllAreKnown();
        return this;
    }

    private Behavior<Command> onAwaitHeads(AwaitHeads await) {
        waitingForHeads.add(await.known());
        tellIfAllAreKnown();
        return this;
    }

    private void tellIfAllAreKnown() {
        if (!waitingForHeads.isEmpty() && membersWithoutHead().isEmpty()) {
            waitingForHeads.forEach(waiting -> waiting.complete(true));
            waitingForHeads.clear();
        }
    }

    /** Members that may hold spans but whose head block nobody has told of yet, or not any more: they cannot be asked. */
    private List<String> membersWithoutHead() {
        Set<Address> known = new HashSet<>();
        for (ActorRef<ToHead> head : heads) {
            known.add(head.path().address());
        }
        List<String> unknown = new ArrayList<>();
        Address self = cluster.selfMember().address();
        for (Member member : cluster.state().getMembers()) {
            boolean holdsSpans =
                    member.hasRole(Ingester.ROLE) && !member.status().equals(MemberStatus.joining());
            if (holdsSpans && !member.address().equals(self) && !known.contains(member.address())) {
                unknown.add(member.address().hostPort());
            }
        }
        return unknown;
    }

    private Behavior<Command> onNewBlocks(BlocksChanged changed) {
        means.disk().execute(() -> {
            try {
                places.db().learn(changed.name(), changed.object().toArray());
            } catch (IOException e) {
                LOG.warn("news of {} was not understood, so blocks are listed: {}", changed.name(), e.toString());
                polls.request();
            }
        });
        return this;
    }

    private Behavior<Command> onPoll() {
        polls.request();
        return this;
    }
}
