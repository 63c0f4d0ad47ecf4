package tempo.api.jaeger;

import akka.grpc.GrpcServiceException;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import tempo.querier.TraceAnswer;
import tempo.span.TraceId;

/** Reads traces for Jaeger's protocols, several one after the other, so that no more than one is being merged for a call. Stateless. */
final class TraceReads {
    /** Below the 4 MiB that a gRPC client takes unless it is told otherwise. */
    static final int CHUNK_BYTES_MAX = 1 << 20;

    private TraceReads() {}

    /** Makes the messages of one trace that was found. */
    interface Chunks {
        List<byte[]> of(TraceAnswer trace) throws Exception;
    }

    /** The messages of some traces; of those that are not found, none. */
    static CompletionStage<List<byte[]>> all(
            List<TraceId> ids, Function<TraceId, CompletionStage<TraceAnswer>> reader, Chunks chunks) {
        CompletionStage<List<byte[]>> messages = CompletableFuture.completedFuture(new ArrayList<>());
        for (TraceId id : ids) {
            messages = messages.thenCompose(before -> reader.apply(id).thenApply(trace -> {
                before.addAll(of(trace, chunks));
                return before;
            }));
        }
        return messages;
    }

    private static List<byte[]> of(TraceAnswer trace, Chunks chunks) {
        if (!trace.found()) {
            requireComplete(trace);
            return List.of();
        }
        try {
            return chunks.of(trace);
        } catch (Exception malformed) {
            throw new GrpcServiceException(
                    Status.DATA_LOSS.withDescription("stored trace is malformed: " + malformed.getMessage()));
        }
    }

    /** That nothing was found is no answer where something could not be asked. */
    private static void requireComplete(TraceAnswer trace) {
        if (trace.partial()) {
            throw new GrpcServiceException(Status.UNAVAILABLE.withDescription(missing(trace)));
        }
    }

    /** What a reader of the trace is to know. */
    static List<String> warnings(TraceAnswer trace) {
        return trace.partial() ? List.of("this trace may lack spans: " + missing(trace)) : List.of();
    }

    private static String missing(TraceAnswer trace) {
        return String.join("; ", trace.missing());
    }
}
