package tempo.tempodb.spans;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.GrowingBytes;

/**
 * Which values are constants of templates, as {@link TemplateTraining} or a stored segment found: of the shapes that were seen often enough, value by value;
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
        learned.forEach((shape, of) -> put(shape, of, byShape, byColumn));
        return new LearnedConstants(byShape, byColumn);
    }

    /**
     * The same, and of shapes that are not known what the last templates of a stored segment have; each of these shapes counts as
     * much as is needed to know a column.
     *
     * @throws CorruptPageException if the segment is damaged
     */
    LearnedConstants with(Segment segment) throws CorruptPageException {
        boolean[][] constants = new boolean[segment.shapes()][];
        for (int template = 0; template < segment.templates(); template++) {
            TableBytes in = segment.templateBytes(template);
            int shape = in.count("template's shape", constants.length - 1);
            in.count("template's scope", Integer.MAX_VALUE);
            constants[shape] = constants(in, segment.shape(shape));
        }
        Map<String, boolean[]> shapes = new HashMap<>(byShape);
        Map<String, Integer> columns = new HashMap<>(byColumn);
        for (int i = 0; i < constants.length; i++) {
            if (constants[i] != null && !byShape.containsKey(key(segment.shape(i)))) {
                put(segment.shape(i), new Learned(constants[i], ROWS_MIN), shapes, columns);
            }
        }
        return new LearnedConstants(shapes, columns);
    }

    /** By value of a stored template, whether it is a constant. */
    private static boolean[] constants(TableBytes in, ShapeItems shape) throws CorruptPageException {
        boolean[] constant = new boolean[shape.values()];
        boolean[] text = shape.textValues();
        for (int i = 0; i < constant.length; i++) {
            constant[i] = in.u8("template's value") != 0;
            if (constant[i] && text[i]) {
                in.skip(in.length("template's text"));
            } else if (constant[i]) {
                in.varint64("template's number");
            }
        }
        return constant;
    }

    private static void put(
            ShapeItems shape, Learned learned, Map<String, boolean[]> byShape, Map<String, Integer> byColumn) {
        byShape.put(key(shape), learned.constant());
        int value = 0;
        for (int item = 0; item < shape.count(); item++) {
            if (Item.hasValue(shape.kind(item))) {
                int rows = learned.constant()[value++] ? learned.rows() : -learned.rows();
                byColumn.merge(column(shape, item), rows, Integer::sum);
            }
        }
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
