package tempo.span;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a trace into several {@code TracesData}, each of so many bytes at most where its spans allow it, for those whose messages have a
 * limit: each repeats the resource and the scope that its spans came under. Stateless.
 */
public final class TraceChunks {
    private static final int RESOURCE_SPANS = 1;
    private static final int SCOPE_SPANS = 2;
    private static final int SPANS = 2;

    private final byte[] bytes;
    private final int bytesMax;
    private final WireWriter chunk;
    private final List<byte[]> chunks = new ArrayList<>();

    /** What stands around the spans now: the fields of the resource's message and of the scope's but spans. */
    private final WireWriter resource = new WireWriter(1 << 10);

    private final WireWriter scope = new WireWriter(1 << 8);
    private int resourceMark = -1;
    private int scopeMark = -1;

    private TraceChunks(byte[] bytes, int bytesMax) {
        this.bytes = bytes;
        this.bytesMax = bytesMax;
        this.chunk = new WireWriter(Math.min(bytesMax, bytes.length) + 64);
    }

    /**
     * The chunks, in order; none without a span. A trace that is small enough is its only chunk, as it is.
     *
     * @param otlp {@code TracesData}
     * @throws MalformedProtobufException if it is not valid
     */
    public static List<byte[]> of(byte[] otlp, int bytesMax) throws MalformedProtobufException {
        if (otlp.length <= bytesMax) {
            return otlp.length == 0 ? List.of() : List.of(otlp);
        }
        TraceChunks chunks = new TraceChunks(otlp, bytesMax);
        WireReader in = new WireReader(otlp);
        while (in.hasNext()) {
            int tag = in.readTag();
            if (tag == WireReader.tag(RESOURCE_SPANS, WireReader.LENGTH_DELIMITED)) {
                int outer = in.enter();
                chunks.resourceSpans(in);
                in.leave(outer);
            } else {
                in.skipField(tag);
            }
        }
        chunks.end();
        return chunks.chunks;
    }

    /** Resource and scope may stand behind their spans. */
    private void resourceSpans(WireReader in) throws MalformedProtobufException {
        int first = in.position();
        allBut(SCOPE_SPANS, in, resource);
        in.seek(first);
        while (in.hasNext()) {
            int tag = in.readTag();
            if (tag == WireReader.tag(SCOPE_SPANS, WireReader.LENGTH_DELIMITED)) {
                int outer = in.enter();
                scopeSpans(in);
                in.leave(outer);
            } else {
                in.skipField(tag);
            }
        }
        closeResource();
    }

    private void scopeSpans(WireReader in) throws MalformedProtobufException {
        int first = in.position();
        allBut(SPANS, in, scope);
        in.seek(first);
        while (in.hasNext()) {
            int start = in.position();
            int tag = in.readTag();
            in.skipField(tag);
            if (tag == WireReader.tag(SPANS, WireReader.LENGTH_DELIMITED)) {
                span(start, in.position() - start);
            }
        }
        closeScope();
    }

    private void allBut(int field, WireReader in, WireWriter out) throws MalformedProtobufException {
        out.clear();
        while (in.hasNext()) {
            int start = in.position();
            int tag = in.readTag();
            in.skipField(tag);
            if (tag != WireReader.tag(field, WireReader.LENGTH_DELIMITED)) {
                out.raw(bytes, start, in.position() - start);
            }
        }
    }

    private void span(int start, int length) {
        if (chunk.size() > 0 && chunk.size() + length + resource.size() + scope.size() > bytesMax) {
            closeResource();
            end();
        }
        if (resourceMark < 0) {
            resourceMark = chunk.begin(RESOURCE_SPANS);
            chunk.raw(resource.buffer(), 0, resource.size());
        }
        if (scopeMark < 0) {
            scopeMark = chunk.begin(SCOPE_SPANS);
            chunk.raw(scope.buffer(), 0, scope.size());
        }
        chunk.raw(bytes, start, length);
    }

    private void closeScope() {
        if (scopeMark >= 0) {
            chunk.end(scopeMark);
            scopeMark = -1;
        }
    }

    private void closeResource() {
        closeScope();
        if (resourceMark >= 0) {
            chunk.end(resourceMark);
            resourceMark = -1;
        }
    }

    private void end() {
        if (chunk.size() > 0) {
            chunks.add(chunk.toByteArray());
            chunk.clear();
        }
    }
}
