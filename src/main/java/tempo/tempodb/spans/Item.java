package tempo.tempodb.spans;

/**
 * What the fields of a span, an event or a link can be. A message's items in their order, with the keys of its attributes but
 * without any value, are its shape. As bytes, an item is:
 *
 * <pre>
 * kind: u8, then
 *   tag: varint                     of the field; CLOSE and VERBATIM have none
 *   key length: varint, key         ATTRIBUTE_* only
 * </pre>
 */
final class Item {
    /** 16 bytes that are the trace's id. */
    static final int TRACE_ID = 1;

    /** 8 bytes, in the column of span ids. */
    static final int SPAN_ID = 2;

    /** 8 bytes that follow from the depth, or are in the column of parents outside. */
    static final int PARENT_ID = 3;

    /** fixed64, in the column of starts. */
    static final int START = 4;

    /** fixed64, in the column of durations. */
    static final int END = 5;

    /** fixed64, in the column of event times. */
    static final int TIME = 6;

    /** A length-delimited field of no bytes where an id could be. */
    static final int EMPTY = 7;

    /** The span's events, one behind the other. */
    static final int EVENTS = 8;

    /** The span's links, one behind the other. */
    static final int LINKS = 9;

    /** Begins a message whose items follow; not nested. */
    static final int OPEN = 10;

    static final int CLOSE = 11;

    /** 16 bytes, in the columns of linked trace ids. */
    static final int LINK_TRACE_ID = 12;

    /** 8 bytes, in the column of linked span ids. */
    static final int LINK_SPAN_ID = 13;

    /** An attribute whose value is there and holds nothing. */
    static final int ATTRIBUTE_EMPTY = 14;

    /** An attribute without the field of the value. */
    static final int ATTRIBUTE_NONE = 15;

    /** From here on: a number of 64 bits, constant in the template or in a column. */
    static final int INT = 32;

    static final int FIXED32 = 33;
    static final int FIXED64 = 34;
    static final int ATTRIBUTE_BOOL = 35;
    static final int ATTRIBUTE_INT = 36;
    static final int ATTRIBUTE_DOUBLE = 37;

    /** From here on: bytes, constant in the template or in a column. */
    static final int TEXT = 48;

    /** The whole message: it is written in a way that the items cannot give back byte for byte. */
    static final int VERBATIM = 49;

    static final int ATTRIBUTE_STRING = 50;
    static final int ATTRIBUTE_BYTES = 51;
    static final int ATTRIBUTE_ARRAY = 52;
    static final int ATTRIBUTE_KVLIST = 53;

    /** The bytes of an {@code AnyValue} that is none of the above. */
    static final int ATTRIBUTE_ANY = 54;

    /** What a shape is of. */
    static final int OF_SPAN = 0;

    static final int OF_EVENT = 1;
    static final int OF_LINK = 2;

    private Item() {}

    static boolean hasValue(int kind) {
        return kind >= INT;
    }

    static boolean isText(int kind) {
        return kind >= TEXT;
    }

    static boolean isAttribute(int kind) {
        return kind == ATTRIBUTE_EMPTY
                || kind == ATTRIBUTE_NONE
                || kind >= ATTRIBUTE_BOOL && kind <= ATTRIBUTE_DOUBLE
                || kind >= ATTRIBUTE_STRING && kind <= ATTRIBUTE_ANY;
    }

    static boolean hasTag(int kind) {
        return kind != CLOSE && kind != VERBATIM;
    }

    static boolean isKnown(int kind) {
        return kind >= TRACE_ID && kind <= ATTRIBUTE_NONE
                || kind >= INT && kind <= ATTRIBUTE_DOUBLE
                || kind >= TEXT && kind <= ATTRIBUTE_ANY;
    }

    /** The field of {@code AnyValue} that holds a value of this kind, with its wire type. */
    static int valueTag(int kind) {
        return switch (kind) {
            case ATTRIBUTE_STRING -> 0x0a;
            case ATTRIBUTE_BOOL -> 0x10;
            case ATTRIBUTE_INT -> 0x18;
            case ATTRIBUTE_DOUBLE -> 0x21;
            case ATTRIBUTE_ARRAY -> 0x2a;
            case ATTRIBUTE_KVLIST -> 0x32;
            case ATTRIBUTE_BYTES -> 0x3a;
            default -> throw new IllegalArgumentException("kind " + kind + " has no field in AnyValue");
        };
    }
}
