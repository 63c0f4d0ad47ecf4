package tempo.querier;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Props;
import akka.actor.typed.pubsub.Topic;
import akka.util.ByteString;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import tempo.ingester.Ingester.BlocksChanged;
import tempo.ingester.Ingester.ToHead;
import tempo.ingester.RangeOwners;
import tempo.span.TraceId;
import tempo.span.TraceKey;
import tempo.telemetry.Metrics;
import tempo.tempodb.TempoDb;
import tempo.tempodb.blocklist.Tombstone;
import tempo.tempodb.scan.SpanCriteria;
import tempo.tempodb.scan.SpanNames;

/** Answers queries from live traces, head blocks and stored blocks, all of them, always. Thread-safe. */
public final class Querier implements TraceSource {
    /** Most traces that a search finds. */
    public static final int LIMIT_MAX = 1_500;

    private final ActorRef<Queries.Command> queries;
    private final Places places;
    private final Executor disk;
    private final Searches searches;
    private final Metrics metrics;
    private final LongSupplier nanoClock;

    private Querier(
            ActorRef<Queries.Command> queries,
            TraceQuery.Means means,
            Searches searches,
            Metrics metrics,
            LongSupplier nanoClock) {
        this.places = means.places();
        this.disk = means.disk();
        this.searches = searches;
        this.queries = queries;
        this.metrics = metrics;
        this.nanoClock = nanoClock;
    }

    /**
     * What a query asks.
     *
     * @param owners whom to ask for live traces
     * @param owed logs of nodes that are gone whose spans may be nowhere to be found now
     * @param localHead the head block of this node, if it has one, which knows that this node knows all blocks that it cuts
     * @param db the stored blocks
     * @param rangeCount how many ranges the key space has
     * @param blocksChanged where nodes tell each other of new blocks
     * @param blocklist how often to look for blocks all the same
     */
    public record Places(
            RangeOwners owners,
            Supplier<List<String>> owed,
            Optional<ActorRef<ToHead>> localHead,
            TempoDb db,
            int rangeCount,
            ActorRef<Topic.Command<BlocksChanged>> blocksChanged,
            BlocklistConfig blocklist) {}

    /** Starts the querier of this node. */
    public static Querier start(
            ActorSystem<?> system, Places places, QuerierConfig config, Metrics metrics, LongSupplier nanoClock) {
        Executor disk = system.dispatchers().lookup(DispatcherSelector.fromConfig("akka.actor.tempo-disk-dispatcher"));
        Executor search =
                system.dispatchers().lookup(DispatcherSelector.fromConfig("akka.actor.tempo-search-dispatcher"));
        TraceQuery.Means means = new TraceQuery.Means(places, disk, config);
        ActorRef<Queries.Command> queries =
                system.systemActorOf(Queries.create(means, metrics), "querier", Props.empty());
        return new Querier(queries, means, new Searches(means, search, system.scheduler()), metrics, nanoClock);
    }

    /** Completes with true once all members of the cluster can be asked, or with false if that takes too long. */
    public CompletionStage<Boolean> allMembersKnown(Duration atMost) {
        CompletableFuture<Boolean> known = new CompletableFuture<>();
        queries.tell(new Queries.AwaitHeads(known));
        return known.completeOnTimeout(false, atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Deletes a trace, or all of a tenant if there is no id. When the stage completes that is durable and true for this node; the
     * others are told. It fails with an {@link java.io.IOException} if the store does.
     */
    public CompletionStage<Void> delete(String tenant, Optional<TraceId> id) {
        return CompletableFuture.runAsync(
                () -> {
                    Tombstone tombstone;
                    try {
                        tombstone = id.isPresent()
                                ? places.db().deleteTrace(tenant, TraceKey.of(id.get()))
                                : places.db().deleteTenant(tenant);
                    } catch (IOException e) {
                        throw new CompletionException(e);
                    }
                    places.blocksChanged()
                            .tell(Topic.publish(new BlocksChanged(
                                    tombstone.name(), ByteString.fromArrayUnsafe(tombstone.encode()))));
                },
                disk);
    }

    /** Finds a trace. The stage fails only if this node is shutting down. */
    @Override
    public CompletionStage<TraceAnswer> trace(String tenant, TraceId id) {
        long started = nanoClock.getAsLong();
        CompletableFuture<TraceAnswer> answer = new CompletableFuture<>();
        if (places.db().hides(tenant, TraceKey.of(id))) {
            answer.complete(new TraceAnswer(new byte[0], 0, 0, List.of(), false));
        } else {
            queries.tell(new Queries.FindTrace(tenant, id, answer));
        }
        return answer.whenComplete((found, failure) ->
                metrics.query("trace", nanoClock.getAsLong() - started, found != null && found.partial()));
    }

    /**
     * Finds the traces with the newest spans that meet the criteria, up to {@code limit}, the newest first.
     *
     * @param limit at most {@link #LIMIT_MAX}
     */
    @Override
    public CompletionStage<SearchAnswer<FoundTrace>> search(String tenant, SpanCriteria criteria, int limit) {
        return counted(
                "search",
                known().thenCompose(known -> searches.newest(tenant, criteria, Math.min(limit, LIMIT_MAX), known)));
    }

    /**
     * Finds the services, or the names of a service's spans.
     *
     * @param service empty for the names of services
     * @param startMin unix nanoseconds: blocks whose spans are all older are left out
     */
    @Override
    public CompletionStage<SearchAnswer<SpanNames.Name>> names(String tenant, String service, long startMin) {
        return counted("names", known().thenCompose(known -> searches.names(tenant, service, startMin, known)));
    }

    private CompletableFuture<TraceQuery.Known> known() {
        CompletableFuture<TraceQuery.Known> known = new CompletableFuture<>();
        queries.tell(new Queries.TellKnown(known));
        return known;
    }

    private <R> CompletionStage<SearchAnswer<R>> counted(String kind, CompletionStage<SearchAnswer<R>> answer) {
        long started = nanoClock.getAsLong();
        return answer.whenComplete((found, failure) ->
                metrics.query(kind, nanoClock.getAsLong() - started, found != null && found.partial()));
    }
}
