package tempo.query;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import tempo.api.jaeger.SpanKinds;
import tempo.querier.FoundTrace;
import tempo.querier.SearchAnswer;
import tempo.querier.TraceAnswer;
import tempo.querier.TraceSource;
import tempo.span.MalformedProtobufException;
import tempo.span.MergedTrace;
import tempo.span.TraceId;
import tempo.span.TraceMerge;
import tempo.span.WireReader;
import tempo.span.WireWriter;
import tempo.tempodb.scan.SpanCriteria;
import tempo.tempodb.scan.SpanNames;

/**
 * Asks nodes by {@code jaeger.storage.v2}. What an answer may lack comes with it: of a trace as a warning in its first span, of the rest as
 * metadata. Thread-safe; nothing blocks.
 *
 * <p>Source: <a href="https://github.com/jaegertracing/jaeger-idl/tree/main/proto/storage/v2">trace_storage.proto</a>, by its documented
 * fields.
 */
final class NodeStorage implements TraceSource {
    private static final String READER = "/jaeger.storage.v2.TraceReader/";
    private static final int TEXT = WireReader.LENGTH_DELIMITED;
    private static final int INVALID_ARGUMENT = 3;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final GrpcClient client;

    NodeStorage(GrpcClient client) {
        this.client = client;
    }

    @Override
    public CompletionStage<TraceAnswer> trace(String tenant, TraceId id) {
        WireWriter request = new WireWriter(64);
        int query = request.begin(1);
        request.bytes(1, id.toBytes(), 0, TraceId.BYTES);
        request.end(query);
        return client.call(READER + "GetTraces", tenant, request.toByteArray()).thenApply(answer -> {
            if (!answer.isGood()) {
                return new TraceAnswer(new byte[0], 0, 0, List.of(description(answer)), false);
            }
            MergedTrace trace = TraceMerge.merge(answer.messages());
            long bytes =
                    answer.messages().stream().mapToLong(each -> each.length).sum();
            return new TraceAnswer(trace.bytes(), trace.spanCount(), bytes, missing(answer), false);
        });
    }

    @Override
    public CompletionStage<SearchAnswer<FoundTrace>> search(String tenant, SpanCriteria criteria, int limit) {
        return client.call(READER + "FindTraceIDs", tenant, query(criteria, limit))
                .thenApply(answer -> {
                    List<FoundTrace> found = new ArrayList<>();
                    for (byte[] part : parts(answer)) {
                        for (byte[] id : fields(part, 1)) {
                            if (id.length == TraceId.BYTES) {
                                ByteBuffer halves = ByteBuffer.wrap(id);
                                found.add(new FoundTrace(new TraceId(halves.getLong(), halves.getLong()), 0));
                            }
                        }
                    }
                    return new SearchAnswer<>(found, missing(answer));
                });
    }

    @Override
    public CompletionStage<SearchAnswer<SpanNames.Name>> names(String tenant, String service, long startMin) {
        if (service.isEmpty()) {
            return client.call(READER + "GetServices", tenant, new byte[0]).thenApply(answer -> {
                List<SpanNames.Name> names = new ArrayList<>();
                parts(answer).forEach(each -> names.add(new SpanNames.Name(new String(each, UTF_8), 0)));
                return new SearchAnswer<>(names, missing(answer));
            });
        }
        WireWriter request = new WireWriter(64);
        request.string(1, service);
        return client.call(READER + "GetOperations", tenant, request.toByteArray())
                .thenApply(answer -> {
                    List<SpanNames.Name> names = new ArrayList<>();
                    for (byte[] part : parts(answer)) {
                        names.add(new SpanNames.Name(text(part, 1), SpanKinds.number(text(part, 2))));
                    }
                    return new SearchAnswer<>(names, missing(answer));
                });
    }

    private static byte[] query(SpanCriteria criteria, int limit) {
        WireWriter request = new WireWriter(256);
        int query = request.begin(1);
        text(request, 1, criteria.service());
        text(request, 2, criteria.name());
        for (SpanCriteria.Attribute attribute : criteria.attributes()) {
            int pair = request.begin(3);
            request.string(1, attribute.key());
            int value = request.begin(2);
            request.string(1, attribute.value());
            request.end(value);
            request.end(pair);
        }
        time(request, 4, criteria.startMin(), 0);
        time(request, 5, criteria.startMax(), Long.MAX_VALUE);
        time(request, 6, criteria.durationMin(), 0);
        time(request, 7, criteria.durationMax(), Long.MAX_VALUE);
        request.varint(8, limit);
        request.end(query);
        return request.toByteArray();
    }

    private static void text(WireWriter request, int field, String text) {
        if (!text.isEmpty()) {
            request.string(field, text);
        }
    }

    /** A {@code Timestamp} or {@code Duration}. */
    private static void time(WireWriter request, int field, long nanos, long none) {
        if (nanos != none) {
            int mark = request.begin(field);
            request.varint(1, nanos / NANOS_PER_SECOND);
            request.varint(2, nanos % NANOS_PER_SECOND);
            request.end(mark);
        }
    }

    /** What is repeated in the only message of an answer. */
    private static List<byte[]> parts(GrpcClient.Answer answer) {
        if (answer.status() == INVALID_ARGUMENT) {
            throw new IllegalArgumentException(answer.description());
        }
        List<byte[]> parts = new ArrayList<>();
        if (answer.isGood()) {
            answer.messages().forEach(each -> parts.addAll(fields(each, 1)));
        }
        return parts;
    }

    private static List<byte[]> fields(byte[] message, int field) {
        List<byte[]> fields = new ArrayList<>();
        try {
            WireReader in = new WireReader(message);
            while (in.hasNext()) {
                int tag = in.readTag();
                if (tag == WireReader.tag(field, TEXT)) {
                    int length = in.readLength();
                    fields.add(Arrays.copyOfRange(message, in.position(), in.position() + length));
                    in.skip(length);
                } else {
                    in.skipField(tag);
                }
            }
        } catch (MalformedProtobufException e) {
            throw new IllegalStateException("node answered with what is no message of Jaeger's: " + e.getMessage(), e);
        }
        return fields;
    }

    private static String text(byte[] message, int field) {
        List<byte[]> all = fields(message, field);
        return all.isEmpty() ? "" : new String(all.get(all.size() - 1), UTF_8);
    }

    private static List<String> missing(GrpcClient.Answer answer) {
        if (!answer.isGood()) {
            return List.of(description(answer));
        }
        return answer.partial().isEmpty() ? List.of() : List.of(answer.partial());
    }

    private static String description(GrpcClient.Answer answer) {
        return answer.description().isEmpty() ? "node answered with status " + answer.status() : answer.description();
    }
}
