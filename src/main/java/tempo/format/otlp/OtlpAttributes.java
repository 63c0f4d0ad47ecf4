package tempo.format.otlp;

import tempo.span.WireWriter;

/** Writes attributes, each a {@code KeyValue} message under a field of the message that is open. Stateless. */
public final class OtlpAttributes {
    private static final int KEY = 1;
    private static final int VALUE = 2;
    private static final int STRING_VALUE = 1;
    private static final int BOOL_VALUE = 2;
    private static final int INT_VALUE = 3;
    private static final int DOUBLE_VALUE = 4;
    private static final int BYTES_VALUE = 7;

    private OtlpAttributes() {}

    public static void string(WireWriter out, int field, String key, String value) {
        int attribute = begin(out, field, key);
        int any = out.begin(VALUE);
        out.string(STRING_VALUE, value);
        out.end(any);
        out.end(attribute);
    }

    public static void bool(WireWriter out, int field, String key, boolean value) {
        int attribute = begin(out, field, key);
        int any = out.begin(VALUE);
        out.varint(BOOL_VALUE, value ? 1 : 0);
        out.end(any);
        out.end(attribute);
    }

    public static void integer(WireWriter out, int field, String key, long value) {
        int attribute = begin(out, field, key);
        int any = out.begin(VALUE);
        out.varint(INT_VALUE, value);
        out.end(any);
        out.end(attribute);
    }

    public static void real(WireWriter out, int field, String key, double value) {
        int attribute = begin(out, field, key);
        int any = out.begin(VALUE);
        out.fixed64(DOUBLE_VALUE, Double.doubleToRawLongBits(value));
        out.end(any);
        out.end(attribute);
    }

    public static void bytes(WireWriter out, int field, String key, byte[] value) {
        int attribute = begin(out, field, key);
        int any = out.begin(VALUE);
        out.bytes(BYTES_VALUE, value, 0, value.length);
        out.end(any);
        out.end(attribute);
    }

    private static int begin(WireWriter out, int field, String key) {
        int attribute = out.begin(field);
        out.string(KEY, key);
        return attribute;
    }
}
