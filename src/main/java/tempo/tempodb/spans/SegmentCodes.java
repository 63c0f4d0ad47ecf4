package tempo.tempodb.spans;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.column.PatternCodes;
import tempo.tempodb.column.TextDictionary;

/**
 * What the numbers of a stored segment's tables are in a segment that is being made. What is not in that yet is added when it is
 * first asked for: templates with the constants that they have. Not thread-safe.
 */
final class SegmentCodes {
    /** What a message of a template has. */
    static final int SPAN_ID = 1;

    static final int PARENT_ID = 1 << 1;
    static final int START = 1 << 2;
    static final int END = 1 << 3;
    static final int EVENTS = 1 << 4;
    static final int LINKS = 1 << 5;
    static final int LINK_TRACE_ID = 1 << 6;
    static final int LINK_SPAN_ID = 1 << 7;

    private final Segment from;
    private final SegmentWriter to;

    /** By number in {@code from}: the number in {@code to} and 1, 0 as long as nobody asked. */
    private final int[] templates;

    private final int[] resources;

    /** By template of {@code from} that was asked for: what it has, and the columns of its values. */
    private final int[] parts;

    private final int[] @Nullable [] columns;

    /** By shape of {@code from} that a template which was asked for has: that of {@code to}, and the columns of its values. */
    private final @Nullable Shape[] shapes;

    private final int[][] valueColumns;

    /** By column of {@code from} that such a shape has: the column in {@code to}. */
    private final int[] columnNumbers;

    private final @Nullable PatternCodes[] patterns;
    private final GrowingBytes scratch = new GrowingBytes(256);

    SegmentCodes(Segment from, SegmentWriter to) {
        this.from = from;
        this.to = to;
        this.templates = new int[from.templates()];
        this.resources = new int[from.resources().count()];
        this.parts = new int[templates.length];
        this.columns = new int[templates.length][];
        this.shapes = new Shape[from.shapes()];
        this.valueColumns = new int[shapes.length][];
        this.columnNumbers = new int[from.columns()];
        this.patterns = new PatternCodes[from.columns()];
    }

    /**
     * The number of a template; what is asked about it next is known then.
     *
     * @param page the page that it was read from
     * @param of what it has to be of
     */
    int template(int number, int page, int of) throws CorruptPageException {
        int known = templates[number];
        return known != 0 && (parts[number] >>> Byte.SIZE) == of ? known - 1 : findTemplate(number, page, of);
    }

    /** What a message of the template has. */
    int parts(int template) {
        return parts[template];
    }

    /** The columns, of the stored segment, in which the template has a value. */
    int[] columns(int template) {
        int[] known = columns[template];
        if (known == null) {
            throw new IllegalStateException("template " + template + " was not asked for");
        }
        return known;
    }

    int resource(int number) {
        int known = resources[number];
        if (known == 0) {
            ByteList list = from.resources();
            known = 1 + to.resources.add(list.array(), list.offset(number), list.length(number));
            resources[number] = known;
        }
        return known - 1;
    }

    int column(int column) {
        return columnNumbers[column];
    }

    /** The codes of the patterns of a column of text. */
    PatternCodes patterns(int column) throws CorruptPageException {
        PatternCodes known = patterns[column];
        if (known == null) {
            TextDictionary dictionary = to.columns.dictionary(columnNumbers[column]);
            if (dictionary == null) {
                throw new IllegalStateException(from.column(column) + " has no texts");
            }
            known = new PatternCodes(from.patterns(column), dictionary);
            patterns[column] = known;
        }
        return known;
    }

    private int findTemplate(int number, int page, int of) throws CorruptPageException {
        TableBytes in = from.templateBytes(number);
        int shapeNumber = in.count("template's shape", shapes.length - 1);
        if (from.shape(shapeNumber).of() != of) {
            throw new CorruptPageException("column " + Pages.name(page) + ": template is of something else");
        }
        int scopeNumber = in.count("template's scope", Integer.MAX_VALUE);
        ByteList scopes = from.scopes();
        int scope = of == Item.OF_SPAN
                ? to.scopes.add(scopes.array(), scopes.offset(scopeNumber), scopes.length(scopeNumber))
                : 0;
        Shape shape = shape(shapeNumber);
        columns[number] = readValues(in, shape, valueColumns[shapeNumber]);
        int found = to.templates.find(shape, scope, scratch);
        templates[number] = found + 1;
        parts[number] = of << Byte.SIZE | parts(shape);
        return found;
    }

    private Shape shape(int number) throws CorruptPageException {
        Shape known = shapes[number];
        if (known == null) {
            ShapeItems items = from.shape(number);
            known = to.shape(items.bytes(), items.bytes().length);
            int[] fromColumns = new int[known.columns.length];
            int value = 0;
            for (int item = 0; item < items.count(); item++) {
                if (Item.hasValue(items.kind(item))) {
                    fromColumns[value] = from.columnOf(items, item);
                    columnNumbers[fromColumns[value]] = known.columns[value];
                    value++;
                }
            }
            shapes[number] = known;
            valueColumns[number] = fromColumns;
        }
        return known;
    }

    /** Writes a template's values in the shortest way; returns the columns of those that are not constant. */
    private int[] readValues(TableBytes in, Shape shape, int[] fromColumns) throws CorruptPageException {
        scratch.truncate(0);
        int[] variables = new int[fromColumns.length];
        int count = 0;
        for (int value = 0; value < fromColumns.length; value++) {
            boolean constant = in.u8("template's value") != 0;
            scratch.put(constant ? 1 : 0);
            if (!constant) {
                variables[count++] = fromColumns[value];
            } else if (shape.text[value]) {
                int length = in.length("template's text");
                scratch.putVarint(length);
                scratch.put(from.tables(), in.position(), length);
                in.skip(length);
            } else {
                scratch.putVarint(in.varint64("template's number"));
            }
        }
        return Arrays.copyOf(variables, count);
    }

    private static int parts(Shape shape) {
        return (shape.hasSpanId ? SPAN_ID : 0)
                | (shape.hasParentId ? PARENT_ID : 0)
                | (shape.hasStart ? START : 0)
                | (shape.hasEnd ? END : 0)
                | (shape.hasEvents ? EVENTS : 0)
                | (shape.hasLinks ? LINKS : 0)
                | (shape.hasLinkTraceId ? LINK_TRACE_ID : 0)
                | (shape.hasLinkSpanId ? LINK_SPAN_ID : 0);
    }
}
