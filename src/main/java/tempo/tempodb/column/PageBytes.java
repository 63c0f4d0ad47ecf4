package tempo.tempodb.column;

/** Reads what is in a page from front to back, never past its end. */
final class PageBytes {
    /** zstd does not compress further than this, so that a claim of more need not be believed. */
    private final byte[] bytes;

    private final int end;
    private int at;

    PageBytes(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        this.at = offset;
        this.end = offset + length;
    }

    byte[] array() {
        return bytes;
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

    int width(String field, int max) throws CorruptPageException {
        int width = u8(field);
        if (width > max) {
            throw new CorruptPageException(field + " is " + width + ", over " + max);
        }
        return width;
    }

    long varint(String field) throws CorruptPageException {
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

    /** A varint of at most {@code max}. */
    int count(String field, int max) throws CorruptPageException {
        long value = varint(field);
        if (value < 0 || value > max) {
            throw new CorruptPageException(field + " is " + Long.toUnsignedString(value) + ", over " + max);
        }
        return (int) value;
    }

    long signedVarint(String field) throws CorruptPageException {
        return LongPage.unzigzag(varint(field));
    }

    /** A length of bytes that follow, all of which are there. */
    int length(String field) throws CorruptPageException {
        int length = count("length of " + field, Integer.MAX_VALUE);
        if (length > remaining()) {
            throw new CorruptPageException(
                    "length of " + field + " is " + length + " but " + remaining() + " bytes are left");
        }
        return length;
    }

    void skip(int count) {
        at += count;
    }

    /** A nested page whose length stands before it. */
    PageBytes nested(String field) throws CorruptPageException {
        int length = length(field);
        PageBytes nested = new PageBytes(bytes, at, length);
        at += length;
        return nested;
    }

    /** The next {@code length} bytes, a zstd frame, as {@code rawLength} bytes. */
    byte[] decompress(long rawLength, int length) throws CorruptPageException {
        if (length > remaining() || rawLength > Zstd.rawLengthMax(length) || rawLength > Integer.MAX_VALUE - 8) {
            throw new CorruptPageException(length + " of " + remaining() + " bytes are no " + rawLength);
        }
        byte[] raw = new byte[(int) rawLength];
        Zstd.decompress(bytes, at, length, raw, raw.length);
        at += length;
        return raw;
    }

    /** All that is left, as bits. */
    BitReader bits() {
        BitReader bits = new BitReader(bytes, at, end);
        at = end;
        return bits;
    }

    /** The next {@code count} bytes, as bits. */
    BitReader bits(int count) throws CorruptPageException {
        if (count > remaining()) {
            throw new CorruptPageException(count + " bytes of bits are wanted but " + remaining() + " are left");
        }
        BitReader bits = new BitReader(bytes, at, at + count);
        at += count;
        return bits;
    }

    /** Checks that what is left are exactly so many bits. */
    void requireBits(long bits) throws CorruptPageException {
        if ((bits + 7) >>> 3 != remaining()) {
            throw new CorruptPageException(bits + " bits are wanted but " + remaining() + " bytes are left");
        }
    }

    void requireEnd(String what) throws CorruptPageException {
        if (at != end) {
            throw new CorruptPageException(what + ": " + remaining() + " bytes too many");
        }
    }
}
