package tempo.span;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The spans of a merge as rows of primitive columns, some 48 bytes each: where a span's bytes are, and what orders it. Total
 * order: start (unsigned), span id, content hash, then the content itself: span bytes, resource, scope. It does not depend on
 * which fragment a span was found in, so rows compare as equal exactly if they are duplicates.
 */
final class SpanRows {
    private static final VarHandle BIG_ENDIAN_LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int SPAN_ID = WireReader.tag(2, WireReader.LENGTH_DELIMITED);
    private static final int KIND = WireReader.tag(6, WireReader.VARINT);
    private static final int START = WireReader.tag(7, WireReader.FIXED64);
    private static final int SPAN_ID_BYTES = 8;

    private final HeaderTable resources;
    private final HeaderTable scopes;
    private int count;
    private byte[][] sources = new byte[64][];
    private int[] offsets = new int[64];
    private int[] lengths = new int[64];
    private int[] scopeNumbers = new int[64];
    private long[] starts = new long[64];
    private long[] ids = new long[64];
    private long[] hashes = new long[64];

    SpanRows(HeaderTable resources, HeaderTable scopes) {
        this.resources = resources;
        this.scopes = scopes;
    }

    int count() {
        return count;
    }

    /** Takes back all rows but the first {@code newCount}. */
    void truncate(int newCount) {
        Arrays.fill(sources, newCount, count, null);
        count = newCount;
    }

    byte[] source(int row) {
        return sources[row];
    }

    int offset(int row) {
        return offsets[row];
    }

    int length(int row) {
        return lengths[row];
    }

    int scope(int row) {
        return scopeNumbers[row];
    }

    /** The start of each row, the first key of the order. */
    long[] copyOfStarts() {
        return Arrays.copyOf(starts, count);
    }

    /** Adds the span that {@code reader} has entered, after checking its fields up to the limit. */
    void add(byte[] source, WireReader reader, int scope) throws MalformedProtobufException {
        int offset = reader.position();
        int length = reader.limit() - offset;
        long start = 0;
        int idOffset = offset;
        int idLength = 0;
        while (reader.hasNext()) {
            int tag = reader.readTag();
            if (tag == START) {
                start = reader.readFixed64();
            } else if (tag == SPAN_ID) {
                idLength = reader.readLength();
                idOffset = reader.position();
                reader.skip(idLength);
            } else {
                reader.skipField(tag);
            }
        }
        if (count == offsets.length) {
            grow();
        }
        sources[count] = source;
        offsets[count] = offset;
        lengths[count] = length;
        scopeNumbers[count] = scope;
        starts[count] = start;
        // An id of the wrong length has no place in the order of numbers; it only has to be told from others.
        ids[count] = idLength == SPAN_ID_BYTES
                ? (long) BIG_ENDIAN_LONGS.get(source, idOffset)
                : WireHash.of(source, idOffset, idLength);
        hashes[count] = WireHash.join(scopes.hash(scope), WireHash.of(source, offset, length));
        count++;
    }

    private void grow() {
        int capacity = Math.toIntExact(count + (count >> 1) + 1L);
        sources = Arrays.copyOf(sources, capacity);
        offsets = Arrays.copyOf(offsets, capacity);
        lengths = Arrays.copyOf(lengths, capacity);
        scopeNumbers = Arrays.copyOf(scopeNumbers, capacity);
        starts = Arrays.copyOf(starts, capacity);
        ids = Arrays.copyOf(ids, capacity);
        hashes = Arrays.copyOf(hashes, capacity);
    }

    int compare(int a, int b) {
        int order = Long.compareUnsigned(starts[a], starts[b]);
        if (order == 0) {
            order = Long.compareUnsigned(ids[a], ids[b]);
        }
        if (order == 0) {
            order = Long.compareUnsigned(hashes[a], hashes[b]);
        }
        return order != 0 ? order : compareContent(a, b);
    }

    private int compareContent(int a, int b) {
        int order = Arrays.compareUnsigned(
                sources[a], offsets[a], offsets[a] + lengths[a], sources[b], offsets[b], offsets[b] + lengths[b]);
        int scopeA = scopeNumbers[a];
        int scopeB = scopeNumbers[b];
        if (order != 0 || scopeA == scopeB) {
            return order;
        }
        order = Arrays.compareUnsigned(resources.bytes(scopes.outer(scopeA)), resources.bytes(scopes.outer(scopeB)));
        return order != 0 ? order : Arrays.compareUnsigned(scopes.bytes(scopeA), scopes.bytes(scopeB));
    }

    /** True if the rows have the same start and the same span id. */
    boolean sameStartAndId(int a, int b) {
        return starts[a] == starts[b] && ids[a] == ids[b];
    }

    /** The span's kind, read from its bytes: few rows are ever asked. */
    int kind(int row) {
        WireReader reader = new WireReader(sources[row], offsets[row], lengths[row]);
        int kind = 0;
        try {
            while (reader.hasNext()) {
                int tag = reader.readTag();
                if (tag == KIND) {
                    kind = reader.readVarint32();
                } else {
                    reader.skipField(tag);
                }
            }
        } catch (MalformedProtobufException e) {
            throw new IllegalStateException("span was well-formed when it was added", e);
        }
        return kind;
    }
}
