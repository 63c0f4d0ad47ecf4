package tempo.api.jaeger;

import akka.grpc.GrpcServiceException;
import akka.stream.javadsl.Source;
import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import tempo.format.jaeger.JaegerWarnings;
import tempo.format.jaeger.OtlpToJaeger;
import tempo.querier.TraceSource;
import tempo.span.MalformedProtobufException;
import tempo.span.TraceId;
import tempo.span.WireReader;
import tempo.span.WireWriter;

/**
 * {@code jaeger.storage.v1}, by which Jaeger 1 reads from a storage elsewhere. Thread-safe.
 *
 * <p>Source: Jaeger 1's <a href="https://github.com/jaegertracing/jaeger/tree/v1.76.0">storage.proto</a>, by its documented fields.
 */
final class StorageV1 {
    private static final String SPAN_READER = "/jaeger.storage.v1.SpanReaderPlugin/";
    private static final int TRACE_ID = 1;
    private static final int TRACE_IDS = 1;
    private static final int OPERATION_NAMES = 1;
    private static final int OPERATIONS = 2;

    /** Jaeger compares texts to tell this from a failure. */
    private static final String NOT_FOUND = "trace not found";

    private final TraceReads traces;
    private final Lists lists;
    private final Dependencies dependencies;

    StorageV1(TraceSource source, Lists lists, Dependencies dependencies) {
        this.traces = new TraceReads(source, (otlp, warnings) -> {
            byte[] warned = JaegerWarnings.add(otlp, warnings);
            return OtlpToJaeger.spanChunks(warned, 0, warned.length, TraceReads.CHUNK_BYTES_MAX);
        });
        this.lists = lists;
        this.dependencies = dependencies;
    }

    Map<String, GrpcPort.Method> methods() {
        return Map.of(
                SPAN_READER + "GetTrace",
                this::trace,
                SPAN_READER + "GetServices",
                (tenant, request) -> StorageV2.services(lists, tenant),
                SPAN_READER + "GetOperations",
                this::operations,
                SPAN_READER + "FindTraces",
                this::find,
                SPAN_READER + "FindTraceIDs",
                this::findIds,
                "/jaeger.storage.v1.DependenciesReaderPlugin/GetDependencies",
                dependencies::reply,
                "/jaeger.storage.v1.PluginCapabilities/Capabilities",
                (tenant, request) -> capabilities());
    }

    /** Neither archives nor streams of written spans: all of {@code CapabilitiesResponse} is false. */
    private static CompletionStage<Reply> capabilities() {
        return CompletableFuture.completedFuture(Reply.of(new byte[0], List.of()));
    }

    private CompletionStage<Reply> trace(String tenant, byte[] request) throws MalformedProtobufException {
        TraceId id = RequestFields.traceId(request, new WireReader(request), TRACE_ID);
        return traces.one(tenant, id).thenApply(messages -> {
            if (messages.isEmpty()) {
                throw new GrpcServiceException(Status.NOT_FOUND.withDescription(NOT_FOUND));
            }
            return new Reply(Source.from(messages), List.of());
        });
    }

    private CompletionStage<Reply> operations(String tenant, byte[] request) throws MalformedProtobufException {
        return StorageV2.operations(lists, tenant, request).thenApply(operations -> {
            WireWriter out = new WireWriter(1 << 10);
            Lists.distinct(operations.results()).forEach(each -> out.string(OPERATION_NAMES, each));
            operations.results().forEach(each -> StorageV2.operation(out, OPERATIONS, each));
            return Reply.of(out.toByteArray(), operations.missing());
        });
    }

    private CompletionStage<Reply> find(String tenant, byte[] request) throws MalformedProtobufException {
        return StorageV2.find(lists, tenant, SearchRequest.read(request, false))
                .thenApply(found -> traces.found(tenant, found));
    }

    private CompletionStage<Reply> findIds(String tenant, byte[] request) throws MalformedProtobufException {
        return StorageV2.find(lists, tenant, SearchRequest.read(request, false)).thenApply(found -> {
            WireWriter out = new WireWriter(1 << 10);
            found.results().forEach(id -> out.bytes(TRACE_IDS, id.toBytes(), 0, TraceId.BYTES));
            return Reply.of(out.toByteArray(), found.missing());
        });
    }
}
