package tempo.format.proto;

import tempo.format.Extent;
import tempo.format.Nanos;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;

/** Reads values whose tag was just read. Stateless. */
public final class ProtoValues {
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
