package tempo.tempodb.spans;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.column.GrowingBytes;

/**
 * Which values are constants of templates, as {@link TemplateTraining} found: of the shapes that it saw often enough, value by value;
 * of any other shape, a value is one unless it mostly was none in the shapes that were seen. So a span that has failed, with an
 * attribute more than its like, makes no template of its own. Immutable.
 */
final class LearnedConstants {
    /** Messages of which it takes so many to know a column. */
    private static final int ROWS_MIN = 32;

    /** Nothing is known: all values are constants to begin with. */
    static final LearnedConstants NONE = new LearnedConstants(Map.of(), Map.of());

    /** By the bytes of a shape. */
    private final Map<String, boolean[]> byShape;

    /** By the bytes of a column's name: messages in which it is a constant, less those in which it is not. */
    private final Map<String, Integer> byColumn;

    private LearnedConstants(Map<String, boolean[]> byShape, Map<String, Integer> byColumn) {
        this.byShape = byShape;
        this.byColumn = byColumn;
    }

    /**
     * What was learned of some shapes.
     *
     * @param constant by value, whether it is a constant
     * @param rows messages that were looked at
     */
    record Learned(boolean[] constant, int rows) {}

    static LearnedConstants of(Map<ShapeItems, Learned> learned) {
        Map<String, boolean[]> byShape = new HashMap<>();
        Map<String, Integer> byColumn = new HashMap<>();
        learned.forEach((shape, of) -> {
            byShape.put(key(shape), of.constant());
            int value = 0;
            for (int item = 0; item < shape.count(); item++) {
                if (Item.hasValue(shape.kind(item))) {
                    byColumn.merge(column(shape, item), of.constant()[value++] ? of.rows() : -of.rows(), Integer::sum);
                }
            }
        });
        return new LearnedConstants(byShape, byColumn);
    }

    /** By value of a shape, whether it is a constant to begin with. */
    boolean[] of(ShapeItems shape) {
        boolean @Nullable [] known = byShape.get(key(shape));
        if (known != null) {
            return known.clone();
        }
        boolean[] constant = new boolean[shape.values()];
        int value = 0;
        for (int item = 0; item < shape.count(); item++) {
            if (Item.hasValue(shape.kind(item))) {
                constant[value++] = !shape.isVerbatim() && byColumn.getOrDefault(column(shape, item), 0) >= 0;
            }
        }
        return constant;
    }

    /** By value of a shape, whether its column is known as one of constants. */
    boolean[] known(ShapeItems shape) {
        boolean[] known = new boolean[shape.values()];
        int value = 0;
        for (int item = 0; item < shape.count(); item++) {
            if (Item.hasValue(shape.kind(item))) {
                known[value++] = byColumn.getOrDefault(column(shape, item), 0) >= ROWS_MIN;
            }
        }
        return known;
    }

    private static String key(ShapeItems shape) {
        return new String(shape.bytes(), ISO_8859_1);
    }

    private static String column(ShapeItems shape, int item) {
        GrowingBytes name = new GrowingBytes(64);
        ColumnName.encode(shape, item, name);
        return new String(name.array(), 0, name.length(), ISO_8859_1);
    }
}
