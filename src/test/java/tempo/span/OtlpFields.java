package tempo.span;

import java.nio.ByteBuffer;

/** Fields of OTLP that tests write. */
public final class OtlpFields {
    private OtlpFields() {}

    /** An id of one word, as a span's, or of two, as a trace's. */
    public static void id(WireWriter out, int field, long... words) {
        ByteBuffer id = ByteBuffer.allocate(words.length * Long.BYTES);
        for (long word : words) {
            id.putLong(word);
        }
        out.bytes(field, id.array(), 0, id.capacity());
    }

    /** A {@code KeyValue} with a string. */
    public static void attribute(WireWriter out, int field, String key, String text) {
        int pair = out.begin(field);
        out.string(1, key);
        int value = out.begin(2);
        out.string(1, text);
        out.end(value);
        out.end(pair);
    }

    /** A {@code KeyValue} with an integer. */
    public static void attribute(WireWriter out, int field, String key, long number) {
        int pair = out.begin(field);
        out.string(1, key);
        int value = out.begin(2);
        out.varint(3, number);
        out.end(value);
        out.end(pair);
    }
}
