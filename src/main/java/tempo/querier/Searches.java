package tempo.querier;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Scheduler;
import akka.actor.typed.javadsl.AskPattern;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import tempo.ingester.Ingester.NameRecent;
import tempo.ingester.Ingester.RecentNames;
import tempo.ingester.Ingester.RecentTraces;
import tempo.ingester.Ingester.SearchRecent;
import tempo.ingester.Ingester.ToHead;
import tempo.span.TraceKey;
import tempo.tempodb.StoredSpans;
import tempo.tempodb.scan.SpanCriteria;
import tempo.tempodb.scan.SpanNames;
import tempo.tempodb.scan.TraceSearch.Found;

/**
 * Searches: asks every node that receives spans for what it has lately received, and looks into the stored blocks, all at once, and waits for
 * all of them or the deadline. Thread-safe.
 */
final class Searches {
    private final TraceQuery.Means means;
    private final Executor executor;
    private final Scheduler scheduler;

    /** @param executor threads that may block, not those that finds by id need */
    Searches(TraceQuery.Means means, Executor executor, Scheduler scheduler) {
        this.means = means;
        this.executor = executor;
        this.scheduler = scheduler;
    }

    /** What one place has answered. */
    private record Part<R>(List<R> results, List<String> failures) {}

    /** Looks into the stored blocks. */
    private interface Stored<R> {
        StoredSpans.Answer<R> look(StoredSpans blocks, BooleanSupplier isGivenUp) throws IOException;
    }

    CompletionStage<SearchAnswer<FoundTrace>> newest(
            String tenant, SpanCriteria criteria, int limit, TraceQuery.Known known) {
        return all(
                        known,
                        head -> AskPattern.<ToHead, RecentTraces>ask(
                                        head,
                                        replyTo -> new SearchRecent(tenant, criteria, limit, replyTo),
                                        means.config().deadline(),
                                        scheduler)
                                .thenApply(reply -> new Part<>(reply.found(), reply.failures())),
                        (blocks, isGivenUp) -> blocks.newest(tenant, criteria, limit, isGivenUp))
                .thenApply(found -> new SearchAnswer<>(newest(tenant, found.results(), limit), found.missing()));
    }

    private List<FoundTrace> newest(String tenant, List<Found> found, int limit) {
        Map<TraceKey, Found> byKey = new HashMap<>();
        found.forEach(each -> byKey.merge(each.key(), each, Found::and));
        byKey.keySet().removeIf(key -> means.places().db().hides(tenant, key));
        return byKey.values().stream()
                .sorted(Found.NEWEST_FIRST)
                .limit(limit)
                .map(each -> new FoundTrace(each.key().traceId(), each.newestStart()))
                .toList();
    }

    CompletionStage<SearchAnswer<SpanNames.Name>> names(
            String tenant, String service, long startMin, TraceQuery.Known known) {
        return all(
                        known,
                        head -> AskPattern.<ToHead, RecentNames>ask(
                                        head,
                                        replyTo -> new NameRecent(tenant, service, replyTo),
                                        means.config().deadline(),
                                        scheduler)
                                .thenApply(reply -> new Part<>(reply.names(), reply.failures())),
                        (blocks, isGivenUp) -> blocks.names(tenant, service, startMin, isGivenUp))
                .thenApply(found -> {
                    SpanNames names = new SpanNames(service);
                    found.results().forEach(names::add);
                    return new SearchAnswer<>(List.copyOf(names.names()), found.missing());
                });
    }

    private <R> CompletionStage<SearchAnswer<R>> all(
            TraceQuery.Known known, Function<ActorRef<ToHead>, CompletionStage<Part<R>>> askHead, Stored<R> stored) {
        List<String> missing = new ArrayList<>();
        known.membersWithoutHead().forEach(member -> missing.add("spans of " + member + ", which is not known"));
        means.places()
                .owed()
                .get()
                .forEach(log -> missing.add("spans that " + log + " had not stored yet, whose node is gone"));
        List<CompletableFuture<Part<R>>> parts = new ArrayList<>();
        for (ActorRef<ToHead> head : known.heads()) {
            String place = head.path().address().hasGlobalScope()
                    ? "recent spans of " + head.path().address().hostPort()
                    : "recent spans of this node";
            parts.add(orMissing(askHead.apply(head).toCompletableFuture(), place));
        }
        CompletableFuture<Part<R>> blocks = new CompletableFuture<>();
        known.blocksKnown().thenRunAsync(() -> lookIntoBlocks(stored, blocks), executor);
        blocks.orTimeout(means.config().deadline().toMillis(), TimeUnit.MILLISECONDS);
        parts.add(orMissing(blocks, "blocks"));
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApply(done -> {
            List<R> results = new ArrayList<>();
            for (CompletableFuture<Part<R>> part : parts) {
                results.addAll(part.join().results());
                missing.addAll(part.join().failures());
            }
            return new SearchAnswer<>(results, missing);
        });
    }

    /** Not if the deadline has passed while it waited for a thread, and no longer than until then: others wait for it. */
    private <R> void lookIntoBlocks(Stored<R> stored, CompletableFuture<Part<R>> into) {
        if (into.isDone()) {
            return;
        }
        try {
            StoredSpans.Answer<R> answer = stored.look(means.places().db().spans(), into::isDone);
            into.complete(new Part<>(answer.results(), answer.failures()));
        } catch (IOException | RuntimeException e) {
            into.completeExceptionally(e);
        }
    }

    private static <R> CompletableFuture<Part<R>> orMissing(CompletableFuture<Part<R>> part, String place) {
        return part.exceptionally(failure -> {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            String reason = cause instanceof TimeoutException ? "no answer in time" : String.valueOf(cause);
            return new Part<>(List.of(), List.of(place + ": " + reason));
        });
    }
}
