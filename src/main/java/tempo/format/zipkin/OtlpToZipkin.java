package tempo.format.zipkin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Map;
import tempo.format.FormatException;
import tempo.format.otlp.OtlpFields;
import tempo.format.otlp.OtlpTree;

/**
 * OTLP in Zipkin's words: the way back of {@link ZipkinFormat#JSON_V2}. docs/receivers.md has what becomes of each field. Pure.
 *
 * <p>Source: OpenTelemetry specification, "OpenTelemetry to Zipkin Transformation"; zipkin2-api.yaml.
 */
public final class OtlpToZipkin {
    private static final JsonFactory JSON = new JsonFactory();
    private static final long NANOS_PER_MICRO = 1_000;
    private static final int SHORT_ID_BYTES = 8;

    private OtlpToZipkin() {}

    /**
     * Spans as a list of version 2, in JSON.
     *
     * @param otlp {@code TracesData}
     * @throws FormatException if it is not valid
     */
    public static byte[] json(byte[] otlp, int offset, int length) throws FormatException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = JSON.createGenerator(bytes)) {
            out.writeStartArray();
            OtlpTree.read(otlp, offset, length, new Writer(out));
            out.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static final class Writer implements OtlpTree.Visitor {
        private final JsonGenerator out;
        private OtlpTree.Resource resource = new OtlpTree.Resource(java.util.List.of(), 0);

        Writer(JsonGenerator out) {
            this.out = out;
        }

        @Override
        public void resource(OtlpTree.Resource next) {
            resource = next;
        }

        @Override
        public void span(OtlpTree.Scope scope, OtlpTree.Span span) {
            try {
                write(SpanParts.of(resource, scope, span), span);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void write(SpanParts parts, OtlpTree.Span span) throws IOException {
            out.writeStartObject();
            out.writeStringField("traceId", traceId(span.traceId));
            out.writeStringField("id", HexFormat.of().formatHex(span.spanId));
            if (span.parentSpanId.length > 0) {
                out.writeStringField("parentId", HexFormat.of().formatHex(span.parentSpanId));
            }
            text("name", span.name);
            text("kind", kind(span.kind));
            long start = Long.divideUnsigned(span.start, NANOS_PER_MICRO);
            if (start > 0 && !parts.withoutTimestamp()) {
                out.writeNumberField("timestamp", start);
            }
            long duration = Long.divideUnsigned(span.end, NANOS_PER_MICRO) - start;
            if (duration > 0) {
                out.writeNumberField("duration", duration);
            }
            flag("debug", parts.debug());
            flag("shared", parts.shared());
            endpoint("localEndpoint", parts.local());
            endpoint("remoteEndpoint", parts.remote());
            if (!span.events.isEmpty()) {
                out.writeArrayFieldStart("annotations");
                for (OtlpTree.Event event : span.events) {
                    out.writeStartObject();
                    out.writeNumberField("timestamp", Long.divideUnsigned(event.time(), NANOS_PER_MICRO));
                    out.writeStringField("value", EventText.of(event));
                    out.writeEndObject();
                }
                out.writeEndArray();
            }
            if (!parts.tags().isEmpty()) {
                out.writeObjectFieldStart("tags");
                for (Map.Entry<String, String> tag : parts.tags().entrySet()) {
                    out.writeStringField(tag.getKey(), tag.getValue());
                }
                out.writeEndObject();
            }
            out.writeEndObject();
        }

        /** One that begins with 64 zero bits was one of 64 bits. */
        private static String traceId(byte[] id) {
            String hex = HexFormat.of().formatHex(id);
            return id.length == 2 * SHORT_ID_BYTES && hex.startsWith("0000000000000000")
                    ? hex.substring(2 * SHORT_ID_BYTES)
                    : hex;
        }

        private static String kind(int kind) {
            return switch (kind) {
                case OtlpFields.KIND_SERVER -> "SERVER";
                case OtlpFields.KIND_CLIENT -> "CLIENT";
                case OtlpFields.KIND_PRODUCER -> "PRODUCER";
                case OtlpFields.KIND_CONSUMER -> "CONSUMER";
                default -> "";
            };
        }

        private void endpoint(String field, ZipkinEndpoint endpoint) throws IOException {
            if (endpoint.isEmpty()) {
                return;
            }
            out.writeObjectFieldStart(field);
            text("serviceName", endpoint.service);
            text("ipv4", endpoint.ipv4);
            text("ipv6", endpoint.ipv6);
            if (endpoint.port != 0) {
                out.writeNumberField("port", endpoint.port);
            }
            out.writeEndObject();
        }

        private void text(String field, String value) throws IOException {
            if (!value.isEmpty()) {
                out.writeStringField(field, value);
            }
        }

        private void flag(String field, boolean value) throws IOException {
            if (value) {
                out.writeBooleanField(field, true);
            }
        }
    }
}
