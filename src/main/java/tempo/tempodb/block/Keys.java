package tempo.tempodb.block;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

/** Keys and block ids as stored: 16 bytes, big-endian halves, so that byte order is key order. */
final class Keys {
    static final int BYTES = 16;

    private Keys() {}

    static int compare(long highA, long lowA, long highB, long lowB) {
        int order = Long.compareUnsigned(highA, highB);
        return order != 0 ? order : Long.compareUnsigned(lowA, lowB);
    }

    /** Appends a key to {@code target}, whose byte order is little-endian. */
    static void put(ByteBuffer target, long high, long low) {
        assert target.order() == ByteOrder.LITTLE_ENDIAN;
        target.putLong(Long.reverseBytes(high)).putLong(Long.reverseBytes(low));
    }

    /** The id that {@link #put(ByteBuffer, UUID)} wrote at {@code at}. */
    static UUID uuid(ByteBuffer source, int at) {
        assert source.order() == ByteOrder.LITTLE_ENDIAN;
        return new UUID(Long.reverseBytes(source.getLong(at)), Long.reverseBytes(source.getLong(at + Long.BYTES)));
    }

    static void put(ByteBuffer target, UUID id) {
        put(target, id.getMostSignificantBits(), id.getLeastSignificantBits());
    }
}
