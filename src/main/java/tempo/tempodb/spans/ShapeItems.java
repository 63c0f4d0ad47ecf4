package tempo.tempodb.spans;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.column.CorruptPageException;

/** The items of a shape, read from its bytes: what it is of, a byte, and then the items. Immutable. */
final class ShapeItems {
    private final int of;
    private final byte[] bytes;
    private final int[] kinds;
    private final int[] tags;

    /** Of attributes: where the key is in the bytes. */
    private final int[] keyOffsets;

    private final int[] keyLengths;
    private final int[] openTags;

    /** Found when first asked for: of most shapes of a segment that is read, nobody does. */
    private volatile int @Nullable [] occurrences;

    private final int values;

    private ShapeItems(byte[] bytes, int count) {
        this.of = bytes[0];
        this.bytes = bytes;
        this.kinds = new int[count];
        this.tags = new int[count];
        this.keyOffsets = new int[count];
        this.keyLengths = new int[count];
        this.openTags = new int[count];
        int valueCount = 0;
        ShapeScan scan = new ShapeScan(bytes);
        for (int i = 0; i < count; i++) {
            try {
                scan.next();
            } catch (CorruptPageException e) {
                throw new IllegalStateException("shape was walked before", e);
            }
            kinds[i] = scan.kind;
            tags[i] = scan.tag;
            keyOffsets[i] = scan.keyOffset;
            keyLengths[i] = scan.keyLength;
            valueCount += Item.hasValue(scan.kind) ? 1 : 0;
        }
        this.values = valueCount;
        findOpenTags();
    }

    /**
     * The items that {@code bytes} are of.
     *
     * @throws CorruptPageException if they are no shape
     */
    static ShapeItems of(byte[] bytes) throws CorruptPageException {
        if (bytes.length == 0 || bytes[0] < Item.OF_SPAN || bytes[0] > Item.OF_LINK) {
            throw new CorruptPageException("shape does not say what it is of");
        }
        ShapeScan scan = new ShapeScan(bytes);
        int count = 0;
        boolean open = false;
        while (scan.hasNext()) {
            scan.next();
            count++;
            if (scan.kind == Item.OPEN && open || scan.kind == Item.CLOSE && !open) {
                throw new CorruptPageException("shape opens or closes a message where there is none");
            }
            open = scan.kind == Item.OPEN || open && scan.kind != Item.CLOSE;
        }
        if (open) {
            throw new CorruptPageException("shape does not close a message");
        }
        return new ShapeItems(bytes, count);
    }

    int of() {
        return of;
    }

    byte[] bytes() {
        return bytes;
    }

    int count() {
        return kinds.length;
    }

    /** How many of the items have a value. */
    int values() {
        return values;
    }

    int kind(int item) {
        return kinds[item];
    }

    int tag(int item) {
        return tags[item];
    }

    int keyOffset(int item) {
        return keyOffsets[item];
    }

    int keyLength(int item) {
        return keyLengths[item];
    }

    boolean has(int kind) {
        for (int each : kinds) {
            if (each == kind) {
                return true;
            }
        }
        return false;
    }

    boolean isVerbatim() {
        return has(Item.VERBATIM);
    }

    /** By value item: whether it is text. */
    boolean[] textValues() {
        boolean[] text = new boolean[values];
        int value = 0;
        for (int kind : kinds) {
            if (Item.hasValue(kind)) {
                text[value++] = Item.isText(kind);
            }
        }
        return text;
    }

    /** The tag of the message that the item is in, 0 if it is not in one. */
    int openTag(int item) {
        return openTags[item];
    }

    /** How many items before this one are of the same field and have the same key. */
    int occurrence(int item) {
        int[] known = occurrences;
        if (known == null) {
            known = findOccurrences();
            occurrences = known;
        }
        return known[item];
    }

    private void findOpenTags() {
        int open = 0;
        for (int i = 0; i < kinds.length; i++) {
            open = kinds[i] == Item.CLOSE ? 0 : open;
            openTags[i] = open;
            open = kinds[i] == Item.OPEN ? tags[i] : open;
        }
    }

    private int[] findOccurrences() {
        Map<String, Integer> seen = new HashMap<>();
        int[] found = new int[kinds.length];
        for (int i = 0; i < kinds.length; i++) {
            String key = new String(bytes, keyOffsets[i], keyLengths[i], ISO_8859_1);
            String field = kinds[i] + " " + openTags[i] + " " + tags[i] + " " + key;
            found[i] = seen.merge(field, 1, Integer::sum) - 1;
        }
        return found;
    }
}
