package tempo.tempodb.spans;

import java.util.Arrays;
import tempo.tempodb.column.CorruptPageException;

/** In which templates of a segment a column's values are: constant, or a value of each message. Immutable. */
final class ColumnUse {
    /** In place of a constant: the value is in the column. */
    static final int VARIABLE = -1;

    private int[] templates = new int[4];
    private int[] constants = new int[4];
    private int count;

    private ColumnUse() {}

    /** By column, the uses of all columns of {@code segment}, whose tables are given. */
    static ColumnUse[] all(Segment segment, byte[] tables) throws CorruptPageException {
        ColumnUse[] uses = new ColumnUse[segment.columns()];
        for (int i = 0; i < uses.length; i++) {
            uses[i] = new ColumnUse();
        }
        int[][] columns = new int[segment.shapes()][];
        for (int template = 0; template < segment.templates(); template++) {
            ShapeItems shape = segment.shapeOf(template);
            int number = segment.shapeNumber(template);
            if (columns[number] == null) {
                columns[number] = columnsOf(segment, shape);
            }
            int start = segment.templateStart(template);
            TableBytes in = new TableBytes(tables, start, tables.length - start);
            in.varint64("template's shape");
            in.varint64("template's scope");
            int value = 0;
            for (int item = 0; item < shape.count(); item++) {
                if (Item.hasValue(shape.kind(item))) {
                    boolean constant = in.u8("template's value") != 0;
                    uses[columns[number][value++]].add(template, constant ? in.position() : VARIABLE);
                    if (constant && Item.isText(shape.kind(item))) {
                        in.skip(in.length("template's text"));
                    } else if (constant) {
                        in.varint64("template's number");
                    }
                }
            }
        }
        return uses;
    }

    private static int[] columnsOf(Segment segment, ShapeItems shape) throws CorruptPageException {
        int[] columns = new int[shape.values()];
        int value = 0;
        for (int item = 0; item < shape.count(); item++) {
            if (Item.hasValue(shape.kind(item))) {
                columns[value++] = segment.columnOf(shape, item);
            }
        }
        return columns;
    }

    private void add(int template, int constant) {
        if (count == templates.length) {
            templates = Arrays.copyOf(templates, 2 * count);
            constants = Arrays.copyOf(constants, 2 * count);
        }
        templates[count] = template;
        constants[count++] = constant;
    }

    /** How many templates have a value in the column. */
    int count() {
        return count;
    }

    int template(int index) {
        return templates[index];
    }

    /** Where the constant is in the tables of the segment: a varint, or a length and bytes; or {@link #VARIABLE}. */
    int constant(int index) {
        return constants[index];
    }

    /** True if a value is in the column. */
    boolean isVariable() {
        for (int i = 0; i < count; i++) {
            if (constants[i] == VARIABLE) {
                return true;
            }
        }
        return false;
    }
}
