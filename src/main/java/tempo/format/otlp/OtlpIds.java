package tempo.format.otlp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import tempo.format.Extent;
import tempo.span.WireWriter;

/** Writes ids; foreign formats have them as numbers too, of which 0 is none and left out. For one thread. */
public final class OtlpIds {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    public static final int TRACE_BYTES = 16;
    public static final int SPAN_BYTES = 8;

    private final byte[] id = new byte[TRACE_BYTES];

    /** An id that is in {@code source}; of another length it is none. */
    public static void copy(WireWriter out, int field, byte[] source, long id, int length) {
        if (Extent.length(id) == length) {
            out.bytes(field, source, Extent.at(id), length);
        }
    }

    /** A trace id of two halves. */
    public void trace(WireWriter out, int field, long high, long low) {
        if ((high | low) != 0) {
            LONGS.set(id, 0, high);
            LONGS.set(id, Long.BYTES, low);
            out.bytes(field, id, 0, id.length);
        }
    }

    /** A span id. */
    public void span(WireWriter out, int field, long value) {
        if (value != 0) {
            LONGS.set(id, 0, value);
            out.bytes(field, id, 0, SPAN_BYTES);
        }
    }
}
