package tempo.tempodb.spans;

import java.io.IOException;
import java.util.Arrays;
import tempo.span.MalformedProtobufException;
import tempo.span.WireHash;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.QuarterOctave;
import tempo.tempodb.column.TextColumn;

/**
 * The test of one field, made ready for the groups of one segment: what can be said of whole templates and resources is said
 * once. For one thread at a time.
 */
public final class FieldTest {
    private final Segment segment;
    private final SpanField field;
    private final ValueTest test;
    private final byte[] verdicts;

    /** Of events or links: what can be said of each of their templates. */
    private final byte[] messageVerdicts;

    private final ColumnTest[] columns;

    /** By resource, YES or NO; none if the field is not of resources. */
    private final byte[] resources;

    private final boolean anyYes;
    private final boolean anyDepends;
    private final boolean anyMessageYes;
    private final long numberHash;
    private final long patternHash;
    private final long textHash;
    private long[] messages = {};

    /** Makes a test ready for a segment. */
    public FieldTest(Segment segment, SpanField field, ValueTest test) throws CorruptPageException {
        this.segment = segment;
        this.field = field;
        this.test = test;
        this.verdicts = new byte[segment.templates()];
        byte[] required = test.required();
        numberHash = WireHash.join(0, test.least());
        textHash = TextColumn.hash(required, 0, required.length);
        patternHash = test.isSingle() ? TextColumn.hashOfPatterns(required, 0, required.length) : 0;
        resources = field.of() == SpanField.Of.RESOURCE_ATTRIBUTE ? resources() : new byte[0];
        columns = ColumnTest.of(segment, field, test);
        messageVerdicts = field.messages() == Item.OF_SPAN ? verdicts : new byte[verdicts.length];
        judge();
        boolean yes = false;
        boolean depends = false;
        for (byte verdict : verdicts) {
            yes |= verdict == Verdict.YES;
            depends |= verdict == Verdict.DEPENDS;
        }
        boolean messageYes = false;
        for (byte verdict : messageVerdicts) {
            messageYes |= verdict == Verdict.YES;
        }
        anyMessageYes = messageYes;
        anyYes = yes;
        anyDepends = depends;
    }

    /** By template of spans, what it alone says. */
    public byte[] verdicts() {
        return verdicts;
    }

    /** True if a template's verdict may be changed by the summary of a group, see {@link #mayPass}. */
    public boolean needsSummary() {
        return field.of() == SpanField.Of.DURATION || field.of() == SpanField.Of.START;
    }

    /** True if blooms may tell that no span of a group passes. */
    public boolean usesBlooms() {
        return !anyYes && test.isSingle() && columns.length > 0;
    }

    /** False if no span of a group passes, as the blooms of its strip say. */
    public boolean mayPass(StripBlooms blooms, int group) throws CorruptPageException {
        if (!usesBlooms()) {
            return anyYes || anyDepends;
        }
        for (ColumnTest column : columns) {
            if (blooms.mayHold(group, column.number(), numberHash, patternHash, textHash)) {
                return true;
            }
        }
        return false;
    }

    /** False if no span with the template of a summary's row passes. */
    public boolean mayPass(StripSummary summary, int group, int row) {
        if (verdicts[summary.template(row)] == Verdict.NO) {
            return false;
        }
        if (field.of() == SpanField.Of.DURATION) {
            int longest = summary.longest(row);
            return longest == GroupRows.NO_DURATION || QuarterOctave.greatest(longest - 1) >= test.least();
        }
        return field.of() != SpanField.Of.START
                || summary.newest(group, row) >= test.least() && summary.oldest(group, row) <= test.greatest();
    }

    /** Sets the bits of the spans that pass, of those that are wanted of the group, in {@code into}, which has none. */
    public void select(GroupScan scan, long[] into) throws IOException {
        switch (field.of()) {
            case DURATION -> selectNumbers(scan, scan.durations(), SpanRows.NO_DURATION, into);
            case START -> selectNumbers(scan, scan.anchors(), 0, into);
            case RESOURCE_ATTRIBUTE -> selectResources(scan, into);
            default -> selectColumns(scan, into);
        }
    }

    private void selectNumbers(GroupScan scan, long[] values, long none, long[] into) {
        boolean skipsNone = field.of() == SpanField.Of.DURATION;
        int rows = scan.count();
        for (int from = 0; from < rows; from += Long.SIZE) {
            int count = Math.min(Long.SIZE, rows - from);
            long word = 0;
            for (int i = 0; i < count; i++) {
                long value = values[from + i];
                if (test.number(value) && !(skipsNone && value == none)) {
                    word |= 1L << i;
                }
            }
            into[from >> 6] |= word;
        }
    }

    private void selectResources(GroupScan scan, long[] into) throws IOException {
        if (!anyYes && !anyDepends) {
            return;
        }
        Verdict.selectYes(resources, scan.resources(), scan.ranges(), into);
    }

    private void selectColumns(GroupScan scan, long[] into) throws IOException {
        int of = field.messages();
        int count = scan.count(of);
        if (of == Item.OF_SPAN) {
            selectMessages(scan, of, count, into);
        } else if (count > 0) {
            messages = GroupScan.bits(messages, count);
            if (selectMessages(scan, of, count, messages)) {
                spansOf(scan, of, into);
            }
        }
    }

    /** Sets the bits of the messages that pass; false if there is none. */
    private boolean selectMessages(GroupScan scan, int of, int count, long[] into) throws IOException {
        boolean any = false;
        for (ColumnTest column : columns) {
            any |= column.select(scan, of, count, into);
        }
        if (anyMessageYes) {
            int[] templates = scan.templates(of);
            for (int i = 0; i < count; i++) {
                if (messageVerdicts[templates[i]] == Verdict.YES) {
                    into[i >> 6] |= 1L << i;
                    any = true;
                }
            }
        }
        return any;
    }

    /** Sets the bits of the spans that have one of the messages that passed. */
    private void spansOf(GroupScan scan, int of, long[] into) throws IOException {
        int page = of == Item.OF_EVENT ? Pages.EVENT_COUNTS : Pages.LINK_COUNTS;
        int kind = of == Item.OF_EVENT ? Item.EVENTS : Item.LINKS;
        int[] templates = scan.templates();
        long[] counts = scan.numbers(page);
        int counted = scan.group().rows(page);
        int limit = scan.count(of);
        int next = 0;
        int message = 0;
        for (int i = 0; i < scan.count(); i++) {
            if (!segment.shapeOf(templates[i]).has(kind)) {
                continue;
            }
            if (next == counted || counts[next] < 0 || counts[next] > limit - message) {
                throw scan.group().named(page, new CorruptPageException("counts do not add up"));
            }
            for (int end = message + (int) counts[next++]; message < end; message++) {
                if ((messages[message >> 6] >>> message & 1) != 0) {
                    into[i >> 6] |= 1L << i;
                }
            }
        }
    }

    private void judge() throws CorruptPageException {
        switch (field.of()) {
            case DURATION -> {
                for (int i = 0; i < verdicts.length; i++) {
                    verdicts[i] = isOfSpan(i) && segment.hasEnd(i) ? Verdict.DEPENDS : Verdict.NO;
                }
            }
            case START -> judgeSpans(Verdict.DEPENDS);
            case RESOURCE_ATTRIBUTE -> judgeSpans(resourceVerdict());
            case SCOPE_NAME, SCOPE_VERSION, SCOPE_ATTRIBUTE -> judgeScopes();
            default -> judgeColumns();
        }
    }

    private void judgeSpans(byte verdict) {
        for (int i = 0; i < verdicts.length; i++) {
            verdicts[i] = isOfSpan(i) ? verdict : Verdict.NO;
        }
    }

    private byte resourceVerdict() {
        boolean some = false;
        boolean all = true;
        for (byte verdict : resources) {
            some |= verdict == Verdict.YES;
            all &= verdict == Verdict.YES;
        }
        return some ? all ? Verdict.YES : Verdict.DEPENDS : Verdict.NO;
    }

    private void judgeScopes() throws CorruptPageException {
        ByteList scopes = segment.scopes();
        boolean[] passes = new boolean[scopes.count()];
        for (int i = 0; i < passes.length; i++) {
            passes[i] = passes(scopes, i);
        }
        for (int i = 0; i < verdicts.length; i++) {
            verdicts[i] = isOfSpan(i) && passes[segment.scopeOf(i)] ? Verdict.YES : Verdict.NO;
        }
    }

    private void judgeColumns() throws CorruptPageException {
        boolean[] has = new boolean[verdicts.length];
        ColumnTest.judge(segment, field, test, messageVerdicts, has);
        if (field.hasDefault()) {
            boolean passes = field.isText() ? test.text(new byte[0], 0, 0) : test.number(0);
            for (int i = 0; i < verdicts.length; i++) {
                if (!has[i] && segment.of(i) == field.messages()) {
                    messageVerdicts[i] = passes ? Verdict.YES : Verdict.NO;
                }
            }
        }
        if (messageVerdicts != verdicts) {
            int kind = field.messages() == Item.OF_EVENT ? Item.EVENTS : Item.LINKS;
            boolean some = false;
            for (byte verdict : messageVerdicts) {
                some |= verdict != Verdict.NO;
            }
            for (int i = 0; i < verdicts.length; i++) {
                verdicts[i] = some && isOfSpan(i) && segment.shapeOf(i).has(kind) ? Verdict.DEPENDS : Verdict.NO;
            }
        }
    }

    private boolean isOfSpan(int template) {
        return segment.of(template) == Item.OF_SPAN;
    }

    private byte[] resources() throws CorruptPageException {
        byte[] verdicts = new byte[segment.resources().count()];
        for (int i = 0; i < verdicts.length; i++) {
            verdicts[i] = passes(segment.resources(), i) ? Verdict.YES : Verdict.NO;
        }
        return verdicts;
    }

    private boolean passes(ByteList contexts, int number) throws CorruptPageException {
        try {
            return ContextFields.passes(contexts, number, field, test);
        } catch (MalformedProtobufException e) {
            throw new CorruptPageException("context " + number + " of the segment: " + e.getMessage());
        }
    }

    @Override
    public String toString() {
        return field + " by " + Arrays.toString(columns);
    }
}
