package tempo.tempodb.block;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

/** Reads numbers out of stored bytes, little-endian, never past their end and never above the limit of the field. */
final class CheckedBytes {
    private static final int VARINT_BYTES_MAX = 10;

    private final ByteBuffer bytes;
    private final BlockPlace place;

    CheckedBytes(byte[] array, int offset, int length, BlockPlace place) {
        this.bytes = ByteBuffer.wrap(array, offset, length).slice().order(ByteOrder.LITTLE_ENDIAN);
        this.place = place;
    }

    int position() {
        return bytes.position();
    }

    int remaining() {
        return bytes.remaining();
    }

    void skip(int count, String field) throws CorruptBlockException {
        require(count, field);
        bytes.position(bytes.position() + count);
    }

    int u16(String field) throws CorruptBlockException {
        require(Short.BYTES, field);
        return Short.toUnsignedInt(bytes.getShort());
    }

    /** Any 32 bits: a checksum or magic. */
    int bits32(String field) throws CorruptBlockException {
        require(Integer.BYTES, field);
        return bytes.getInt();
    }

    /** Any 64 bits: a time, magic or feature set. */
    long bits64(String field) throws CorruptBlockException {
        require(Long.BYTES, field);
        return bytes.getLong();
    }

    int u32(String field, int max) throws CorruptBlockException {
        return (int) atMost(Integer.toUnsignedLong(bits32(field)), max, field);
    }

    long u64(String field, long max) throws CorruptBlockException {
        return atMost(bits64(field), max, field);
    }

    /** One half of a key or block id: the only big-endian numbers. */
    long keyHalf(String field) throws CorruptBlockException {
        return Long.reverseBytes(bits64(field));
    }

    UUID uuid(String field) throws CorruptBlockException {
        return new UUID(keyHalf(field), keyHalf(field));
    }

    long varint(String field, long max) throws CorruptBlockException {
        return atMost(varint64(field), max, field);
    }

    /** A varint of any 64 bits. */
    long varint64(String field) throws CorruptBlockException {
        long value = 0;
        for (int i = 0; i < VARINT_BYTES_MAX; i++) {
            require(1, field);
            byte next = bytes.get();
            value |= (long) (next & 0x7f) << 7 * i;
            if (next >= 0) {
                return value;
            }
        }
        throw place.corrupt(field + " is a varint of more than " + VARINT_BYTES_MAX + " bytes");
    }

    void requireEnd(String field) throws CorruptBlockException {
        if (bytes.hasRemaining()) {
            throw place.corrupt(field + " has " + bytes.remaining() + " bytes too many");
        }
    }

    private long atMost(long value, long max, String field) throws CorruptBlockException {
        if (Long.compareUnsigned(value, max) > 0) {
            throw place.corrupt(field + " must be at most " + max + " but is " + Long.toUnsignedString(value));
        }
        return value;
    }

    private void require(int count, String field) throws CorruptBlockException {
        if (count > bytes.remaining()) {
            throw place.corrupt(
                    field + " of " + count + " bytes starts " + bytes.remaining() + " bytes before the end");
        }
    }
}
