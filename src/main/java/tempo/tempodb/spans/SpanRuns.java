package tempo.tempodb.spans;

import java.util.Arrays;
import tempo.span.IndexSort;
import tempo.span.WireReader;
import tempo.span.WireWriter;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.GrowingBytes;

/** Spans as bytes, each under a resource and a scope, that become one serialized {@code TracesData}. Not thread-safe. */
final class SpanRuns {
    private static final int RESOURCE_SPANS = WireReader.tag(1, WireReader.LENGTH_DELIMITED);
    private static final int SCOPE_SPANS = WireReader.tag(2, WireReader.LENGTH_DELIMITED);
    private static final int SPANS = WireReader.tag(2, WireReader.LENGTH_DELIMITED);

    private final Segment segment;
    private final GrowingBytes bytes = new GrowingBytes(16 << 10);
    private long[] contexts = new long[64];
    private int[] ends = new int[64];
    private int count;

    SpanRuns(Segment segment) {
        this.segment = segment;
    }

    /** Where spans are to be appended between {@link #begin} and {@link #end}. */
    GrowingBytes bytes() {
        return bytes;
    }

    void clear() {
        bytes.clear(1 << 20);
        count = 0;
    }

    void begin(int resource, int scope) {
        if (count == contexts.length) {
            contexts = Arrays.copyOf(contexts, count * 2);
            ends = Arrays.copyOf(ends, count * 2);
        }
        contexts[count] = (long) resource << 32 | scope;
    }

    void end() {
        ends[count++] = bytes.length();
    }

    /** The message: resources by number, scopes by number within, spans as they came within these. */
    byte[] write() throws CorruptPageException {
        int[] order = IndexSort.sort(Arrays.copyOf(contexts, count), Integer::compare);
        int[] resourceEnds = new int[count];
        int[] scopeEnds = new int[count];
        long[] resourceBytes = new long[count];
        long[] scopeBytes = new long[count];
        long total = measure(order, resourceEnds, scopeEnds, resourceBytes, scopeBytes);
        if (total > Integer.MAX_VALUE - 64) {
            throw new CorruptPageException("entry would be of " + total + " bytes");
        }
        WireWriter out = new WireWriter((int) total);
        for (int i = 0; i < count; ) {
            int resource = (int) (contexts[order[i]] >>> 32);
            ByteList resources = segment.resources();
            out.rawVarint(RESOURCE_SPANS);
            out.rawVarint(resourceBytes[i]);
            out.raw(resources.array(), resources.offset(resource), resources.length(resource));
            for (int resourceEnd = resourceEnds[i]; i < resourceEnd; ) {
                int scope = (int) contexts[order[i]];
                out.rawVarint(SCOPE_SPANS);
                out.rawVarint(scopeBytes[i]);
                out.raw(
                        segment.scopes().array(),
                        segment.scopes().offset(scope),
                        segment.scopes().length(scope));
                for (int scopeEnd = scopeEnds[i]; i < scopeEnd; i++) {
                    out.rawVarint(SPANS);
                    out.rawVarint(length(order[i]));
                    out.raw(bytes.array(), ends[order[i]] - length(order[i]), length(order[i]));
                }
            }
        }
        return out.take();
    }

    /** By the first span of each run: where the run ends and of how many bytes it is. Returns the bytes of all. */
    private long measure(int[] order, int[] resourceEnds, int[] scopeEnds, long[] resourceBytes, long[] scopeBytes) {
        long total = 0;
        int resourceAt = 0;
        int scopeAt = 0;
        for (int i = 0; i < count; i++) {
            scopeBytes[scopeAt] += field(length(order[i]));
            boolean last = i + 1 == count;
            if (last || contexts[order[i + 1]] != contexts[order[i]]) {
                scopeBytes[scopeAt] += segment.scopes().length((int) contexts[order[i]]);
                scopeEnds[scopeAt] = i + 1;
                resourceBytes[resourceAt] += field(scopeBytes[scopeAt]);
                scopeAt = i + 1;
                if (last || contexts[order[i + 1]] >>> 32 != contexts[order[i]] >>> 32) {
                    resourceBytes[resourceAt] += segment.resources().length((int) (contexts[order[i]] >>> 32));
                    resourceEnds[resourceAt] = i + 1;
                    total += field(resourceBytes[resourceAt]);
                    resourceAt = i + 1;
                }
            }
        }
        return total;
    }

    private int length(int span) {
        return ends[span] - (span == 0 ? 0 : ends[span - 1]);
    }

    /** Bytes of a length-delimited field with a number below 16. */
    private static long field(long bytes) {
        return 1 + WireWriter.varintSize(bytes) + bytes;
    }
}
