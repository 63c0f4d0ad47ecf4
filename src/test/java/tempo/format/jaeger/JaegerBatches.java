package tempo.format.jaeger;

import io.jaegertracing.agent.thrift.Agent;
import io.jaegertracing.thriftjava.Batch;
import io.jaegertracing.thriftjava.Log;
import io.jaegertracing.thriftjava.Process;
import io.jaegertracing.thriftjava.Span;
import io.jaegertracing.thriftjava.SpanRef;
import io.jaegertracing.thriftjava.SpanRefType;
import io.jaegertracing.thriftjava.Tag;
import io.jaegertracing.thriftjava.TagType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.thrift.TException;
import org.apache.thrift.TSerializer;
import org.apache.thrift.protocol.TBinaryProtocol;
import org.apache.thrift.protocol.TCompactProtocol;
import org.apache.thrift.protocol.TProtocolFactory;
import org.apache.thrift.transport.TMemoryBuffer;
import org.apache.thrift.transport.TTransportException;
import tempo.span.WireWriter;

/** Batches as Jaeger's own library has them, by a seed, and their bytes in each format. */
public final class JaegerBatches {
    private static final long START = 1_700_000_000_000_000L;
    private static final int[] PROTOBUF_TYPES = {0, 3, 1, 2, 4};

    private final Random random;

    public JaegerBatches(long seed) {
        random = new Random(seed);
    }

    /** With any of the fields; parents stand among the references, as in protobuf. */
    public Batch next() {
        Process process = new Process("service " + random.nextInt(3));
        process.setTags(tags("process"));
        List<Span> spans = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            spans.add(span());
        }
        return new Batch(process, spans);
    }

    private Span span() {
        Span span = new Span(
                1 + random.nextInt(1_000),
                random.nextBoolean() ? random.nextLong() : 0,
                random.nextLong() | 1,
                0,
                "name \u00e9 " + random.nextInt(3),
                random.nextInt(4),
                START + random.nextInt(1_000_000),
                random.nextInt(1_000_000));
        List<SpanRef> references = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            boolean same = random.nextBoolean();
            references.add(new SpanRef(
                    SpanRefType.values()[random.nextInt(2)],
                    same ? span.traceIdLow : 1 + random.nextInt(9),
                    same ? span.traceIdHigh : 7,
                    1 + random.nextInt(5)));
        }
        span.setReferences(references);
        List<Tag> tags = tags("tag");
        if (random.nextBoolean()) {
            tags.add(text(
                    "span.kind",
                    List.of("client", "server", "producer", "consumer", "internal", "other")
                            .get(random.nextInt(6))));
        }
        if (random.nextInt(4) == 0) {
            tags.add(new Tag("error", TagType.BOOL).setVBool(random.nextBoolean()));
        }
        if (random.nextInt(4) == 0) {
            tags.add(text("otel.status_code", List.of("OK", "ERROR", "what").get(random.nextInt(3))));
        }
        if (random.nextInt(4) == 0) {
            tags.add(text("otel.scope.name", "scope " + random.nextInt(2)));
        }
        span.setTags(tags);
        List<Log> logs = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            List<Tag> fields = tags("field");
            if (random.nextBoolean()) {
                fields.add(text("event", "event " + i));
            }
            logs.add(new Log(START + random.nextInt(1_000_000), fields));
        }
        span.setLogs(logs);
        return span;
    }

    static Tag text(String key, String value) {
        return new Tag(key, TagType.STRING).setVStr(value);
    }

    private List<Tag> tags(String key) {
        List<Tag> tags = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            Tag tag = new Tag(key + " " + i, TagType.values()[random.nextInt(5)]);
            switch (tag.vType) {
                case STRING -> tag.setVStr("text \ud83d\ude00 " + random.nextInt(3));
                case DOUBLE -> tag.setVDouble(random.nextDouble());
                case BOOL -> tag.setVBool(random.nextBoolean());
                case LONG -> tag.setVLong(random.nextLong());
                default -> tag.setVBinary(new byte[] {(byte) random.nextInt(), 0, -1});
            }
            tags.add(tag);
        }
        return tags;
    }

    /** The bytes of a batch. */
    public static byte[] bytes(JaegerFormat format, Batch batch) {
        try {
            return switch (format) {
                case PROTOBUF -> protobuf(batch);
                case THRIFT -> new TSerializer(new TBinaryProtocol.Factory()).serialize(batch);
                case AGENT_COMPACT -> call(new TCompactProtocol.Factory(), batch);
                case AGENT_BINARY -> call(new TBinaryProtocol.Factory(), batch);
            };
        } catch (TException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] call(TProtocolFactory protocol, Batch batch) throws TException {
        try (TMemoryBuffer buffer = new TMemoryBuffer(1024)) {
            new Agent.Client(protocol.getProtocol(buffer)).emitBatch(batch);
            return java.util.Arrays.copyOf(buffer.getArray(), buffer.length());
        } catch (TTransportException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] protobuf(Batch batch) {
        WireWriter out = new WireWriter(1024);
        int request = out.begin(1);
        for (Span span : batch.getSpans()) {
            int mark = out.begin(1);
            out.bytes(1, id(span.traceIdHigh, span.traceIdLow), 0, 16);
            out.bytes(2, id(0, span.spanId), 8, 8);
            out.string(3, span.operationName);
            for (SpanRef reference : span.getReferences()) {
                int open = out.begin(4);
                out.bytes(1, id(reference.traceIdHigh, reference.traceIdLow), 0, 16);
                out.bytes(2, id(0, reference.spanId), 8, 8);
                out.varint(3, reference.refType.getValue());
                out.end(open);
            }
            out.varint(5, span.flags);
            time(out, 6, span.startTime);
            time(out, 7, span.duration);
            tags(out, 8, span.getTags());
            for (Log log : span.getLogs()) {
                int open = out.begin(9);
                time(out, 1, log.timestamp);
                tags(out, 2, log.fields);
                out.end(open);
            }
            out.end(mark);
        }
        int process = out.begin(2);
        out.string(1, batch.getProcess().serviceName);
        tags(out, 2, batch.getProcess().getTags());
        out.end(process);
        out.end(request);
        return out.toByteArray();
    }

    private static byte[] id(long high, long low) {
        return ByteBuffer.allocate(16).putLong(high).putLong(low).array();
    }

    private static void time(WireWriter out, int field, long micros) {
        int open = out.begin(field);
        out.varint(1, micros / 1_000_000);
        out.varint(2, micros % 1_000_000 * 1_000);
        out.end(open);
    }

    private static void tags(WireWriter out, int field, List<Tag> tags) {
        for (Tag tag : tags) {
            int open = out.begin(field);
            out.string(1, tag.key);
            out.varint(2, PROTOBUF_TYPES[tag.vType.getValue()]);
            switch (tag.vType) {
                case STRING -> out.string(3, tag.vStr);
                case DOUBLE -> out.fixed64(6, Double.doubleToRawLongBits(tag.vDouble));
                case BOOL -> out.varint(4, tag.vBool ? 1 : 0);
                case LONG -> out.varint(5, tag.vLong);
                default -> out.bytes(7, tag.getVBinary(), 0, tag.getVBinary().length);
            }
            out.end(open);
        }
    }
}
