package tempo.tempodb.spans;

import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.column.GrowingLongs;

/** Takes the fields apart that any message may have: attributes, texts, numbers, and unknown ones. */
abstract class FieldParser extends StrictReader {
    /** More than a span may have by the default limits; a shape is bounded by it. */
    private static final int ITEMS_MAX = 4096;

    private static final int SHAPE_BYTES_MAX = 256 << 10;

    final GrowingBytes shape = new GrowingBytes(1024);
    final GrowingLongs values;
    int itemCount;

    /** Of the first 64 fields, those that may come once and were there. */
    long seen;

    FieldParser(GrowingLongs values) {
        this.values = values;
    }

    final void attribute(int tag) {
        int length = length();
        if (failed) {
            return;
        }
        int from = at;
        int outerEnd = end;
        end = at + length;
        if (!keyAndValue(tag)) {
            failed = false;
            item(Item.TEXT, tag);
            values.add(MessageParser.text(from, length));
        }
        at = from + length;
        end = outerEnd;
    }

    /** False if the pair is not written as key and then value, each once. */
    private boolean keyAndValue(int tag) {
        if (at >= end || bytes[at] != 0x0a) {
            return false;
        }
        at++;
        int keyLength = length();
        int key = at;
        if (failed) {
            return false;
        }
        at += keyLength;
        if (at == end) {
            attributeItem(Item.ATTRIBUTE_NONE, tag, key, keyLength);
            return true;
        }
        if (bytes[at++] != 0x12) {
            return false;
        }
        int valueLength = length();
        if (failed || at + valueLength != end) {
            return false;
        }
        anyValue(tag, key, keyLength);
        return true;
    }

    private void anyValue(int tag, int key, int keyLength) {
        int from = at;
        if (from == end) {
            attributeItem(Item.ATTRIBUTE_EMPTY, tag, key, keyLength);
            return;
        }
        int kind =
                switch (bytes[at++]) {
                    case 0x0a -> Item.ATTRIBUTE_STRING;
                    case 0x10 -> Item.ATTRIBUTE_BOOL;
                    case 0x18 -> Item.ATTRIBUTE_INT;
                    case 0x21 -> Item.ATTRIBUTE_DOUBLE;
                    case 0x2a -> Item.ATTRIBUTE_ARRAY;
                    case 0x32 -> Item.ATTRIBUTE_KVLIST;
                    case 0x3a -> Item.ATTRIBUTE_BYTES;
                    default -> Item.ATTRIBUTE_ANY;
                };
        long value = 0;
        if (kind == Item.ATTRIBUTE_BOOL || kind == Item.ATTRIBUTE_INT) {
            value = varint();
        } else if (kind == Item.ATTRIBUTE_DOUBLE) {
            value = fixed64();
        } else if (kind != Item.ATTRIBUTE_ANY) {
            int length = length();
            value = MessageParser.text(at, length);
            at += length;
        }
        if (failed || kind == Item.ATTRIBUTE_ANY || at != end) {
            failed = false;
            kind = Item.ATTRIBUTE_ANY;
            value = MessageParser.text(from, end - from);
        }
        attributeItem(kind, tag, key, keyLength);
        values.add(value);
    }

    final void singleText(int tag) {
        once(tag);
        item(Item.TEXT, tag);
        textValue();
    }

    private void textValue() {
        int length = length();
        values.add(MessageParser.text(at, length));
        at += length;
    }

    final void singleInt(int tag) {
        once(tag);
        item(Item.INT, tag);
        values.add(varint());
    }

    final void singleFixed32(int tag) {
        once(tag);
        item(Item.FIXED32, tag);
        values.add(Integer.toUnsignedLong(fixed32()));
    }

    /** Known numbers with a wire type that is not theirs land here too. */
    final void unknown(int tag) {
        switch (tag & 7) {
            case 0 -> {
                item(Item.INT, tag);
                values.add(varint());
            }
            case 1 -> {
                item(Item.FIXED64, tag);
                values.add(fixed64());
            }
            case 2 -> {
                item(Item.TEXT, tag);
                textValue();
            }
            case 5 -> {
                item(Item.FIXED32, tag);
                values.add(Integer.toUnsignedLong(fixed32()));
            }
            default -> failed = true;
        }
    }

    final void item(int kind, int tag) {
        if (++itemCount > ITEMS_MAX || shape.length() > SHAPE_BYTES_MAX) {
            failed = true;
            return;
        }
        shape.put(kind);
        shape.putVarint(Integer.toUnsignedLong(tag));
    }

    private void attributeItem(int kind, int tag, int key, int keyLength) {
        item(kind, tag);
        if (keyLength > SHAPE_BYTES_MAX - shape.length()) {
            failed = true;
            return;
        }
        shape.putVarint(keyLength);
        shape.put(bytes, key, keyLength);
    }

    /** Fails if the field, one of the first 31, was there before. */
    final void once(int tag) {
        long bit = 1L << (tag >>> 3);
        failed |= (seen & bit) != 0;
        seen |= bit;
    }
}
