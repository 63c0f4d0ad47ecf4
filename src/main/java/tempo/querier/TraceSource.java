package tempo.querier;

import java.util.concurrent.CompletionStage;
import tempo.span.TraceId;
import tempo.tempodb.scan.SpanCriteria;
import tempo.tempodb.scan.SpanNames;

/** What traces and their names are asked of: a querier here, or nodes elsewhere. Thread-safe; nothing blocks. */
public interface TraceSource {
    /** Finds a trace. */
    CompletionStage<TraceAnswer> trace(String tenant, TraceId id);

    /**
     * Finds the traces with the newest spans that meet the criteria, the newest first.
     *
     * @param limit how many at most
     */
    CompletionStage<SearchAnswer<FoundTrace>> search(String tenant, SpanCriteria criteria, int limit);

    /**
     * Finds the services, or the names of a service's spans.
     *
     * @param service empty for the names of services
     * @param startMin unix nanoseconds: what is older need not be looked at
     */
    CompletionStage<SearchAnswer<SpanNames.Name>> names(String tenant, String service, long startMin);
}
