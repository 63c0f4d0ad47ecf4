package tempo.api.jaeger;

import akka.stream.Materializer;
import akka.stream.javadsl.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import tempo.format.FormatException;
import tempo.querier.SearchAnswer;
import tempo.querier.TraceAnswer;
import tempo.querier.TraceSource;
import tempo.span.TraceId;

/**
 * Summaries of the traces that a search finds: they are read here, so that Jaeger need not be sent whole traces to show a list. A summary
 * has no place for a warning, so all are made before the first is sent, and what they may lack goes before them. Thread-safe; nothing
 * blocks.
 */
final class TraceSummaries {
    private static final int AT_ONCE = 4;

    private final TraceSource source;
    private final Materializer materializer;

    TraceSummaries(TraceSource source, Materializer materializer) {
        this.source = source;
        this.materializer = materializer;
    }

    /** A message for each trace, in the order in which they were found. */
    CompletionStage<Reply> reply(String tenant, SearchAnswer<TraceId> found) {
        return Source.from(found.results())
                .mapAsync(AT_ONCE, id -> source.trace(tenant, id).thenApply(trace -> summary(id, trace)))
                .runFold(new All(found.missing()), All::add, materializer)
                .thenApply(All::reply);
    }

    /** @param messages none if the trace is not there, or cannot be read */
    private record Summary(List<byte[]> messages, boolean partial) {}

    private static Summary summary(TraceId id, TraceAnswer trace) {
        if (!trace.found()) {
            return new Summary(List.of(), trace.partial());
        }
        try {
            return new Summary(List.of(TraceSummary.response(id, trace.otlp())), trace.partial());
        } catch (FormatException malformed) {
            return new Summary(List.of(), true);
        }
    }

    /** Not thread-safe. */
    private static final class All {
        private final List<byte[]> messages = new ArrayList<>();
        private final List<String> missing;
        private int partial;

        All(List<String> missing) {
            this.missing = new ArrayList<>(missing);
        }

        All add(Summary summary) {
            messages.addAll(summary.messages());
            partial += summary.partial() ? 1 : 0;
            return this;
        }

        Reply reply() {
            if (partial > 0) {
                missing.add(partial + " of the traces may lack spans");
            }
            StorageV2.requireAny(new SearchAnswer<>(messages, missing));
            return new Reply(Source.from(messages), missing);
        }
    }
}
