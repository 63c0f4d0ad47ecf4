package tempo.span;

import java.util.Arrays;

/**
 * The resources and scopes of a request: the bytes of all their own fields, and for each scope where its resource's and its
 * own bytes are. Fields are copied once per request, however many spans stand under them.
 */
final class ContextTable {
    private static final int CAPACITY_MIN = 4096;
    private static final int KEPT_BYTES = 1 << 20;

    private byte[] fields = new byte[CAPACITY_MIN];
    private int fieldsBytes;
    private int[] extents = new int[64];
    private int count;

    void reset() {
        fieldsBytes = 0;
        count = 0;
        if (fields.length > KEPT_BYTES) {
            fields = new byte[CAPACITY_MIN];
        }
        if (extents.length > KEPT_BYTES / Integer.BYTES) {
            extents = new int[64];
        }
    }

    /** Where the next field will be put. */
    int mark() {
        return fieldsBytes;
    }

    void addField(byte[] source, int from, int to) {
        int length = to - from;
        if (fieldsBytes + length > fields.length) {
            fields = Arrays.copyOf(fields, Math.max(fields.length * 2, fieldsBytes + length));
        }
        System.arraycopy(source, from, fields, fieldsBytes, length);
        fieldsBytes += length;
    }

    /** Adds a context of the two stretches of fields and returns its index. */
    int add(int resourceFrom, int resourceTo, int scopeFrom, int scopeTo) {
        if (count * 4 == extents.length) {
            extents = Arrays.copyOf(extents, extents.length * 2);
        }
        extents[count * 4] = resourceFrom;
        extents[count * 4 + 1] = resourceTo;
        extents[count * 4 + 2] = scopeFrom;
        extents[count * 4 + 3] = scopeTo;
        return count++;
    }

    int count() {
        return count;
    }

    int resourceBytes(int context) {
        return extents[context * 4 + 1] - extents[context * 4];
    }

    int scopeBytes(int context) {
        return extents[context * 4 + 3] - extents[context * 4 + 2];
    }

    /** Copies the resource's and then the scope's bytes of a context to {@code target[at..)}. */
    void copy(int context, byte[] target, int at) {
        int resource = resourceBytes(context);
        System.arraycopy(fields, extents[context * 4], target, at, resource);
        System.arraycopy(fields, extents[context * 4 + 2], target, at + resource, scopeBytes(context));
    }
}
