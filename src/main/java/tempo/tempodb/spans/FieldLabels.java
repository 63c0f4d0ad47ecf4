package tempo.tempodb.spans;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Arrays;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import tempo.span.MalformedProtobufException;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.column.TextCursor;
import tempo.tempodb.column.TextPatterns;

/**
 * The values of one field of texts as numbers, its labels, for the groups of one segment: of whole templates or resources where
 * these have only one, else span by span. For one thread at a time.
 */
public final class FieldLabels {
    /** In place of a label: the span does not have the field. */
    public static final int NONE = -1;

    /** In place of a template's label: it differs from span to span. */
    public static final int VARIES = -2;

    private static final int UNKNOWN = -3;

    private final Segment segment;
    private final SpanField field;
    private final ToIntFunction<String> labels;
    private final int[] byTemplate;
    private final int[] byResource;
    private final GrowingBytes text = new GrowingBytes(256);

    /** By column and pattern: its label, if it has no slots and was met. */
    private final int[][] byPattern;

    private final boolean[] @Nullable [] variables;

    /**
     * Makes labels of a field ready for a segment.
     *
     * @param field of a resource's or a span's attribute, or the name of the span
     * @param labels the number of a text
     */
    public FieldLabels(Segment segment, SpanField field, ToIntFunction<String> labels) throws CorruptPageException {
        this.segment = segment;
        this.field = field;
        this.labels = labels;
        this.byTemplate = new int[segment.templates()];
        this.byPattern = new int[segment.columns()][];
        this.variables = new boolean[segment.columns()][];
        this.byResource = new int[isOfResource() ? segment.resources().count() : 0];
        Arrays.fill(byTemplate, NONE);
        if (isOfResource()) {
            for (int i = 0; i < byResource.length; i++) {
                byResource[i] = ofResource(i);
            }
        } else {
            for (int column = 0; column < segment.columns(); column++) {
                if (isIn(column)) {
                    judge(column);
                }
            }
        }
    }

    /** True if labels are of resources, and not of templates and spans. */
    public boolean isOfResource() {
        return field.of() == SpanField.Of.RESOURCE_ATTRIBUTE;
    }

    /** By resource: its label, or {@link #NONE}. */
    public int[] byResource() {
        return byResource;
    }

    /** By template: its label, {@link #NONE} or {@link #VARIES}. */
    public int[] byTemplate() {
        return byTemplate;
    }

    /**
     * Puts the label of each span of a group into {@code into[0..count)}.
     *
     * @param numbers of each span the resource, if {@link #isOfResource}, else the template
     */
    public void read(GroupScan scan, int[] numbers, int count, int[] into) throws IOException {
        int[] known = isOfResource() ? byResource : byTemplate;
        boolean varies = false;
        for (int i = 0; i < count; i++) {
            into[i] = known[numbers[i]];
            varies |= into[i] == VARIES;
        }
        for (int column = 0; varies && column < segment.columns(); column++) {
            if (isIn(column) && segment.use(column).isVariable()) {
                readColumn(scan, column, numbers, count, into);
            }
        }
    }

    private void readColumn(GroupScan scan, int column, int[] templates, int count, int[] into) throws IOException {
        if (scan.group().rows(Pages.COLUMNS + column) == 0) {
            return;
        }
        boolean[] variable = variable(column);
        scan.load(Pages.COLUMNS + column);
        TextCursor cursor = scan.group().texts(column);
        for (int i = 0; i < count; i++) {
            if (variable[templates[i]]) {
                int label = next(cursor, column);
                into[i] = into[i] == VARIES ? label : into[i];
            }
        }
    }

    /** By template: whether its spans have a value in a column. */
    private boolean[] variable(int column) throws CorruptPageException {
        boolean @Nullable [] known = variables[column];
        if (known == null) {
            known = new boolean[segment.templates()];
            ColumnUse use = segment.use(column);
            for (int i = 0; i < use.count(); i++) {
                known[use.template(i)] |= use.constant(i) == ColumnUse.VARIABLE;
            }
            variables[column] = known;
        }
        return known;
    }

    private int next(TextCursor cursor, int column) throws CorruptPageException {
        if (cursor.remaining() == 0) {
            throw new CorruptPageException("column " + segment.column(column) + " has too few rows");
        }
        TextPatterns patterns = segment.patterns(column);
        if (cursor.hasCodes() && patterns.slots(cursor.code()) == 0) {
            if (byPattern[column] == null) {
                byPattern[column] = new int[patterns.size()];
                Arrays.fill(byPattern[column], UNKNOWN);
            }
            int code = cursor.code();
            if (byPattern[column][code] == UNKNOWN) {
                byPattern[column][code] = read(cursor);
            } else {
                cursor.skip(1);
            }
            return byPattern[column][code];
        }
        return read(cursor);
    }

    private int read(TextCursor cursor) throws CorruptPageException {
        text.truncate(0);
        cursor.next(text);
        return labels.applyAsInt(new String(text.array(), 0, text.length(), UTF_8));
    }

    private boolean isIn(int column) {
        return field.isIn(segment.column(column)) && segment.column(column).isText();
    }

    private void judge(int column) throws CorruptPageException {
        ColumnUse use = segment.use(column);
        for (int i = 0; i < use.count(); i++) {
            int template = use.template(i);
            if (segment.of(template) == Item.OF_SPAN && byTemplate[template] == NONE) {
                byTemplate[template] = use.constant(i) == ColumnUse.VARIABLE ? VARIES : constant(use.constant(i));
            }
        }
    }

    private int constant(int at) throws CorruptPageException {
        TableBytes in = segment.tableBytes(at);
        int length = in.length("template's text");
        return labels.applyAsInt(new String(segment.tables(), in.position(), length, UTF_8));
    }

    private int ofResource(int number) throws CorruptPageException {
        try {
            return ContextFields.text(segment.resources(), number, field.key())
                    .map(each -> labels.applyAsInt(each))
                    .orElse(NONE);
        } catch (MalformedProtobufException e) {
            throw new CorruptPageException("resource " + number + " of the segment: " + e.getMessage());
        }
    }
}
