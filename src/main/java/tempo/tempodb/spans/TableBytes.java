package tempo.tempodb.spans;

import tempo.tempodb.column.CorruptPageException;

/** Reads numbers and lengths out of the tables of a segment, never past their end. */
final class TableBytes {
    private final byte[] bytes;
    private final int end;
    private int at;

    TableBytes(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        this.at = offset;
        this.end = offset + length;
    }

    int position() {
        return at;
    }

    int remaining() {
        return end - at;
    }

    int u8(String field) throws CorruptPageException {
        if (at >= end) {
            throw new CorruptPageException(field + " is missing");
        }
        return bytes[at++] & 0xff;
    }

    /** A varint of at most {@code max}. */
    long varint(String field, long max) throws CorruptPageException {
        long value = varint64(field);
        if (Long.compareUnsigned(value, max) > 0) {
            throw new CorruptPageException(
                    field + " must be at most " + max + " but is " + Long.toUnsignedString(value));
        }
        return value;
    }

    /** A varint of any 64 bits. */
    long varint64(String field) throws CorruptPageException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int next = u8(field);
            value |= (next & 0x7fL) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw new CorruptPageException(field + " is a varint of more than 10 bytes");
    }

    /** As {@link #count}, for numbers that mostly are below 128. */
    int small(String field, int max) throws CorruptPageException {
        if (at < end && bytes[at] >= 0) {
            return bytes[at++];
        }
        return count(field, max);
    }

    /** A number of at most {@code max}; if that is negative, there can be none. */
    int count(String field, int max) throws CorruptPageException {
        if (max < 0) {
            throw new CorruptPageException(field + " is of nothing");
        }
        return (int) varint(field, max);
    }

    /** A length of bytes that follow, all of which are there. */
    int length(String field) throws CorruptPageException {
        long length = varint64(field);
        if (Long.compareUnsigned(length, remaining()) > 0) {
            throw new CorruptPageException(
                    field + " is " + Long.toUnsignedString(length) + " but " + remaining() + " bytes are left");
        }
        return (int) length;
    }

    void skip(int count) {
        at += count;
    }

    int int32(String field) throws CorruptPageException {
        int value = 0;
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            value |= u8(field) << shift;
        }
        return value;
    }

    void requireEnd(String table) throws CorruptPageException {
        if (at != end) {
            throw new CorruptPageException(table + " has " + remaining() + " bytes too many");
        }
    }
}
