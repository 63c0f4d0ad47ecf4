package tempo.tempodb.spans;

import tempo.tempodb.column.CorruptPageException;

/** Walks over the items of a shape. */
final class ShapeScan {
    private final TableBytes bytes;

    int kind;
    int tag;
    int keyOffset;
    int keyLength;

    ShapeScan(byte[] shape) {
        bytes = new TableBytes(shape, 1, shape.length - 1);
    }

    boolean hasNext() {
        return bytes.remaining() > 0;
    }

    void next() throws CorruptPageException {
        kind = bytes.u8("item kind");
        if (!Item.isKnown(kind)) {
            throw new CorruptPageException("item kind " + kind + " is not known");
        }
        tag = Item.hasTag(kind) ? (int) bytes.varint("item tag", 0xffffffffL) : 0;
        keyLength = 0;
        keyOffset = 0;
        if (Item.isAttribute(kind)) {
            keyLength = bytes.length("key length");
            keyOffset = bytes.position();
            bytes.skip(keyLength);
        }
    }
}
