package tempo.api.jaeger;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import tempo.format.jaeger.JaegerWarnings;
import tempo.querier.SearchAnswer;
import tempo.querier.TraceSource;
import tempo.span.MalformedProtobufException;
import tempo.span.TraceChunks;
import tempo.span.TraceId;
import tempo.span.WireReader;
import tempo.span.WireWriter;
import tempo.tempodb.scan.SpanNames;

/**
 * {@code jaeger.storage.v2}, by which Jaeger 2 reads from a storage elsewhere. Thread-safe.
 *
 * <p>Source: <a href="https://github.com/jaegertracing/jaeger-idl/tree/main/proto/storage/v2">trace_storage.proto, capabilities.proto</a>,
 * by their documented fields.
 */
final class StorageV2 {
    private static final String TRACE_READER = "/jaeger.storage.v2.TraceReader/";
    private static final int QUERY = 1;
    private static final int TRACE_ID = 1;
    private static final int FIRST = 1;
    private static final int OPERATION_NAME = 1;
    private static final int OPERATION_KIND = 2;
    private static final int SEARCH = 1;
    private static final int WITHOUT_SERVICE_NAME = 1;
    private static final int SAME_SPAN_CONJUNCTION = 2;

    private final TraceReads traces;
    private final Lists lists;
    private final TraceSummaries summaries;
    private final Dependencies dependencies;

    StorageV2(TraceSource source, Lists lists, TraceSummaries summaries, Dependencies dependencies) {
        this.traces = new TraceReads(
                source,
                (otlp, warnings) -> TraceChunks.of(JaegerWarnings.add(otlp, warnings), TraceReads.CHUNK_BYTES_MAX));
        this.lists = lists;
        this.summaries = summaries;
        this.dependencies = dependencies;
    }

    Map<String, GrpcPort.Method> methods() {
        return Map.of(
                TRACE_READER + "GetTraces",
                this::traces,
                TRACE_READER + "GetServices",
                (tenant, request) -> services(lists, tenant),
                TRACE_READER + "GetOperations",
                this::operations,
                TRACE_READER + "FindTraces",
                this::find,
                TRACE_READER + "FindTraceIDs",
                this::findIds,
                TRACE_READER + "FindTraceSummaries",
                this::findSummaries,
                "/jaeger.storage.v2.DependencyReader/GetDependencies",
                dependencies::reply,
                "/jaeger.storage.v2.Capabilities/GetCapabilities",
                (tenant, request) -> capabilities());
    }

    /** Searches need no service, and all that is asked for is found in one span; structured filters are not understood. */
    private static CompletionStage<Reply> capabilities() {
        WireWriter out = new WireWriter(16);
        int search = out.begin(SEARCH);
        out.varint(WITHOUT_SERVICE_NAME, 1);
        out.varint(SAME_SPAN_CONJUNCTION, 1);
        out.end(search);
        return CompletableFuture.completedFuture(Reply.of(out.toByteArray(), List.of()));
    }

    private CompletionStage<Reply> traces(String tenant, byte[] request) throws MalformedProtobufException {
        return CompletableFuture.completedFuture(new Reply(traces.all(tenant, ids(request), List.of()), List.of()));
    }

    /** Of a {@code GetTracesRequest}; its times are hints, which are not needed here. */
    private static List<TraceId> ids(byte[] request) throws MalformedProtobufException {
        List<TraceId> ids = new ArrayList<>();
        WireReader in = new WireReader(request);
        while (in.hasNext()) {
            int tag = in.readTag();
            if (tag == WireReader.tag(QUERY, WireReader.LENGTH_DELIMITED)) {
                int outer = in.enter();
                ids.add(RequestFields.traceId(request, in, TRACE_ID));
                in.leave(outer);
            } else {
                in.skipField(tag);
            }
        }
        return ids;
    }

    /** The answer to {@code GetServices} of both versions. */
    static CompletionStage<Reply> services(Lists lists, String tenant) {
        return lists.services(tenant).thenApply(services -> {
            requireAny(services);
            WireWriter out = new WireWriter(1 << 10);
            services.results().forEach(each -> out.string(FIRST, each));
            return Reply.of(out.toByteArray(), services.missing());
        });
    }

    private CompletionStage<Reply> operations(String tenant, byte[] request) throws MalformedProtobufException {
        return operations(lists, tenant, request).thenApply(operations -> {
            WireWriter out = new WireWriter(1 << 10);
            operations.results().forEach(each -> operation(out, FIRST, each));
            return Reply.of(out.toByteArray(), operations.missing());
        });
    }

    /** What is asked for with {@code GetOperations} of both versions. */
    static CompletionStage<SearchAnswer<SpanNames.Name>> operations(Lists lists, String tenant, byte[] request)
            throws MalformedProtobufException {
        RequestFields fields = RequestFields.texts(request);
        return lists.operations(tenant, fields.first(), fields.second()).thenApply(operations -> {
            requireAny(operations);
            return operations;
        });
    }

    static void operation(WireWriter out, int field, SpanNames.Name operation) {
        int mark = out.begin(field);
        out.string(OPERATION_NAME, operation.name());
        if (!SpanKinds.text(operation.kind()).isEmpty()) {
            out.string(OPERATION_KIND, SpanKinds.text(operation.kind()));
        }
        out.end(mark);
    }

    private CompletionStage<Reply> find(String tenant, byte[] request) throws MalformedProtobufException {
        return find(lists, tenant, SearchRequest.read(request, true)).thenApply(found -> traces.found(tenant, found));
    }

    /** The traces that a search of any version finds. */
    static CompletionStage<SearchAnswer<TraceId>> find(Lists lists, String tenant, SearchRequest search) {
        return lists.traces(tenant, search).thenApply(found -> {
            requireAny(found);
            return found;
        });
    }

    private CompletionStage<Reply> findSummaries(String tenant, byte[] request) throws MalformedProtobufException {
        return find(lists, tenant, SearchRequest.read(request, true))
                .thenCompose(found -> summaries.reply(tenant, found));
    }

    private CompletionStage<Reply> findIds(String tenant, byte[] request) throws MalformedProtobufException {
        return find(lists, tenant, SearchRequest.read(request, true)).thenApply(found -> {
            WireWriter out = new WireWriter(1 << 10);
            for (TraceId id : found.results()) {
                int mark = out.begin(FIRST);
                out.bytes(TRACE_ID, id.toBytes(), 0, TraceId.BYTES);
                out.end(mark);
            }
            return Reply.of(out.toByteArray(), found.missing());
        });
    }

    /** That there is nothing is no answer where something could not be asked. */
    static void requireAny(SearchAnswer<?> answer) {
        if (answer.results().isEmpty() && answer.partial()) {
            throw TraceReads.unavailable(answer.missing());
        }
    }
}
