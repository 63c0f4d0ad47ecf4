package tempo.tempodb.spans;

/**
 * A field of a span that a scan can look at: one that every span has, or an attribute, by its key.
 *
 * @param of what the field is of
 * @param key of an attribute; else empty
 */
public record SpanField(Of of, String key) {
    /** The span's name; empty if it has none. */
    public static final SpanField NAME = new SpanField(Of.NAME, "");

    /** The number of the span's kind, as in OTLP; 0 if it has none. */
    public static final SpanField KIND = new SpanField(Of.KIND, "");

    /** The number of the status code, as in OTLP: 0 unset, 1 ok, 2 error. */
    public static final SpanField STATUS_CODE = new SpanField(Of.STATUS_CODE, "");

    /** The message of the status; empty if it has none. */
    public static final SpanField STATUS_MESSAGE = new SpanField(Of.STATUS_MESSAGE, "");

    /** The trace state; empty if it has none. */
    public static final SpanField TRACE_STATE = new SpanField(Of.TRACE_STATE, "");

    /** End less start, in nanoseconds, signed; a span without an end has none. */
    public static final SpanField DURATION = new SpanField(Of.DURATION, "");

    /** The start, unix nanoseconds; of a span without one, the oldest in its trace. */
    public static final SpanField START = new SpanField(Of.START, "");

    /** The name of the instrumentation scope; empty if it has none. */
    public static final SpanField SCOPE_NAME = new SpanField(Of.SCOPE_NAME, "");

    /** The version of the instrumentation scope; empty if it has none. */
    public static final SpanField SCOPE_VERSION = new SpanField(Of.SCOPE_VERSION, "");

    /** The names of the span's events. */
    public static final SpanField EVENT_NAME = new SpanField(Of.EVENT_NAME, "");

    /** What a field is of. */
    public enum Of {
        NAME,
        KIND,
        STATUS_CODE,
        STATUS_MESSAGE,
        TRACE_STATE,
        DURATION,
        START,
        SCOPE_NAME,
        SCOPE_VERSION,
        SCOPE_ATTRIBUTE,
        RESOURCE_ATTRIBUTE,
        SPAN_ATTRIBUTE,
        EVENT_NAME,
        EVENT_ATTRIBUTE,
        LINK_ATTRIBUTE
    }

    /** An attribute of the span. */
    public static SpanField attribute(String key) {
        return new SpanField(Of.SPAN_ATTRIBUTE, key);
    }

    /** An attribute of the span's resource. */
    public static SpanField resource(String key) {
        return new SpanField(Of.RESOURCE_ATTRIBUTE, key);
    }

    /** An attribute of the span's instrumentation scope. */
    public static SpanField scope(String key) {
        return new SpanField(Of.SCOPE_ATTRIBUTE, key);
    }

    /** An attribute of any of the span's events. */
    public static SpanField event(String key) {
        return new SpanField(Of.EVENT_ATTRIBUTE, key);
    }

    /** An attribute of any of the span's links. */
    public static SpanField link(String key) {
        return new SpanField(Of.LINK_ATTRIBUTE, key);
    }

    /** True if the column holds this field of a span, an event or a link. */
    boolean isIn(ColumnName column) {
        return switch (of) {
            case NAME -> isField(column, Item.OF_SPAN, 0, 0x2a);
            case KIND -> isField(column, Item.OF_SPAN, 0, 0x30);
            case STATUS_CODE -> isField(column, Item.OF_SPAN, 0x7a, 0x18);
            case STATUS_MESSAGE -> isField(column, Item.OF_SPAN, 0x7a, 0x12);
            case TRACE_STATE -> isField(column, Item.OF_SPAN, 0, 0x1a);
            case EVENT_NAME -> isField(column, Item.OF_EVENT, 0, 0x12);
            case SPAN_ATTRIBUTE -> isAttribute(column, Item.OF_SPAN);
            case EVENT_ATTRIBUTE -> isAttribute(column, Item.OF_EVENT);
            case LINK_ATTRIBUTE -> isAttribute(column, Item.OF_LINK);
            case DURATION, START, SCOPE_NAME, SCOPE_VERSION, SCOPE_ATTRIBUTE, RESOURCE_ATTRIBUTE -> false;
        };
    }

    /** True if a message without the field counts as one with an empty text, or 0. */
    boolean hasDefault() {
        return of == Of.NAME
                || of == Of.KIND
                || of == Of.STATUS_CODE
                || of == Of.STATUS_MESSAGE
                || of == Of.TRACE_STATE
                || of == Of.EVENT_NAME;
    }

    boolean isText() {
        return of != Of.KIND && of != Of.STATUS_CODE;
    }

    /** What messages the field's columns are of. */
    int messages() {
        return of == Of.EVENT_NAME || of == Of.EVENT_ATTRIBUTE
                ? Item.OF_EVENT
                : of == Of.LINK_ATTRIBUTE ? Item.OF_LINK : Item.OF_SPAN;
    }

    private static boolean isField(ColumnName column, int of, int openTag, int tag) {
        return column.of() == of
                && column.openTag() == openTag
                && column.tag() == tag
                && (column.kind() == Item.TEXT || column.kind() == Item.INT);
    }

    private boolean isAttribute(ColumnName column, int messages) {
        return column.of() == messages
                && (column.kind() >= Item.ATTRIBUTE_BOOL && column.kind() <= Item.ATTRIBUTE_DOUBLE
                        || column.kind() == Item.ATTRIBUTE_STRING
                        || column.kind() == Item.ATTRIBUTE_BYTES)
                && column.key().equals(key);
    }
}
