package tempo.api.jaeger;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import tempo.querier.FoundTrace;
import tempo.querier.SearchAnswer;
import tempo.querier.TraceSource;
import tempo.span.TraceId;
import tempo.tempodb.scan.SpanNames;

/** Lists that Jaeger's protocols have in common: services, operations, and traces that are searched for. Thread-safe. */
final class Lists {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final TraceSource source;
    private final long lookbackMillis;
    private final LongSupplier clock;

    /**
     * @param lookbackMillis how old blocks may be that are asked for names
     * @param clock milliseconds since 1970
     */
    Lists(TraceSource source, long lookbackMillis, LongSupplier clock) {
        this.source = source;
        this.lookbackMillis = lookbackMillis;
        this.clock = clock;
    }

    CompletionStage<SearchAnswer<String>> services(String tenant) {
        return names(tenant, "")
                .thenApply(answer -> new SearchAnswer<>(
                        answer.results().stream().map(SpanNames.Name::name).toList(), answer.missing()));
    }

    /** @param kind as Jaeger writes it; empty for all */
    CompletionStage<SearchAnswer<SpanNames.Name>> operations(String tenant, String service, String kind) {
        if (service.isEmpty()) {
            throw new IllegalArgumentException("service must not be empty");
        }
        return names(tenant, service)
                .thenApply(answer -> new SearchAnswer<>(
                        answer.results().stream()
                                .filter(each -> kind.isEmpty()
                                        || SpanKinds.text(each.kind()).equals(kind))
                                .toList(),
                        answer.missing()));
    }

    private CompletionStage<SearchAnswer<SpanNames.Name>> names(String tenant, String service) {
        return source.names(tenant, service, (clock.getAsLong() - lookbackMillis) * NANOS_PER_MILLI);
    }

    CompletionStage<SearchAnswer<TraceId>> traces(String tenant, SearchRequest search) {
        return source.search(tenant, search.criteria(), search.limit())
                .thenApply(answer -> new SearchAnswer<>(
                        answer.results().stream().map(FoundTrace::id).toList(), answer.missing()));
    }

    /** Names of operations, whatever their kinds. */
    static List<String> distinct(List<SpanNames.Name> operations) {
        LinkedHashSet<String> names = new LinkedHashSet<>();
        operations.forEach(each -> names.add(each.name()));
        return List.copyOf(names);
    }
}
