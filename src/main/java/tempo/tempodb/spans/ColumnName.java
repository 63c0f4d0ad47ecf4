package tempo.tempodb.spans;

import static java.nio.charset.StandardCharsets.UTF_8;

import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.GrowingBytes;

/**
 * Which values a column holds. As bytes:
 *
 * <pre>
 * of: u8 (0 span, 1 event, 2 link), kind: u8, tag of the message around it: varint (0: none), tag: varint,
 * occurrence: varint, key: the rest
 * </pre>
 *
 * @param of what the shape is of
 * @param kind the kind of the item
 * @param openTag tag of the message that it is in, 0 if none
 * @param tag tag of its field
 * @param occurrence how many before it in the same message have the same field and key
 * @param key of an attribute, else empty
 */
record ColumnName(int of, int kind, int openTag, int tag, int occurrence, String key) {
    private static final int OCCURRENCES_MAX = 1 << 16;

    static void encode(ShapeItems items, int item, GrowingBytes out) {
        out.put(items.of());
        out.put(items.kind(item));
        out.putVarint(Integer.toUnsignedLong(items.openTag(item)));
        out.putVarint(Integer.toUnsignedLong(items.tag(item)));
        out.putVarint(items.occurrence(item));
        out.put(items.bytes(), items.keyOffset(item), items.keyLength(item));
    }

    static ColumnName decode(byte[] bytes, int offset, int length) throws CorruptPageException {
        TableBytes name = new TableBytes(bytes, offset, length);
        int of = name.u8("column of");
        int kind = name.u8("column kind");
        int openTag = (int) name.varint("column message", 0xffffffffL);
        int tag = (int) name.varint("column tag", 0xffffffffL);
        int occurrence = name.count("column occurrence", OCCURRENCES_MAX);
        if (of > Item.OF_LINK || !Item.isKnown(kind) || !Item.hasValue(kind)) {
            throw new CorruptPageException("column cannot be of kind " + kind + " of " + of);
        }
        String key = new String(bytes, name.position(), name.remaining(), UTF_8);
        return new ColumnName(of, kind, openTag, tag, occurrence, key);
    }

    boolean isText() {
        return Item.isText(kind);
    }

    @Override
    public String toString() {
        String what = of == Item.OF_SPAN ? "span" : of == Item.OF_EVENT ? "event" : "link";
        String field = key.isEmpty() ? "field " + (tag >>> 3) : "attribute " + key;
        return what + " " + field + (occurrence == 0 ? "" : " #" + (occurrence + 1));
    }
}
