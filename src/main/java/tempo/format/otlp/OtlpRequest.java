package tempo.format.otlp;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tempo.format.FormatException;
import tempo.span.WireReader;
import tempo.span.WireWriter;

/**
 * An {@code ExportTraceServiceRequest} that is written span by span: each goes to the others of its resource and scope. Resources,
 * and their scopes, come in the order of their first span. Not thread-safe.
 */
public final class OtlpRequest {
    private static final int FIRST_CAPACITY = 256;

    /** What another resource or scope costs beside its spans. */
    private static final int OVERHEAD_BYTES = 512;

    private final long bytesMax;
    private long bytes;

    private final Map<ByteBuffer, Map<ByteBuffer, Spans>> resources = new LinkedHashMap<>();

    /** Those of the span before: most often the next belongs to them too. */
    private @Nullable Spans last;

    /** Spans of one resource and scope. */
    private record Spans(ByteBuffer resource, ByteBuffer scope, WireWriter writer) {}

    /** @param bytesMax most bytes of all spans together */
    public OtlpRequest(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /**
     * Where to write a span, as a field {@link OtlpFields#SCOPE_SPANS_SPANS}.
     *
     * @param resource a {@code Resource} message
     * @param scope an {@code InstrumentationScope} message; empty for none
     */
    public WireWriter spansOf(WireWriter resource, WireWriter scope) {
        ByteBuffer ofResource = viewOf(resource);
        ByteBuffer ofScope = viewOf(scope);
        Spans spans = last;
        if (spans == null
                || !spans.resource().equals(ofResource)
                || !spans.scope().equals(ofScope)) {
            spans = find(ofResource, ofScope);
            last = spans;
        }
        return spans.writer();
    }

    private Spans find(ByteBuffer resource, ByteBuffer scope) {
        Map<ByteBuffer, Spans> scopes = resources.get(resource);
        Spans known = scopes == null ? null : scopes.get(scope);
        if (known != null) {
            return known;
        }
        bytes += (long) OVERHEAD_BYTES + resource.remaining() + scope.remaining();
        Spans made = new Spans(copyOf(resource), copyOf(scope), new WireWriter(FIRST_CAPACITY));
        resources
                .computeIfAbsent(made.resource(), absent -> new LinkedHashMap<>())
                .put(made.scope(), made);
        return made;
    }

    private static ByteBuffer copyOf(ByteBuffer view) {
        byte[] copy = new byte[view.remaining()];
        view.get(view.position(), copy);
        return ByteBuffer.wrap(copy);
    }

    /**
     * Closes a span that was opened in what {@link #spansOf} returned.
     *
     * @throws FormatException if all are more than the bound now
     */
    public void end(WireWriter spans, int mark) throws FormatException {
        spans.end(mark);
        bytes += spans.size() - mark;
        if (bytes > bytesMax) {
            throw new FormatException("spans become more than " + bytesMax + " bytes when they are translated");
        }
    }

    private static ByteBuffer viewOf(WireWriter message) {
        return ByteBuffer.wrap(message.buffer(), 0, message.size());
    }

    /** All that was written. */
    public byte[] toByteArray() {
        int size = 0;
        for (Map.Entry<ByteBuffer, Map<ByteBuffer, Spans>> resource : resources.entrySet()) {
            size += fieldSize(bodySize(resource.getKey(), resource.getValue()));
        }
        WireWriter out = new WireWriter(size);
        resources.forEach((resource, scopes) -> {
            out.tag(OtlpFields.RESOURCE_SPANS, WireReader.LENGTH_DELIMITED);
            out.rawVarint(bodySize(resource, scopes));
            message(out, OtlpFields.RESOURCE_SPANS_RESOURCE, resource);
            scopes.forEach((scope, spans) -> {
                out.tag(OtlpFields.RESOURCE_SPANS_SCOPE_SPANS, WireReader.LENGTH_DELIMITED);
                out.rawVarint(messageSize(scope) + spans.writer().size());
                message(out, OtlpFields.SCOPE_SPANS_SCOPE, scope);
                out.raw(spans.writer().buffer(), 0, spans.writer().size());
            });
        });
        return out.take();
    }

    private static int bodySize(ByteBuffer resource, Map<ByteBuffer, Spans> scopes) {
        int size = messageSize(resource);
        for (Map.Entry<ByteBuffer, Spans> scope : scopes.entrySet()) {
            size += fieldSize(
                    messageSize(scope.getKey()) + scope.getValue().writer().size());
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
