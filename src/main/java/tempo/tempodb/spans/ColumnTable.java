package tempo.tempodb.spans;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.column.TextDictionary;

/** The columns of a segment's values as the writer numbers them, and the dictionaries of those that are text. */
final class ColumnTable {
    private final ByteTable names = new ByteTable();
    private final List<@Nullable TextDictionary> dictionaries = new ArrayList<>();
    private final List<Integer> kinds = new ArrayList<>();
    private final GrowingBytes scratch = new GrowingBytes(256);

    int count() {
        return names.count();
    }

    /** The dictionary of a column of text, null for one of numbers. */
    @Nullable
    TextDictionary dictionary(int column) {
        return dictionaries.get(column);
    }

    /** True if the numbers of a column are the bits of doubles. */
    boolean hasDoubles(int column) {
        return kinds.get(column) == Item.ATTRIBUTE_DOUBLE;
    }

    /** True if the column's values are such as somebody looks for one of. */
    boolean hasBloom(int column) {
        return BloomWriter.has(kinds.get(column));
    }

    /** The columns of a shape's values. */
    int[] of(ShapeItems items) {
        int[] columns = new int[items.values()];
        int value = 0;
        for (int i = 0; i < items.count(); i++) {
            if (Item.hasValue(items.kind(i))) {
                columns[value++] = number(items, i);
            }
        }
        return columns;
    }

    long retainedBytes() {
        long bytes = names.retainedBytes();
        for (TextDictionary dictionary : dictionaries) {
            bytes += dictionary == null ? 0 : dictionary.bytes();
        }
        return bytes;
    }

    /** Appends the columns' names; see {@link ColumnName}. */
    void encode(GrowingBytes out) {
        names.encode(out);
    }

    private int number(ShapeItems items, int item) {
        scratch.truncate(0);
        ColumnName.encode(items, item, scratch);
        int number = names.add(scratch.array(), 0, scratch.length());
        if (number == dictionaries.size()) {
            kinds.add(items.kind(item));
            dictionaries.add(Item.isText(items.kind(item)) ? new TextDictionary() : null);
        }
        return number;
    }
}
