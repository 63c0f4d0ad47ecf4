package tempo.format.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import tempo.format.Extent;
import tempo.span.WireWriter;

/** Text that foreign formats hold as bytes, most often and never surely UTF-8. Stateless. */
public final class OtlpText {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long NOT_ASCII = 0x8080_8080_8080_8080L;

    private OtlpText() {}

    /** Writes a string field. What is not valid UTF-8 is replaced, since readers refuse a whole message that has such a string. */
    public static void write(WireWriter out, int field, byte[] source, long text) {
        int at = Extent.at(text);
        int length = Extent.length(text);
        if (isAscii(source, at, length)) {
            out.bytes(field, source, at, length);
        } else {
            out.string(field, new String(source, at, length, UTF_8));
        }
    }

    private static boolean isAscii(byte[] source, int from, int length) {
        int at = from;
        int end = from + length;
        for (; end - at >= Long.BYTES; at += Long.BYTES) {
            if (((long) LONGS.get(source, at) & NOT_ASCII) != 0) {
                return false;
            }
        }
        for (; at < end; at++) {
            if (source[at] < 0) {
                return false;
            }
        }
        return true;
    }
}
