package tempo.format.otlp;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import tempo.span.WireReader;
import tempo.span.WireWriter;

/**
 * An {@code ExportTraceServiceRequest} that is written span by span: each goes to the others of its resource and scope. Resources,
 * and their scopes, come in the order of their first span. Not thread-safe.
 */
public final class OtlpRequest {
    private static final int FIRST_CAPACITY = 1024;

    private final Map<ByteBuffer, Map<ByteBuffer, WireWriter>> resources = new LinkedHashMap<>();

    /**
     * Where to write a span, as a field {@link OtlpFields#SCOPE_SPANS_SPANS}.
     *
     * @param resource a {@code Resource} message
     * @param scope an {@code InstrumentationScope} message; empty for none
     */
    public WireWriter spansOf(WireWriter resource, WireWriter scope) {
        Map<ByteBuffer, WireWriter> scopes = resources.get(viewOf(resource));
        if (scopes == null) {
            scopes = new LinkedHashMap<>();
            resources.put(ByteBuffer.wrap(resource.toByteArray()), scopes);
        }
        WireWriter spans = scopes.get(viewOf(scope));
        if (spans == null) {
            spans = new WireWriter(FIRST_CAPACITY);
            scopes.put(ByteBuffer.wrap(scope.toByteArray()), spans);
        }
        return spans;
    }

    private static ByteBuffer viewOf(WireWriter message) {
        return ByteBuffer.wrap(message.buffer(), 0, message.size());
    }

    /** All that was written. */
    public byte[] toByteArray() {
        int bytes = 0;
        for (Map.Entry<ByteBuffer, Map<ByteBuffer, WireWriter>> resource : resources.entrySet()) {
            bytes += fieldSize(bodySize(resource.getKey(), resource.getValue()));
        }
        WireWriter out = new WireWriter(bytes);
        resources.forEach((resource, scopes) -> {
            out.tag(OtlpFields.RESOURCE_SPANS, WireReader.LENGTH_DELIMITED);
            out.rawVarint(bodySize(resource, scopes));
            message(out, OtlpFields.RESOURCE_SPANS_RESOURCE, resource);
            scopes.forEach((scope, spans) -> {
                out.tag(OtlpFields.RESOURCE_SPANS_SCOPE_SPANS, WireReader.LENGTH_DELIMITED);
                out.rawVarint(messageSize(scope) + spans.size());
                message(out, OtlpFields.SCOPE_SPANS_SCOPE, scope);
                out.raw(spans.buffer(), 0, spans.size());
            });
        });
        return out.take();
    }

    private static int bodySize(ByteBuffer resource, Map<ByteBuffer, WireWriter> scopes) {
        int size = messageSize(resource);
        for (Map.Entry<ByteBuffer, WireWriter> scope : scopes.entrySet()) {
            size += fieldSize(messageSize(scope.getKey()) + scope.getValue().size());
        }
        return size;
    }

    /** Bytes of a field with a body of so many; the field's number is below 16. */
    private static int fieldSize(int body) {
        return 1 + WireWriter.varintSize(body) + body;
    }

    private static int messageSize(ByteBuffer message) {
        return message.hasRemaining() ? fieldSize(message.remaining()) : 0;
    }

    private static void message(WireWriter out, int field, ByteBuffer message) {
        if (message.hasRemaining()) {
            out.bytes(field, message.array(), message.arrayOffset(), message.remaining());
        }
    }
}
