package tempo.api.jaeger;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import tempo.querier.FoundTrace;
import tempo.querier.SearchAnswer;
import tempo.querier.TraceAnswer;
import tempo.querier.TraceSource;
import tempo.span.TraceId;
import tempo.tempodb.scan.SpanCriteria;
import tempo.tempodb.scan.SpanNames;

/** Finds so many traces whatever is searched for, with ids from 1 on. */
record FixedTraces(int count, Function<TraceId, TraceAnswer> traces, List<SpanCriteria> asked) implements TraceSource {
    @Override
    public CompletionStage<TraceAnswer> trace(String tenant, TraceId id) {
        return CompletableFuture.completedFuture(traces.apply(id));
    }

    @Override
    public CompletionStage<SearchAnswer<FoundTrace>> search(String tenant, SpanCriteria criteria, int limit) {
        asked.add(criteria);
        List<FoundTrace> found = new ArrayList<>();
        for (int i = 0; i < Math.min(limit, count); i++) {
            found.add(new FoundTrace(new TraceId(0, i + 1), 0));
        }
        return CompletableFuture.completedFuture(new SearchAnswer<>(found, List.of()));
    }

    @Override
    public CompletionStage<SearchAnswer<SpanNames.Name>> names(String tenant, String service, long startMin) {
        throw new AssertionError("no names are wanted");
    }
}
