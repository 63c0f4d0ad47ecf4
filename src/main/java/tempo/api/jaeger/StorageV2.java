package tempo.api.jaeger;

import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import tempo.format.jaeger.JaegerWarnings;
import tempo.querier.Querier;
import tempo.span.MalformedProtobufException;
import tempo.span.TraceChunks;
import tempo.span.TraceId;
import tempo.span.WireReader;

/**
 * {@code jaeger.storage.v2}, by which Jaeger 2 reads from a storage elsewhere. Thread-safe.
 *
 * <p>Source: <a href="https://github.com/jaegertracing/jaeger-idl/tree/main/proto/storage/v2">trace_storage.proto</a>, by its documented
 * fields.
 */
final class StorageV2 {
    private static final int QUERY = 1;
    private static final int TRACE_ID = 1;

    private final Querier querier;

    StorageV2(Querier querier) {
        this.querier = querier;
    }

    Map<String, GrpcPort.Method> methods() {
        return Map.of("/jaeger.storage.v2.TraceReader/GetTraces", this::traces);
    }

    private CompletionStage<List<byte[]>> traces(String tenant, byte[] request) {
        List<TraceId> ids;
        try {
            ids = ids(request);
        } catch (MalformedProtobufException | IllegalArgumentException wrong) {
            return GrpcPort.failed(Status.INVALID_ARGUMENT, wrong);
        }
        return TraceReads.all(
                ids,
                id -> querier.trace(tenant, id),
                trace -> TraceChunks.of(
                        JaegerWarnings.add(trace.otlp(), TraceReads.warnings(trace)), TraceReads.CHUNK_BYTES_MAX));
    }

    /** Of a {@code GetTracesRequest}; its times are hints, which are not needed here. */
    private static List<TraceId> ids(byte[] request) throws MalformedProtobufException {
        List<TraceId> ids = new ArrayList<>();
        WireReader in = new WireReader(request);
        while (in.hasNext()) {
            int tag = in.readTag();
            if (tag == WireReader.tag(QUERY, WireReader.LENGTH_DELIMITED)) {
                int outer = in.enter();
                ids.add(RequestIds.read(request, in, TRACE_ID));
                in.leave(outer);
            } else {
                in.skipField(tag);
            }
        }
        return ids;
    }
}
