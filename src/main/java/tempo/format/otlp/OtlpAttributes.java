package tempo.format.otlp;

import tempo.format.Extent;
import tempo.span.WireWriter;

/** Writes attributes, each a {@code KeyValue} message under a field of the message that is open. Stateless. */
public final class OtlpAttributes {
    private static final int KEY = 1;
    private static final int VALUE = 2;
    private static final int STRING_VALUE = 1;
    private static final int BOOL_VALUE = 2;
    private static final int INT_VALUE = 3;
    private static final int DOUBLE_VALUE = 4;
    private static final int ARRAY_VALUE = 5;
    private static final int ARRAY_VALUES = 1;
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

    /** A string that is in {@code source} already, as its key is; both are extents. */
    public static void string(WireWriter out, int field, byte[] source, long key, long value) {
        int attribute = begin(out, field, source, key);
        int any = out.begin(VALUE);
        OtlpText.write(out, STRING_VALUE, source, value);
        out.end(any);
        out.end(attribute);
    }

    public static void string(WireWriter out, int field, String key, byte[] source, long value) {
        int attribute = begin(out, field, key);
        int any = out.begin(VALUE);
        OtlpText.write(out, STRING_VALUE, source, value);
        out.end(any);
        out.end(attribute);
    }

    public static void bool(WireWriter out, int field, byte[] source, long key, boolean value) {
        int attribute = begin(out, field, source, key);
        int any = out.begin(VALUE);
        out.varint(BOOL_VALUE, value ? 1 : 0);
        out.end(any);
        out.end(attribute);
    }

    public static void integer(WireWriter out, int field, byte[] source, long key, long value) {
        int attribute = begin(out, field, source, key);
        int any = out.begin(VALUE);
        out.varint(INT_VALUE, value);
        out.end(any);
        out.end(attribute);
    }

    /** @param bits the number's, as {@link Double#doubleToRawLongBits} has them */
    public static void real(WireWriter out, int field, byte[] source, long key, long bits) {
        int attribute = begin(out, field, source, key);
        int any = out.begin(VALUE);
        out.fixed64(DOUBLE_VALUE, bits);
        out.end(any);
        out.end(attribute);
    }

    public static void bytes(WireWriter out, int field, byte[] source, long key, long value) {
        int attribute = begin(out, field, source, key);
        int any = out.begin(VALUE);
        out.bytes(BYTES_VALUE, source, Extent.at(value), Extent.length(value));
        out.end(any);
        out.end(attribute);
    }

    /** An array of the first {@code count} strings. */
    public static void strings(WireWriter out, int field, String key, byte[] source, long[] values, int count) {
        int attribute = begin(out, field, key);
        int any = out.begin(VALUE);
        int array = out.begin(ARRAY_VALUE);
        for (int i = 0; i < count; i++) {
            int value = out.begin(ARRAY_VALUES);
            OtlpText.write(out, STRING_VALUE, source, values[i]);
            out.end(value);
        }
        out.end(array);
        out.end(any);
        out.end(attribute);
    }

    private static int begin(WireWriter out, int field, byte[] source, long key) {
        int attribute = out.begin(field);
        OtlpText.write(out, KEY, source, key);
        return attribute;
    }

    private static int begin(WireWriter out, int field, String key) {
        int attribute = out.begin(field);
        out.string(KEY, key);
        return attribute;
    }
}
