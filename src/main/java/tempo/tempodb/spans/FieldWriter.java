package tempo.tempodb.spans;

import tempo.span.WireWriter;
import tempo.tempodb.column.GrowingBytes;

/** Writes the fields of a message back. Stateless. */
final class FieldWriter {
    private FieldWriter() {}

    /** The field of a number: an {@link Item#INT}, a fixed one, or an attribute, whose key's field is {@code key}. */
    static void number(int kind, int tag, byte[] key, long value, GrowingBytes out) {
        switch (kind) {
            case Item.INT -> {
                out.putVarint(Integer.toUnsignedLong(tag));
                out.putVarint(value);
            }
            case Item.FIXED64 -> fixed64(tag, value, out);
            case Item.FIXED32 -> {
                out.putVarint(Integer.toUnsignedLong(tag));
                out.putInt((int) value);
            }
            case Item.ATTRIBUTE_DOUBLE -> {
                attribute(tag, key, 1 + Long.BYTES, out);
                out.put(Item.valueTag(kind));
                out.putLong(value);
            }
            default -> {
                attribute(tag, key, 1 + WireWriter.varintSize(value), out);
                out.put(Item.valueTag(kind));
                out.putVarint(value);
            }
        }
    }

    /** The field of a text, of any kind. */
    static void text(int kind, int tag, byte[] key, byte[] source, int offset, int length, GrowingBytes out) {
        if (kind == Item.TEXT) {
            out.putVarint(Integer.toUnsignedLong(tag));
            out.putVarint(length);
        } else if (kind == Item.ATTRIBUTE_ANY) {
            attribute(tag, key, length, out);
        } else if (kind != Item.VERBATIM) {
            attribute(tag, key, 1 + WireWriter.varintSize(length) + length, out);
            out.put(Item.valueTag(kind));
            out.putVarint(length);
        }
        out.put(source, offset, length);
    }

    static void fixed64(int tag, long value, GrowingBytes out) {
        out.putVarint(Integer.toUnsignedLong(tag));
        out.putLong(value);
    }

    /** An id of 8 bytes. */
    static void id(int tag, long id, GrowingBytes out) {
        out.putVarint(Integer.toUnsignedLong(tag));
        out.put(Long.BYTES);
        out.putLong(Long.reverseBytes(id));
    }

    /** An id of 16 bytes. */
    static void id(int tag, long high, long low, GrowingBytes out) {
        out.putVarint(Integer.toUnsignedLong(tag));
        out.put(2 * Long.BYTES);
        out.putLong(Long.reverseBytes(high));
        out.putLong(Long.reverseBytes(low));
    }

    /** An attribute without a value. */
    static void keyOnly(int tag, byte[] key, GrowingBytes out) {
        out.putVarint(Integer.toUnsignedLong(tag));
        out.putVarint(key.length);
        out.put(key, 0, key.length);
    }

    /** An attribute up to where its value of {@code valueBytes} begins. */
    static void attribute(int tag, byte[] key, int valueBytes, GrowingBytes out) {
        out.putVarint(Integer.toUnsignedLong(tag));
        out.putVarint(key.length + 1L + WireWriter.varintSize(valueBytes) + valueBytes);
        out.put(key, 0, key.length);
        out.put(0x12);
        out.putVarint(valueBytes);
    }

    /** Puts the length of what was written from {@code from} on before it. */
    static void close(int from, GrowingBytes out) {
        int length = out.length() - from;
        int prefix = WireWriter.varintSize(length);
        out.reserve(prefix);
        System.arraycopy(out.array(), from, out.array(), from + prefix, length);
        out.truncate(from);
        out.putVarint(length);
        out.extend(length);
    }
}
