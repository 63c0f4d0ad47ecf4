package tempo.format.jaeger;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tempo.format.FormatException;
import tempo.format.otlp.OtlpTree;

/**
 * A trace as Jaeger's query service answers it to its UI, and as Grafana's data source for Jaeger reads it: times in microseconds, ids in
 * hexadecimal digits, a table of processes beside the spans. Lists are there even if they are empty. Stateless.
 *
 * <p>Source: Jaeger's HTTP JSON, by its documented fields.
 */
public final class JaegerTraceJson {
    private static final long SAFE_INTEGER_MAX = (1L << 53) - 1;
    private static final int NANOS_PER_MICRO = 1_000;
    private static final int LONG_ID_DIGITS = 32;
    private static final int SHORT_ID_DIGITS = 16;
    private static final String SHORT_ID_ZEROS = "0".repeat(SHORT_ID_DIGITS);

    private JaegerTraceJson() {}

    /**
     * Writes an object of {@code data}.
     *
     * @param otlp of which {@code [offset..offset + length)} is {@code TracesData} with the spans of one trace
     * @param warnings what the reader of the trace should know
     * @throws FormatException if it is not valid
     */
    public static void write(JsonGenerator out, byte[] otlp, int offset, int length, List<String> warnings)
            throws IOException, FormatException {
        Spans spans = new Spans(out);
        out.writeStartObject();
        out.writeArrayFieldStart("spans");
        try {
            OtlpTree.read(otlp, offset, length, spans);
        } catch (WriteFailure failure) {
            throw failure.cause;
        }
        out.writeEndArray();
        out.writeStringField("traceID", spans.traceId);
        out.writeObjectFieldStart("processes");
        for (Map.Entry<SpanModel.Process, String> each : spans.processes.entrySet()) {
            out.writeObjectFieldStart(each.getValue());
            out.writeStringField("serviceName", each.getKey().serviceName());
            tags(out, "tags", each.getKey().tags());
            out.writeEndObject();
        }
        out.writeEndObject();
        texts(out, warnings);
        out.writeEndObject();
    }

    /** Since visitors of OTLP throw no {@link IOException}. */
    private static final class WriteFailure extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient IOException cause;

        WriteFailure(IOException cause) {
            super(cause);
            this.cause = cause;
        }
    }

    private static final class Spans implements OtlpTree.Visitor {
        private final JsonGenerator out;
        private final Map<SpanModel.Process, String> processes = new LinkedHashMap<>();
        private String process = "";
        private String traceId = "";

        Spans(JsonGenerator out) {
            this.out = out;
        }

        @Override
        public void resource(OtlpTree.Resource resource) {
            process =
                    processes.computeIfAbsent(SpanConversion.process(resource), added -> "p" + (processes.size() + 1));
        }

        @Override
        public void span(OtlpTree.Scope scope, OtlpTree.Span span) {
            SpanModel model = SpanConversion.span(scope, span);
            if (traceId.isEmpty()) {
                traceId = traceId(model.traceId);
            }
            try {
                write(out, model, process);
            } catch (IOException e) {
                throw new WriteFailure(e);
            }
        }
    }

    private static void write(JsonGenerator out, SpanModel span, String process) throws IOException {
        out.writeStartObject();
        out.writeStringField("traceID", traceId(span.traceId));
        out.writeStringField("spanID", HexFormat.of().formatHex(span.spanId));
        if (span.flags != 0) {
            out.writeNumberField("flags", span.flags & 0xffff_ffffL);
        }
        out.writeStringField("operationName", span.name);
        out.writeArrayFieldStart("references");
        for (SpanModel.Reference reference : span.references) {
            out.writeStartObject();
            out.writeStringField("refType", reference.type() == JaegerSpan.FOLLOWS_FROM ? "FOLLOWS_FROM" : "CHILD_OF");
            out.writeStringField("traceID", traceId(reference.traceId()));
            out.writeStringField("spanID", HexFormat.of().formatHex(reference.spanId()));
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeNumberField("startTime", Math.floorDiv(span.start, NANOS_PER_MICRO));
        out.writeNumberField("duration", Math.max(0, span.duration) / NANOS_PER_MICRO);
        tags(out, "tags", span.tags);
        out.writeArrayFieldStart("logs");
        for (SpanModel.Log log : span.logs) {
            out.writeStartObject();
            out.writeNumberField("timestamp", Math.floorDiv(log.time(), NANOS_PER_MICRO));
            tags(out, "fields", log.fields());
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeStringField("processID", process);
        texts(out, span.warnings);
        out.writeEndObject();
    }

    private static void texts(JsonGenerator out, List<String> warnings) throws IOException {
        out.writeArrayFieldStart("warnings");
        for (String warning : warnings) {
            out.writeString(warning);
        }
        out.writeEndArray();
    }

    private static void tags(JsonGenerator out, String name, List<SpanModel.Tag> tags) throws IOException {
        out.writeArrayFieldStart(name);
        for (SpanModel.Tag tag : tags) {
            out.writeStartObject();
            out.writeStringField("key", tag.key());
            value(out, tag.value());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static void value(JsonGenerator out, Object value) throws IOException {
        if (value instanceof Boolean flag) {
            out.writeStringField("type", "bool");
            out.writeBooleanField("value", flag);
        } else if (value instanceof Long number) {
            out.writeStringField("type", "int64");
            if (Math.abs(number) > SAFE_INTEGER_MAX || number == Long.MIN_VALUE) {
                // JavaScript would round it.
                out.writeStringField("value", number.toString());
            } else {
                out.writeNumberField("value", number);
            }
        } else if (value instanceof Double number) {
            out.writeStringField("type", "float64");
            if (Double.isFinite(number)) {
                out.writeNumberField("value", number);
            } else {
                out.writeStringField("value", number.toString());
            }
        } else if (value instanceof byte[] binary) {
            out.writeStringField("type", "binary");
            out.writeBinaryField("value", binary);
        } else {
            out.writeStringField("type", "string");
            out.writeStringField("value", (String) value);
        }
    }

    /** Jaeger writes an id of 64 bits with 16 digits, and its UI asks for it so. */
    private static String traceId(byte[] id) {
        String digits = HexFormat.of().formatHex(id);
        return digits.length() == LONG_ID_DIGITS && digits.startsWith(SHORT_ID_ZEROS)
                ? digits.substring(SHORT_ID_DIGITS)
                : digits;
    }
}
