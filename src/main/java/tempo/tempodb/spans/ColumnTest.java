package tempo.tempodb.spans;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.column.TextCursor;
import tempo.tempodb.column.TextPatterns;
import tempo.tempodb.column.TextScreen;

/**
 * A test of the values in one column of a segment. Texts stay patterns as long as these alone tell; the values come first and
 * are put to their messages only if one of them passes. For one thread at a time.
 */
final class ColumnTest {
    private static final byte UNKNOWN = -1;

    private final Segment segment;
    private final int number;
    private final ColumnName name;
    private final ValueTest test;

    /** By template: whether its messages have a value in the column. */
    private final boolean[] variable;

    private final TextScreen screen;

    /** By pattern: whether a text, or a line of one, may pass: {@link Verdict}, or not looked at yet. */
    private byte[] screened = {};

    /** By pattern: what it says of a whole text. */
    private byte[] patternVerdicts = {};

    private final GrowingBytes text = new GrowingBytes(256);
    private long[] passed = {};

    private ColumnTest(Segment segment, int number, ValueTest test) throws CorruptPageException {
        this.segment = segment;
        this.number = number;
        this.name = segment.column(number);
        this.test = test;
        this.screen = new TextScreen(test.required());
        this.variable = new boolean[segment.templates()];
        ColumnUse use = segment.use(number);
        for (int i = 0; i < use.count(); i++) {
            if (use.constant(i) == ColumnUse.VARIABLE) {
                variable[use.template(i)] = true;
            }
        }
    }

    /** The tests of the columns in which values of a field vary, and may pass. */
    static ColumnTest[] of(Segment segment, SpanField field, ValueTest test) throws CorruptPageException {
        List<ColumnTest> tests = new ArrayList<>();
        for (int column = 0; column < segment.columns(); column++) {
            ColumnName name = segment.column(column);
            if (field.isIn(name)
                    && test.mayPass(type(name.kind()))
                    && segment.use(column).isVariable()) {
                tests.add(new ColumnTest(segment, column, test));
            }
        }
        return tests.toArray(new ColumnTest[0]);
    }

    /**
     * Tells of the templates that have a field whether their messages pass.
     *
     * @param has set for the templates that have it
     */
    static void judge(Segment segment, SpanField field, ValueTest test, byte[] verdicts, boolean[] has)
            throws CorruptPageException {
        for (int column = 0; column < segment.columns(); column++) {
            ColumnName name = segment.column(column);
            if (!field.isIn(name)) {
                continue;
            }
            ColumnUse use = segment.use(column);
            boolean mayPass = test.mayPass(type(name.kind()));
            for (int i = 0; i < use.count(); i++) {
                int template = use.template(i);
                has[template] = true;
                byte verdict = Verdict.NO;
                if (mayPass) {
                    verdict = use.constant(i) == ColumnUse.VARIABLE
                            ? Verdict.DEPENDS
                            : constant(segment, name.kind(), use.constant(i), test) ? Verdict.YES : Verdict.NO;
                }
                verdicts[template] = (byte) Math.max(verdicts[template], verdict);
            }
        }
    }

    int number() {
        return number;
    }

    /** Sets the bits of the messages whose value passes; false if there is none. */
    boolean select(GroupScan scan, int of, int count, long[] into) throws IOException {
        SpanGroup group = scan.group();
        int page = Pages.COLUMNS + number;
        int rows = group.rows(page);
        if (rows == 0 || !name.isText() && !mayBeIn(group, page)) {
            return false;
        }
        passed = GroupScan.bits(passed, rows);
        boolean any = name.isText() ? texts(scan, rows) : numbers(scan, page, rows);
        if (!any) {
            return false;
        }
        int[] templates = scan.templates(of);
        int value = 0;
        for (int i = 0; i < count; i++) {
            if (variable[templates[i]]) {
                if (value == rows) {
                    throw group.named(page, new CorruptPageException("has too few rows: " + rows));
                }
                into[i >> 6] |= (passed[value >> 6] >>> value & 1) << i;
                value++;
            }
        }
        return true;
    }

    private boolean mayBeIn(SpanGroup group, int page) {
        return name.kind() == Item.ATTRIBUTE_DOUBLE || group.mayHold(page, test.least(), test.greatest());
    }

    private boolean numbers(GroupScan scan, int page, int rows) throws IOException {
        long[] values = scan.numbers(page);
        boolean any = false;
        ValueTest.Type type = type(name.kind());
        for (int i = 0; i < rows; i++) {
            if (passes(type, values[i], test)) {
                passed[i >> 6] |= 1L << i;
                any = true;
            }
        }
        return any;
    }

    private boolean texts(GroupScan scan, int rows) throws IOException {
        SpanGroup group = scan.group();
        scan.load(Pages.COLUMNS + number);
        int[] codes = group.patterns(number);
        if (codes != null) {
            boolean some = false;
            for (int code : codes) {
                some |= mayPass(code);
            }
            if (!some && !requiresLines()) {
                return false;
            }
        }
        TextCursor cursor = group.texts(number);
        boolean lines = !cursor.hasCodes();
        boolean any = false;
        for (int i = 0; i < rows; i++) {
            byte verdict = lines ? Verdict.DEPENDS : verdict(cursor.code());
            boolean passes = verdict == Verdict.YES;
            if (verdict == Verdict.DEPENDS) {
                text.truncate(0);
                cursor.next(text);
                passes = test.text(text.array(), 0, text.length());
            } else {
                cursor.skip(1);
            }
            if (passes) {
                passed[i >> 6] |= 1L << i;
                any = true;
            }
        }
        return any;
    }

    /** True if what is required is not in one line. */
    private boolean requiresLines() {
        for (byte each : test.required()) {
            if (each == '\n') {
                return true;
            }
        }
        return false;
    }

    /** False if no text with a line of this pattern passes. */
    private boolean mayPass(int code) throws CorruptPageException {
        TextPatterns patterns = segment.patterns(number);
        if (screened.length == 0) {
            screened = new byte[patterns.size()];
            patternVerdicts = new byte[patterns.size()];
            Arrays.fill(screened, UNKNOWN);
            Arrays.fill(patternVerdicts, UNKNOWN);
        }
        if (screened[code] == UNKNOWN) {
            screened[code] = patterns.passes(code, screen) ? Verdict.DEPENDS : Verdict.NO;
        }
        return screened[code] != Verdict.NO;
    }

    /** What a pattern says of a text that is of it. */
    private byte verdict(int code) throws CorruptPageException {
        boolean may = mayPass(code);
        if (patternVerdicts[code] == UNKNOWN) {
            byte verdict = may ? Verdict.DEPENDS : Verdict.NO;
            TextPatterns patterns = segment.patterns(number);
            if (may && patterns.slots(code) == 0) {
                text.truncate(0);
                patterns.text(code, text);
                verdict = test.text(text.array(), 0, text.length()) ? Verdict.YES : Verdict.NO;
            }
            patternVerdicts[code] = verdict;
        }
        return patternVerdicts[code];
    }

    private static boolean constant(Segment segment, int kind, int at, ValueTest test) throws CorruptPageException {
        TableBytes in = segment.tableBytes(at);
        if (Item.isText(kind)) {
            int length = in.length("template's text");
            return test.text(segment.tables(), in.position(), length);
        }
        return passes(type(kind), in.varint64("template's number"), test);
    }

    private static boolean passes(ValueTest.Type type, long value, ValueTest test) {
        return switch (type) {
            case TRUTH -> test.truth(value != 0);
            case REAL -> test.real(Double.longBitsToDouble(value));
            case NUMBER, TEXT -> test.number(value);
        };
    }

    private static ValueTest.Type type(int kind) {
        return switch (kind) {
            case Item.ATTRIBUTE_BOOL -> ValueTest.Type.TRUTH;
            case Item.ATTRIBUTE_DOUBLE -> ValueTest.Type.REAL;
            case Item.INT, Item.ATTRIBUTE_INT -> ValueTest.Type.NUMBER;
            default -> ValueTest.Type.TEXT;
        };
    }

    @Override
    public String toString() {
        return name.toString();
    }
}
