package tempo.format.jaeger;

import java.util.Arrays;
import tempo.format.Extent;
import tempo.format.SpanBounds;
import tempo.format.otlp.OtlpAttributes;
import tempo.span.WireWriter;

/**
 * Tags of a process, of a span and of its logs, as places in the bytes of their batch, so that none is an object. To be filled again
 * and again, by one thread.
 */
final class Tags {
    /** Types as they are numbered in Thrift. */
    static final int STRING = 0;

    static final int DOUBLE = 1;
    static final int BOOL = 2;
    static final int LONG = 3;
    static final int BINARY = 4;

    /** Of a tag that has gone to a place of its own. */
    private static final int TAKEN = -1;

    private static final int CAPACITY_MIN = 32;

    /** Nobody adds to it. */
    static final Tags NONE = new Tags();

    private byte[] source = {};
    private long[] keys = new long[CAPACITY_MIN];
    private int[] types = new int[CAPACITY_MIN];

    /** Extents of strings and binaries, bits of doubles, 1 for true. */
    private long[] values = new long[CAPACITY_MIN];

    private int size;
    private int dropped;

    /** Forgets all; those that follow are places in {@code bytes}. */
    void clear(byte[] bytes) {
        source = bytes;
        size = 0;
        dropped = 0;
    }

    /** How many there were beyond the bound. */
    int dropped() {
        return dropped;
    }

    int size() {
        return size;
    }

    void add(long key, int type, long value) {
        if (size == SpanBounds.ELEMENTS_MAX) {
            dropped++;
            return;
        }
        if (size == types.length) {
            keys = Arrays.copyOf(keys, 2 * size);
            types = Arrays.copyOf(types, 2 * size);
            values = Arrays.copyOf(values, 2 * size);
        }
        keys[size] = key;
        types[size] = type;
        values[size++] = value;
    }

    long key(int i) {
        return keys[i];
    }

    int type(int i) {
        return types[i];
    }

    long value(int i) {
        return values[i];
    }

    byte[] source() {
        return source;
    }

    /** Its value is written elsewhere. */
    void take(int i) {
        types[i] = TAKEN;
    }

    /** True if it is a string of these bytes. */
    boolean isText(int i, byte[] text) {
        return types[i] == STRING && equal(values[i], text);
    }

    boolean equal(long extent, byte[] text) {
        return Extent.equal(source, extent, text);
    }

    /** Writes those in {@code [from, to)} that were not taken as attributes. */
    void write(WireWriter out, int field, int from, int to) {
        for (int i = from; i < to; i++) {
            switch (types[i]) {
                case STRING -> OtlpAttributes.string(out, field, source, keys[i], values[i]);
                case DOUBLE -> OtlpAttributes.real(out, field, source, keys[i], values[i]);
                case BOOL -> OtlpAttributes.bool(out, field, source, keys[i], values[i] != 0);
                case LONG -> OtlpAttributes.integer(out, field, source, keys[i], values[i]);
                case BINARY -> OtlpAttributes.bytes(out, field, source, keys[i], values[i]);
                default -> {
                    // It has another place.
                }
            }
        }
    }
}
