package tempo.api.jaeger;

import akka.grpc.GrpcServiceException;
import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import tempo.format.jaeger.JaegerWarnings;
import tempo.format.jaeger.OtlpToJaeger;
import tempo.querier.Querier;
import tempo.span.MalformedProtobufException;
import tempo.span.TraceId;
import tempo.span.WireReader;

/**
 * {@code jaeger.storage.v1}, by which Jaeger 1 reads from a storage elsewhere. Thread-safe.
 *
 * <p>Source: Jaeger 1's <a href="https://github.com/jaegertracing/jaeger/tree/v1.76.0">storage.proto</a>, by its documented fields.
 */
final class StorageV1 {
    private static final int TRACE_ID = 1;

    /** Jaeger compares texts to tell this from a failure. */
    private static final String NOT_FOUND = "trace not found";

    private final Querier querier;

    StorageV1(Querier querier) {
        this.querier = querier;
    }

    Map<String, GrpcPort.Method> methods() {
        return Map.of(
                "/jaeger.storage.v1.SpanReaderPlugin/GetTrace",
                this::trace,
                "/jaeger.storage.v1.PluginCapabilities/Capabilities",
                (tenant, request) -> capabilities());
    }

    /** Neither archives nor streams of written spans: all of {@code CapabilitiesResponse} is false. */
    private static CompletionStage<List<byte[]>> capabilities() {
        return CompletableFuture.completedFuture(List.of(new byte[0]));
    }

    private CompletionStage<List<byte[]>> trace(String tenant, byte[] request) {
        TraceId id;
        try {
            id = RequestIds.read(request, new WireReader(request), TRACE_ID);
        } catch (MalformedProtobufException | IllegalArgumentException wrong) {
            return GrpcPort.failed(Status.INVALID_ARGUMENT, wrong);
        }
        return TraceReads.all(List.of(id), wanted -> querier.trace(tenant, wanted), trace -> {
                    byte[] otlp = JaegerWarnings.add(trace.otlp(), TraceReads.warnings(trace));
                    return OtlpToJaeger.spanChunks(otlp, 0, otlp.length, TraceReads.CHUNK_BYTES_MAX);
                })
                .thenApply(chunks -> {
                    if (chunks.isEmpty()) {
                        throw new GrpcServiceException(Status.NOT_FOUND.withDescription(NOT_FOUND));
                    }
                    return chunks;
                });
    }
}
