package tempo.tempodb.spans;

import java.util.Arrays;
import tempo.tempodb.column.ByteHash;
import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.column.GrowingLongs;

/**
 * The templates of a segment as the writer finds them: a shape, a scope, and the values that are constant. A look-up makes no
 * object. Not thread-safe.
 */
final class TemplateTable {
    private final GrowingBytes constants = new GrowingBytes(4096);
    private Shape[] shapes = new Shape[64];
    private int[] scopes = new int[64];
    private long[] hashes = new long[64];

    /** By template: where its constants begin, see {@link #encode}; those of the next one begin where they end. */
    private int[] starts = new int[64];

    private int[] slots = new int[128];
    private int count;
    private long[] valueHashes = new long[64];

    int count() {
        return count;
    }

    long retainedBytes() {
        return constants.length() + 40L * count;
    }

    /**
     * The template of a message whose values are {@code values[first..)}, text as a stretch of {@code bytes}; a new one if
     * there is none.
     */
    int find(Shape shape, int scope, GrowingLongs values, int first, byte[] bytes) {
        shape.countRow();
        while (true) {
            long hash = hash(shape, scope, values, first, bytes);
            int slot = (int) hash & slots.length - 1;
            while (slots[slot] != 0) {
                int template = slots[slot] - 1;
                if (hashes[template] == hash
                        && shapes[template] == shape
                        && scopes[template] == scope
                        && hasConstants(template, values, first, bytes)) {
                    return template;
                }
                slot = slot + 1 & slots.length - 1;
            }
            if (!shape.demotes(valueHashes)) {
                putConstants(shape, values, first, bytes);
                return add(slot, hash, shape, scope);
            }
        }
    }

    /** The template whose values are {@code encoded} as in {@link #encode}, in the shortest way; a new one if there is none. */
    int find(Shape shape, int scope, GrowingBytes encoded) {
        long hash = hash(shape, scope, encoded.array());
        int slot = (int) hash & slots.length - 1;
        while (slots[slot] != 0) {
            int template = slots[slot] - 1;
            if (hashes[template] == hash
                    && shapes[template] == shape
                    && scopes[template] == scope
                    && Arrays.equals(
                            constants.array(), starts[template], end(template), encoded.array(), 0, encoded.length())) {
                return template;
            }
            slot = slot + 1 & slots.length - 1;
        }
        constants.put(encoded.array(), 0, encoded.length());
        return add(slot, hash, shape, scope);
    }

    /**
     * Appends all templates: how many, and for each
     *
     * <pre>
     * shape: varint, scope: varint, then by value item
     *   1: u8, value: varint                   constant number
     *   1: u8, length: varint, bytes           constant text
     *   0: u8                                  in its column
     * </pre>
     */
    void encode(GrowingBytes out) {
        out.putVarint(count);
        for (int i = 0; i < count; i++) {
            out.putVarint(shapes[i].number);
            out.putVarint(scopes[i]);
            out.put(constants.array(), starts[i], end(i) - starts[i]);
        }
    }

    private long hash(Shape shape, int scope, GrowingLongs values, int first, byte[] bytes) {
        int items = shape.columns.length;
        if (items > valueHashes.length) {
            valueHashes = new long[items];
        }
        long hash = ByteHash.join((long) shape.number << 32 | scope, shape.constantsHash);
        for (int i = 0; i < items; i++) {
            if (shape.constant[i]) {
                long value = values.get(first + i);
                long each = shape.text[i]
                        ? ByteHash.of(bytes, MessageParser.offset(value), MessageParser.length(value))
                        : value;
                valueHashes[i] = each;
                hash = ByteHash.join(hash, each);
            }
        }
        return hash;
    }

    /** The same hash from the values as they are stored. */
    private static long hash(Shape shape, int scope, byte[] encoded) {
        boolean[] constant = new boolean[shape.columns.length];
        long[] valueHashes = new long[constant.length];
        int at = 0;
        for (int i = 0; i < constant.length; i++) {
            constant[i] = encoded[at++] != 0;
            if (constant[i]) {
                long value = varint(encoded, at);
                at += varintBytes(encoded, at);
                if (shape.text[i]) {
                    valueHashes[i] = ByteHash.of(encoded, at, (int) value);
                    at += (int) value;
                } else {
                    valueHashes[i] = value;
                }
            }
        }
        long hash = ByteHash.join((long) shape.number << 32 | scope, hash(constant));
        for (int i = 0; i < constant.length; i++) {
            hash = constant[i] ? ByteHash.join(hash, valueHashes[i]) : hash;
        }
        return hash;
    }

    /** A hash of which values are constants. */
    static long hash(boolean[] constant) {
        long hash = 0;
        for (boolean each : constant) {
            hash = ByteHash.join(hash, each ? 1 : 2);
        }
        return hash;
    }

    private static long varint(byte[] bytes, int at) {
        long value = 0;
        int place = at;
        int shift = 0;
        byte next;
        do {
            next = bytes[place++];
            value |= (next & 0x7fL) << shift;
            shift += 7;
        } while (next < 0);
        return value;
    }

    private static int varintBytes(byte[] bytes, int at) {
        int place = at;
        while (bytes[place] < 0) {
            place++;
        }
        return place + 1 - at;
    }

    private boolean hasConstants(int template, GrowingLongs values, int first, byte[] bytes) {
        Shape shape = shapes[template];
        byte[] mine = constants.array();
        int at = starts[template];
        for (int i = 0; i < shape.columns.length; i++) {
            boolean constant = mine[at++] != 0;
            if (constant != shape.constant[i]) {
                return false;
            }
            if (!constant) {
                continue;
            }
            long known = varint(mine, at);
            at += varintBytes(mine, at);
            long value = values.get(first + i);
            if (!shape.text[i]) {
                if (known != value) {
                    return false;
                }
                continue;
            }
            int offset = MessageParser.offset(value);
            int length = MessageParser.length(value);
            int end = at + (int) known;
            if (!Arrays.equals(mine, at, end, bytes, offset, offset + length)) {
                return false;
            }
            at = end;
        }
        return true;
    }

    /** A template of which the constants were appended. */
    private int add(int slot, long hash, Shape shape, int scope) {
        if (count + 1 == starts.length) {
            grow();
        }
        shapes[count] = shape;
        scopes[count] = scope;
        hashes[count] = hash;
        starts[count + 1] = constants.length();
        slots[slot] = ++count;
        if (2 * count > slots.length) {
            rehash();
        }
        return count - 1;
    }

    private int end(int template) {
        return starts[template + 1];
    }

    private void putConstants(Shape shape, GrowingLongs values, int first, byte[] bytes) {
        for (int i = 0; i < shape.columns.length; i++) {
            constants.put(shape.constant[i] ? 1 : 0);
            if (shape.constant[i]) {
                long value = values.get(first + i);
                if (shape.text[i]) {
                    constants.putVarint(MessageParser.length(value));
                    constants.put(bytes, MessageParser.offset(value), MessageParser.length(value));
                } else {
                    constants.putVarint(value);
                }
            }
        }
    }

    private void grow() {
        int capacity = starts.length * 2;
        shapes = Arrays.copyOf(shapes, capacity);
        scopes = Arrays.copyOf(scopes, capacity);
        hashes = Arrays.copyOf(hashes, capacity);
        starts = Arrays.copyOf(starts, capacity);
    }

    private void rehash() {
        slots = new int[slots.length * 2];
        for (int i = 0; i < count; i++) {
            int slot = (int) hashes[i] & slots.length - 1;
            while (slots[slot] != 0) {
                slot = slot + 1 & slots.length - 1;
            }
            slots[slot] = i + 1;
        }
    }
}
