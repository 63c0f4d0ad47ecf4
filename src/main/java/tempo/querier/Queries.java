package tempo.querier;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import tempo.ingester.Ingester;
import tempo.ingester.Ingester.ToHead;
import tempo.span.TraceId;

/** Knows the head blocks of all nodes and starts one {@link TraceQuery} for each query. */
final class Queries extends AbstractOnMessageBehavior<Queries.Command> {
    /** What this actor receives. */
    sealed interface Command permits FindTrace, HeadsChanged {}

    /** From {@link Querier}: find this trace. */
    record FindTrace(String tenant, TraceId id, CompletableFuture<TraceAnswer> answer) implements Command {}

    /** From the receptionist. */
    record HeadsChanged(Set<ActorRef<ToHead>> heads) implements Command {}

    private final ActorContext<Command> context;
    private final Querier.Places places;
    private final Executor disk;
    private final QuerierConfig config;
    private Set<ActorRef<ToHead>> heads;

    private Queries(ActorContext<Command> context, Querier.Places places, Executor disk, QuerierConfig config) {
        super(context);
        this.context = context;
        this.places = places;
        this.disk = disk;
        this.config = config;
        this.heads = Set.of(places.localHead());
        ActorRef<Receptionist.Listing> listings = context.messageAdapter(
                Receptionist.Listing.class, listing -> new HeadsChanged(listing.getServiceInstances(Ingester.HEAD)));
        context.getSystem().receptionist().tell(Receptionist.subscribe(Ingester.HEAD, listings));
    }

    static Behavior<Command> create(Querier.Places places, Executor disk, QuerierConfig config) {
        return Behaviors.supervise(Behaviors.<Command>setup(context -> new Queries(context, places, disk, config)))
                .onFailure(SupervisorStrategy.restart().withStopChildren(false));
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        if (message instanceof FindTrace find) return onFindTrace(find);
        if (message instanceof HeadsChanged changed) return onHeadsChanged(changed);
        throw new AssertionError("no branch for " + message);
    }

    private Behavior<Command> onFindTrace(FindTrace find) {
        context.spawnAnonymous(TraceQuery.create(find, Set.copyOf(heads), places, disk, config));
        return this;
    }

    private Behavior<Command> onHeadsChanged(HeadsChanged changed) {
        HashSet<ActorRef<ToHead>> all = new HashSet<>(changed.heads());
        all.add(places.localHead());
        heads = all;
        return this;
    }
}
