package tempo.api.jaeger;

import akka.NotUsed;
import akka.grpc.GrpcServiceException;
import akka.stream.javadsl.Source;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import tempo.querier.SearchAnswer;
import tempo.querier.TraceAnswer;
import tempo.querier.TraceSource;
import tempo.span.TraceId;

/** Reads traces for Jaeger's protocols, one after the other as their reader takes them. Thread-safe. */
final class TraceReads {
    /** Below the 4 MiB that a gRPC client takes unless it is told otherwise. */
    static final int CHUNK_BYTES_MAX = 1 << 20;

    private final TraceSource source;
    private final Chunks chunks;

    /** Makes the messages of one trace that was found. */
    interface Chunks {
        /** @param warnings what a reader of the trace is to know */
        List<byte[]> of(byte[] otlp, List<String> warnings) throws Exception;
    }

    TraceReads(TraceSource source, Chunks chunks) {
        this.source = source;
        this.chunks = chunks;
    }

    /**
     * The messages of some traces; of those that are not found, none.
     *
     * @param warnings for the reader of each trace
     */
    Source<byte[], NotUsed> all(String tenant, List<TraceId> ids, List<String> warnings) {
        return Source.from(ids).mapAsync(1, id -> chunks(tenant, id, warnings)).mapConcat(messages -> messages);
    }

    /** The traces that a search has found, and what it may lack. */
    Reply found(String tenant, SearchAnswer<TraceId> found) {
        return new Reply(all(tenant, found.results(), warnings(found.missing())), found.missing());
    }

    /** The messages of one trace; none if it is not found. */
    CompletionStage<List<byte[]>> one(String tenant, TraceId id) {
        return chunks(tenant, id, List.of());
    }

    private CompletionStage<List<byte[]>> chunks(String tenant, TraceId id, List<String> warnings) {
        return source.trace(tenant, id).thenApply(trace -> {
            if (!trace.found()) {
                // That nothing was found is no answer where something could not be asked.
                if (trace.partial()) {
                    throw unavailable(trace.missing());
                }
                return List.of();
            }
            try {
                List<String> all = new ArrayList<>(warnings);
                all.addAll(warnings(trace));
                return chunks.of(trace.otlp(), all);
            } catch (Exception malformed) {
                throw new GrpcServiceException(
                        Status.DATA_LOSS.withDescription("stored trace is malformed: " + malformed.getMessage()));
            }
        });
    }

    /** Nothing was found, but not all could be asked. */
    static GrpcServiceException unavailable(List<String> missing) {
        return new GrpcServiceException(Status.UNAVAILABLE.withDescription(String.join("; ", missing)));
    }

    /** What a reader of the trace is to know. */
    static List<String> warnings(TraceAnswer trace) {
        return trace.partial()
                ? List.of("this trace may lack spans: " + String.join("; ", trace.missing()))
                : List.of();
    }

    /** What a reader of what a search has found is to know. */
    static List<String> warnings(List<String> missing) {
        return missing.isEmpty() ? List.of() : List.of("this search may lack traces: " + String.join("; ", missing));
    }
}
