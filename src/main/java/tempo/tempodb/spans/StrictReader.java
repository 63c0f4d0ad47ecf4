package tempo.tempodb.spans;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads protobuf that is written as short as can be, and remembers once something is not: then what is read is worth nothing, but
 * nothing is read beyond the end.
 */
abstract class StrictReader {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    byte[] bytes = {};
    int at;
    int end;
    boolean failed;

    final int tag() {
        long tag = varint();
        if (tag >>> 32 != 0 || tag >>> 3 == 0) {
            failed = true;
            return 0;
        }
        return (int) tag;
    }

    /** A length that lies within the message, or 0 and failed. */
    final int length() {
        long length = varint();
        if (failed || length < 0 || length > end - at) {
            failed = true;
            return 0;
        }
        return (int) length;
    }

    final long varint() {
        if (at < end && bytes[at] >= 0) {
            return bytes[at++];
        }
        long value = 0;
        for (int shift = 0; shift < 70 && at < end; shift += 7) {
            byte next = bytes[at++];
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                failed |= next == 0 || shift == 63 && next != 1;
                return value;
            }
        }
        failed = true;
        return 0;
    }

    final long fixed64() {
        if (end - at < Long.BYTES) {
            failed = true;
            return 0;
        }
        at += Long.BYTES;
        return (long) LONGS.get(bytes, at - Long.BYTES);
    }

    final int fixed32() {
        if (end - at < Integer.BYTES) {
            failed = true;
            return 0;
        }
        at += Integer.BYTES;
        return (int) INTS.get(bytes, at - Integer.BYTES);
    }
}
