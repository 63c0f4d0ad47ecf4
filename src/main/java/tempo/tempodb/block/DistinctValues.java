package tempo.tempodb.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import tempo.span.MalformedProtobufException;
import tempo.span.TraceKey;
import tempo.span.WireReader;
import tempo.span.WireWriter;

/**
 * The values of one key on their way into a merged block, one after the other: opaque ones each once; of spans, which belong to a
 * trace that is too large to be merged in memory, each span once, in values of about a MiB. Holds one value, and of each span or
 * value what {@link DigestSet} does. For one thread.
 */
final class DistinctValues {
    /** A value is written once it has so many bytes. */
    private static final int VALUE_BYTES_TARGET = 1 << 20;

    /** Spans that are remembered, in 64 MiB: an equal one that comes later than as many others stays. */
    private static final int REMEMBERED_MAX = 3 << 20;

    private static final int RESOURCE_SPANS = WireReader.tag(1, WireReader.LENGTH_DELIMITED);
    private static final int SCOPE_SPANS = WireReader.tag(2, WireReader.LENGTH_DELIMITED);
    private static final int SPANS = WireReader.tag(2, WireReader.LENGTH_DELIMITED);
    private static final int NOT_BEGUN = -1;
    private static final byte[] NO_CONTEXT = {};

    private final long high;
    private final long low;
    private final BlockContent content;
    private final BlockWriter target;
    private final DigestSet seen = new DigestSet(REMEMBERED_MAX);
    private final WireWriter resourceHeader = new WireWriter(256);
    private final WireWriter scopeHeader = new WireWriter(256);
    private final WireWriter out = new WireWriter(VALUE_BYTES_TARGET);
    private int resourceBegun;
    private int scopeBegun;
    private int spans;
    private long oldest = Long.MAX_VALUE;
    private long newest = Long.MIN_VALUE;

    DistinctValues(long high, long low, BlockContent content, BlockWriter target) {
        this.high = high;
        this.low = low;
        this.content = content;
        this.target = target;
    }

    void add(MergeInput.Entry entry) throws IOException {
        byte[] value = entry.value();
        if (content != BlockContent.SPANS) {
            if (seen.add(seen.digest(NO_CONTEXT, value, 0, value.length))) {
                target.add(high, low, ByteBuffer.wrap(value), entry.spans(), entry.oldest(), entry.newest());
            }
            return;
        }
        try {
            addTraces(value);
        } catch (MalformedProtobufException e) {
            String trace = new TraceKey(high, low).traceId().toHex();
            throw new IOException("trace " + trace + " cannot be merged: " + e.getMessage(), e);
        }
        oldest = Math.min(oldest, entry.oldest());
        newest = Math.max(newest, entry.newest());
        if (out.size() >= VALUE_BYTES_TARGET) {
            finish();
        }
    }

    /** Writes what is left. */
    void finish() throws IOException {
        if (spans > 0) {
            target.add(high, low, ByteBuffer.wrap(out.buffer(), 0, out.size()), spans, oldest, newest);
        }
        out.clear();
        spans = 0;
        oldest = Long.MAX_VALUE;
        newest = Long.MIN_VALUE;
    }

    private void addTraces(byte[] value) throws MalformedProtobufException {
        WireReader reader = new WireReader(value);
        while (reader.hasNext()) {
            int tag = reader.readTag();
            if (tag == RESOURCE_SPANS) {
                int outerLimit = reader.enter();
                addResource(reader, value);
                reader.leave(outerLimit);
            } else {
                reader.skipField(tag);
            }
        }
    }

    private void addResource(WireReader reader, byte[] value) throws MalformedProtobufException {
        readHeader(reader, value, SCOPE_SPANS, resourceHeader);
        byte[] context = seen.digest(NO_CONTEXT, resourceHeader.buffer(), 0, resourceHeader.size());
        resourceBegun = NOT_BEGUN;
        while (reader.hasNext()) {
            int tag = reader.readTag();
            if (tag == SCOPE_SPANS) {
                int outerLimit = reader.enter();
                addScope(reader, value, context);
                reader.leave(outerLimit);
            } else {
                reader.skipField(tag);
            }
        }
        if (resourceBegun != NOT_BEGUN) {
            out.end(resourceBegun);
        }
    }

    private void addScope(WireReader reader, byte[] value, byte[] resource) throws MalformedProtobufException {
        readHeader(reader, value, SPANS, scopeHeader);
        byte[] context = seen.digest(resource, scopeHeader.buffer(), 0, scopeHeader.size());
        scopeBegun = NOT_BEGUN;
        while (reader.hasNext()) {
            int tag = reader.readTag();
            if (tag == SPANS) {
                int length = reader.readLength();
                addSpan(value, reader.position(), length, context);
                reader.skip(length);
            } else {
                reader.skipField(tag);
            }
        }
        if (scopeBegun != NOT_BEGUN) {
            out.end(scopeBegun);
        }
    }

    private void addSpan(byte[] value, int offset, int length, byte[] context) {
        if (!seen.add(seen.digest(context, value, offset, length))) {
            return;
        }
        if (resourceBegun == NOT_BEGUN) {
            resourceBegun = out.begin(1);
            out.raw(resourceHeader.buffer(), 0, resourceHeader.size());
        }
        if (scopeBegun == NOT_BEGUN) {
            scopeBegun = out.begin(2);
            out.raw(scopeHeader.buffer(), 0, scopeHeader.size());
        }
        out.bytes(2, value, offset, length);
        spans++;
    }

    /** Copies the fields of a message without those that are tagged so, and goes back to its beginning. */
    private static void readHeader(WireReader reader, byte[] value, int skippedTag, WireWriter header)
            throws MalformedProtobufException {
        int start = reader.position();
        header.clear();
        while (reader.hasNext()) {
            int from = reader.position();
            int tag = reader.readTag();
            reader.skipField(tag);
            if (tag != skippedTag) {
                header.raw(value, from, reader.position() - from);
            }
        }
        reader.seek(start);
    }
}
