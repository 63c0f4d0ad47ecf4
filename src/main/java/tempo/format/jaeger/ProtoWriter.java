package tempo.format.jaeger;

import tempo.span.WireWriter;

/**
 * Writes spans and processes in protobuf. Stateless.
 *
 * <p>Source: <a href="https://github.com/jaegertracing/jaeger-idl/tree/main/proto/api_v2">model.proto</a>, by its documented fields.
 */
final class ProtoWriter {
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final int BOOL = 1;
    private static final int INT64 = 2;
    private static final int FLOAT64 = 3;
    private static final int BINARY = 4;

    private ProtoWriter() {}

    /** A span whose process stands beside it. */
    static void span(WireWriter out, int field, SpanModel span) {
        int mark = out.begin(field);
        fields(out, span);
        out.end(mark);
    }

    /** A span with its process in it. */
    static void span(WireWriter out, int field, SpanModel span, SpanModel.Process process) {
        int mark = out.begin(field);
        fields(out, span);
        process(out, 10, process);
        out.end(mark);
    }

    private static void fields(WireWriter out, SpanModel span) {
        bytes(out, 1, span.traceId);
        bytes(out, 2, span.spanId);
        string(out, 3, span.name);
        for (SpanModel.Reference reference : span.references) {
            int message = out.begin(4);
            bytes(out, 1, reference.traceId());
            bytes(out, 2, reference.spanId());
            if (reference.type() != 0) {
                out.varint(3, reference.type());
            }
            out.end(message);
        }
        if (span.flags != 0) {
            out.varint(5, span.flags & 0xffff_ffffL);
        }
        time(out, 6, Math.floorDiv(span.start, NANOS_PER_SECOND), Math.floorMod(span.start, NANOS_PER_SECOND));
        time(out, 7, span.duration / NANOS_PER_SECOND, span.duration % NANOS_PER_SECOND);
        span.tags.forEach(tag -> tag(out, 8, tag));
        for (SpanModel.Log log : span.logs) {
            int message = out.begin(9);
            time(out, 1, Math.floorDiv(log.time(), NANOS_PER_SECOND), Math.floorMod(log.time(), NANOS_PER_SECOND));
            log.fields().forEach(each -> tag(out, 2, each));
            out.end(message);
        }
        string(out, 11, span.processId);
        for (String warning : span.warnings) {
            out.string(12, warning);
        }
    }

    static void process(WireWriter out, int field, SpanModel.Process process) {
        int mark = out.begin(field);
        string(out, 1, process.serviceName());
        process.tags().forEach(each -> tag(out, 2, each));
        out.end(mark);
    }

    private static void tag(WireWriter out, int field, SpanModel.Tag tag) {
        int mark = out.begin(field);
        string(out, 1, tag.key());
        Object value = tag.value();
        if (value instanceof Boolean flag) {
            out.varint(2, BOOL);
            if (flag) {
                out.varint(4, 1);
            }
        } else if (value instanceof Long number) {
            out.varint(2, INT64);
            out.varint(5, number);
        } else if (value instanceof Double number) {
            out.varint(2, FLOAT64);
            out.fixed64(6, Double.doubleToRawLongBits(number));
        } else if (value instanceof byte[] binary) {
            out.varint(2, BINARY);
            bytes(out, 7, binary);
        } else {
            string(out, 3, (String) value);
        }
        out.end(mark);
    }

    private static void time(WireWriter out, int field, long seconds, long nanos) {
        int mark = out.begin(field);
        if (seconds != 0) {
            out.varint(1, seconds);
        }
        if (nanos != 0) {
            out.varint(2, nanos);
        }
        out.end(mark);
    }

    private static void string(WireWriter out, int field, String value) {
        if (!value.isEmpty()) {
            out.string(field, value);
        }
    }

    private static void bytes(WireWriter out, int field, byte[] value) {
        if (value.length > 0) {
            out.bytes(field, value, 0, value.length);
        }
    }
}
