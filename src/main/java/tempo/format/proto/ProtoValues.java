package tempo.format.proto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import tempo.format.Extent;
import tempo.format.Nanos;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;

/** Reads values whose tag was just read. Stateless. */
public final class ProtoValues {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private ProtoValues() {}

    /** True for a string, bytes or message of this number. */
    public static boolean isMessage(int tag, int field) {
        return tag == WireReader.tag(field, WireReader.LENGTH_DELIMITED);
    }

    /** True for an integer of this number. */
    public static boolean isVarint(int tag, int field) {
        return tag == WireReader.tag(field, WireReader.VARINT);
    }

    /** Where a string or bytes are, as an {@link Extent}: nothing is copied. */
    public static long extent(WireReader in) throws MalformedProtobufException {
        int length = in.readLength();
        long extent = Extent.of(in.position(), length);
        in.skip(length);
        return extent;
    }

    /** The first half of a trace id of 16 bytes, as a number; 0 of another. */
    public static long traceIdHigh(byte[] bytes, long extent) {
        return Extent.length(extent) == 2 * Long.BYTES ? (long) LONGS.get(bytes, Extent.at(extent)) : 0;
    }

    /** The last 8 bytes of a trace id of 16 or 8; 0 of another. */
    public static long traceIdLow(byte[] bytes, long extent) {
        return Extent.length(extent) == 2 * Long.BYTES
                ? (long) LONGS.get(bytes, Extent.at(extent) + Long.BYTES)
                : spanId(bytes, extent);
    }

    /** A span id of 8 bytes, as a number; 0 of another. */
    public static long spanId(byte[] bytes, long extent) {
        return Extent.length(extent) == Long.BYTES ? (long) LONGS.get(bytes, Extent.at(extent)) : 0;
    }

    /** A {@code google.protobuf.Timestamp} or {@code Duration}, as {@link Nanos} has it. */
    public static long nanos(WireReader in) throws MalformedProtobufException {
        int outer = in.enter();
        long seconds = 0;
        int nanos = 0;
        while (in.hasNext()) {
            int tag = in.readTag();
            if (isVarint(tag, 1)) {
                seconds = in.readVarint64();
            } else if (isVarint(tag, 2)) {
                nanos = in.readVarint32();
            } else {
                in.skipField(tag);
            }
        }
        in.leave(outer);
        return Nanos.of(seconds, nanos);
    }
}
