package tempo.api.jaeger;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tempo.format.FormatException;
import tempo.format.otlp.OtlpFields;
import tempo.format.otlp.OtlpTree;
import tempo.span.TraceId;
import tempo.span.WireWriter;

/**
 * What a list of traces shows of one: who called whom first, how long it took, how many spans each service has. Counted as Jaeger counts
 * where a storage cannot: the root is the earliest span without parent, an orphan has a parent that is not there. Not thread-safe.
 *
 * <p>Source: {@code TraceSummary} of
 * <a href="https://github.com/jaegertracing/jaeger-idl/tree/main/proto/storage/v2">trace_storage.proto</a>, by its documented fields.
 */
final class TraceSummary implements OtlpTree.Visitor {
    private final Map<String, Service> services = new TreeMap<>();
    private final Set<ByteBuffer> ids = new HashSet<>();
    private final List<ByteBuffer> parents = new ArrayList<>();
    private String serviceName = "";
    private String rootService = "";
    private String rootOperation = "";
    private long rootStart = Long.MAX_VALUE;
    private long start = Long.MAX_VALUE;
    private long end;

    private TraceSummary() {}

    private static final class Service {
        private int spans;
        private int errors;
    }

    /**
     * The summary of a trace, as {@code FindTraceSummariesResponse} with this one.
     *
     * @throws FormatException if the trace is malformed
     */
    static byte[] response(TraceId id, byte[] otlp) throws FormatException {
        TraceSummary summary = new TraceSummary();
        OtlpTree.read(otlp, 0, otlp.length, summary);
        return summary.response(id);
    }

    @Override
    public void resource(OtlpTree.Resource resource) {
        serviceName = resource.serviceName();
    }

    @Override
    public void span(OtlpTree.Scope scope, OtlpTree.Span span) {
        Service service = services.computeIfAbsent(serviceName, unused -> new Service());
        service.spans++;
        service.errors += span.statusCode == OtlpFields.STATUS_ERROR ? 1 : 0;
        start = span.start > 0 ? Math.min(start, span.start) : start;
        end = Math.max(end, span.end);
        ids.add(ByteBuffer.wrap(span.spanId));
        if (span.hasParent()) {
            parents.add(ByteBuffer.wrap(span.parentSpanId));
        } else if (span.start < rootStart) {
            rootStart = span.start;
            rootService = serviceName;
            rootOperation = span.name;
        }
    }

    private byte[] response(TraceId id) {
        WireWriter out = new WireWriter(256);
        int summary = out.begin(1);
        out.bytes(1, id.toBytes(), 0, TraceId.BYTES);
        out.string(2, rootService);
        out.string(3, rootOperation);
        out.fixed64(4, start == Long.MAX_VALUE ? 0 : start);
        out.fixed64(5, end);
        out.varint(6, services.values().stream().mapToInt(each -> each.spans).sum());
        out.varint(7, services.values().stream().mapToInt(each -> each.errors).sum());
        out.varint(8, parents.stream().filter(each -> !ids.contains(each)).count());
        services.forEach((name, each) -> {
            int mark = out.begin(9);
            out.string(1, name);
            out.varint(2, each.spans);
            out.varint(3, each.errors);
            out.end(mark);
        });
        out.end(summary);
        return out.toByteArray();
    }
}
