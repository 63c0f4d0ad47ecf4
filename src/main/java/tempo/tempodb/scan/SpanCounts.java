package tempo.tempodb.scan;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.block.CorruptBlockException;
import tempo.tempodb.block.SpanColumns;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.LongCursor;
import tempo.tempodb.column.QuarterOctave;
import tempo.tempodb.spans.FieldLabels;
import tempo.tempodb.spans.GroupScan;
import tempo.tempodb.spans.Segment;
import tempo.tempodb.spans.SpanField;
import tempo.tempodb.spans.StripColumn;
import tempo.tempodb.spans.StripParts;
import tempo.tempodb.spans.StripSummary;
import tempo.tempodb.spans.Verdict;

/**
 * Counts the spans that pass a filter, by the text of a field, over time or by duration. What templates and resources tell is
 * counted from the strips alone; groups are read only where it takes the values of spans. For one thread.
 */
public final class SpanCounts {
    /** Nanoseconds of the finest step over time. */
    public static final long STEP_NANOS = 15_000_000_000L;

    /** Buckets by duration: 0 for spans without, else 1 and the code of {@link QuarterOctave}. */
    public static final int DURATION_BUCKETS = QuarterOctave.CODES + 1;

    private static final int ROOM_MIN = 8192;

    private final SpanFilter filter;
    private final SpanField by;
    private final boolean overTime;
    private final long firstStep;
    private final int stepsPerBucket;
    private final int buckets;
    private final DamageListener damage;

    private final Map<String, Integer> labels = new HashMap<>();
    private final List<String> names = new ArrayList<>();

    /** By label and 1: so that the spans without come first. */
    private long[] counts;

    private final int[] batchLabels = new int[LongCursor.BATCH];
    private final long[] templates = new long[LongCursor.BATCH];
    private final long[] resources = new long[LongCursor.BATCH];
    private final long[] measures = new long[LongCursor.BATCH];
    private int[] rowLabels = {};
    private int[] rowTemplates = {};
    private @Nullable GroupScan scan;
    private long groupsRead;

    private SpanCounts(
            SpanFilter filter,
            SpanField by,
            boolean overTime,
            long firstStep,
            int stepsPerBucket,
            int buckets,
            DamageListener damage) {
        this.filter = filter;
        this.by = by;
        this.overTime = overTime;
        this.firstStep = firstStep;
        this.stepsPerBucket = stepsPerBucket;
        this.buckets = buckets;
        this.damage = damage;
        this.counts = new long[2 * buckets];
    }

    /**
     * Counts over time: bucket n has the spans that start from {@code from + n * bucket} steps of 15 s after 1970 on, up to the next.
     *
     * @param firstStep step of the first bucket
     * @param stepsPerBucket steps in a bucket
     * @param buckets how many buckets there are; spans before and behind them are not counted
     */
    public static SpanCounts overTime(
            SpanFilter filter, SpanField by, long firstStep, int stepsPerBucket, int buckets, DamageListener damage) {
        return new SpanCounts(filter, by, true, firstStep, stepsPerBucket, buckets, damage);
    }

    /** Counts by duration, in {@link #DURATION_BUCKETS}. */
    public static SpanCounts byDuration(SpanFilter filter, SpanField by, DamageListener damage) {
        return new SpanCounts(filter, by, false, 0, 1, DURATION_BUCKETS, damage);
    }

    /** Adds the spans of a block. */
    public void add(SpanColumns block) throws IOException {
        Map<Integer, Ready> ready = new HashMap<>();
        int group = 0;
        for (int strip = 0; strip < block.strips(); strip++) {
            for (; group < block.firstGroup(strip); group++) {
                addGroup(block, group, ready);
            }
            int end = group + block.groups(strip);
            if (!block.hasColumns(strip) || !addStrip(block, strip, ready)) {
                for (; group < end; group++) {
                    addGroup(block, group, ready);
                }
            }
            group = end;
        }
        for (; group < block.groups(); group++) {
            addGroup(block, group, ready);
        }
    }

    /** By text of the field, how many spans there are in each bucket; spans without the field are under the empty text. */
    public Map<String, long[]> counts() {
        Map<String, long[]> result = new HashMap<>();
        put("", 0, result);
        for (int i = 0; i < names.size(); i++) {
            put(names.get(i), i + 1, result);
        }
        return result;
    }

    /** Groups of which pages were read so far. */
    public long groupsRead() {
        return groupsRead;
    }

    private void put(String name, int label, Map<String, long[]> into) {
        long[] row = Arrays.copyOfRange(counts, label * buckets, (label + 1) * buckets);
        for (long each : row) {
            if (each != 0) {
                into.merge(name, row, SpanCounts::sum);
                return;
            }
        }
    }

    private static long[] sum(long[] a, long[] b) {
        for (int i = 0; i < a.length; i++) {
            a[i] += b[i];
        }
        return a;
    }

    /** The filter and the labels, made ready for a segment. */
    private record Ready(Segment segment, FilterNode filter, FieldLabels labels) {}

    private Ready ready(SpanColumns block, int group, Map<Integer, Ready> ready) throws IOException {
        int number = block.segmentOf(group);
        Ready known = ready.get(number);
        if (known == null) {
            try {
                Segment segment = block.segment(group);
                known = new Ready(
                        segment, FilterNode.of(filter, segment), new FieldLabels(segment, by, text -> label(text)));
            } catch (CorruptPageException e) {
                throw block.corrupt(group, e);
            }
            ready.put(number, known);
        }
        return known;
    }

    private int label(String text) {
        Integer known = labels.get(text);
        if (known != null) {
            return known;
        }
        labels.put(text, names.size());
        names.add(text);
        int needed = (names.size() + 1) * buckets;
        if (counts.length < needed) {
            counts = Arrays.copyOf(counts, Math.max(needed, 2 * counts.length));
        }
        return names.size() - 1;
    }

    /** Counts the groups of a strip; false, and nothing counted, if it is damaged. */
    private boolean addStrip(SpanColumns block, int strip, Map<Integer, Ready> ready) throws IOException {
        StripSummary summary;
        StripColumn templateColumn;
        StripColumn measureColumn;
        @Nullable StripColumn resourceColumn = null;
        try {
            summary = block.summary(strip);
            templateColumn = block.column(strip, StripParts.TEMPLATES);
            measureColumn = block.column(strip, overTime ? StripParts.TIMES : StripParts.DURATIONS);
            if (by.of() == SpanField.Of.RESOURCE_ATTRIBUTE) {
                resourceColumn = block.column(strip, StripParts.RESOURCES);
            }
        } catch (CorruptBlockException e) {
            return false;
        }
        for (int i = 0; i < block.groups(strip); i++) {
            int group = block.firstGroup(strip) + i;
            try {
                Ready node = ready(block, group, ready);
                int spans = (int) block.spans(group);
                if (spans == 0 || !hasAny(summary, i, node)) {
                    continue;
                }
                if (block.mayHide(group) || needsValues(summary, i, node)) {
                    addGroup(block, group, ready);
                } else if (needsLabels(summary, i, node)) {
                    addRows(node, scan(block, group), templateColumn.values(i, spans), measureColumn.values(i, spans));
                } else {
                    LongCursor resource = resourceColumn == null ? null : resourceColumn.values(i, spans);
                    boolean all = passesAll(summary, i, node);
                    LongCursor template = all && resource != null ? null : templateColumn.values(i, spans);
                    addRows(node, template, resource, measureColumn.values(i, spans));
                }
            } catch (CorruptPageException e) {
                damage.unreadable(block.corrupt(group, e));
            } catch (CorruptBlockException e) {
                damage.unreadable(e);
            }
        }
        return true;
    }

    private static boolean hasAny(StripSummary summary, int group, Ready node) {
        for (int row = summary.first(group); row < summary.first(group + 1); row++) {
            if (node.filter().verdicts[summary.template(row)] != Verdict.NO) {
                return true;
            }
        }
        return false;
    }

    private static boolean passesAll(StripSummary summary, int group, Ready node) {
        for (int row = summary.first(group); row < summary.first(group + 1); row++) {
            if (node.filter().verdicts[summary.template(row)] != Verdict.YES) {
                return false;
            }
        }
        return true;
    }

    /** True if it takes the values of spans to know whether they pass. */
    private static boolean needsValues(StripSummary summary, int group, Ready node) {
        for (int row = summary.first(group); row < summary.first(group + 1); row++) {
            if (node.filter().verdicts[summary.template(row)] == Verdict.DEPENDS) {
                return true;
            }
        }
        return false;
    }

    /** True if it takes the values of spans that pass to know their labels. */
    private static boolean needsLabels(StripSummary summary, int group, Ready node) {
        for (int row = summary.first(group); row < summary.first(group + 1); row++) {
            int template = summary.template(row);
            if (node.filter().verdicts[template] == Verdict.YES
                    && node.labels().byTemplate()[template] == FieldLabels.VARIES) {
                return true;
            }
        }
        return false;
    }

    private GroupScan scan(SpanColumns block, int group) throws IOException {
        groupsRead++;
        GroupScan open = scan;
        if (open == null) {
            open = new GroupScan(block.open(group), block.source(group));
            scan = open;
        } else {
            open.open(block.open(group), block.source(group));
        }
        return open;
    }

    private void makeRoom(int rows) {
        if (rowLabels.length < rows) {
            rowLabels = new int[Math.max(rows, ROOM_MIN)];
            rowTemplates = new int[rowLabels.length];
        }
    }

    /** Counts the spans of a group from its strip, but for the labels, of which some are in the group. */
    private void addRows(Ready node, GroupScan group, LongCursor template, LongCursor measure) throws IOException {
        byte[] verdicts = node.filter().verdicts;
        int rows = measure.remaining();
        makeRoom(rows);
        template.readInts(rowTemplates, 0, rows, verdicts.length);
        node.labels().read(group, rowTemplates, rows, rowLabels);
        for (int from = 0; from < rows; from += batchLabels.length) {
            int count = measure.read(measures, 0, measures.length);
            for (int i = 0; i < count; i++) {
                boolean passes = verdicts[rowTemplates[from + i]] == Verdict.YES;
                batchLabels[i] = passes ? rowLabels[from + i] + 1 : -1;
            }
            count(batchLabels, count);
        }
    }

    private void addRows(Ready node, @Nullable LongCursor template, @Nullable LongCursor resource, LongCursor measure)
            throws CorruptPageException {
        byte[] verdicts = node.filter().verdicts;
        int[] known =
                resource == null ? node.labels().byTemplate() : node.labels().byResource();
        while (measure.remaining() > 0) {
            int rows = measure.read(measures, 0, measures.length);
            if (template != null) {
                template.read(templates, 0, rows);
                requireBelow(templates, rows, verdicts.length);
            }
            long[] labelled = templates;
            if (resource != null) {
                resource.read(resources, 0, rows);
                labelled = resources;
                requireBelow(resources, rows, known.length);
            }
            for (int i = 0; i < rows; i++) {
                boolean passes = template == null || verdicts[(int) templates[i]] == Verdict.YES;
                batchLabels[i] = passes ? known[(int) labelled[i]] + 1 : -1;
            }
            count(batchLabels, rows);
        }
    }

    private void count(int[] labelled, int rows) {
        if (!overTime) {
            for (int i = 0; i < rows; i++) {
                long measure = measures[i];
                if (labelled[i] >= 0 && measure >= 0 && measure < buckets) {
                    counts[labelled[i] * buckets + (int) measure]++;
                }
            }
            return;
        }
        for (int i = 0; i < rows; i++) {
            long step = measures[i] - firstStep;
            long bucket = stepsPerBucket == 1 ? step : step / stepsPerBucket;
            if (labelled[i] >= 0 && step >= 0 && bucket < buckets) {
                counts[labelled[i] * buckets + (int) bucket]++;
            }
        }
    }

    private static void requireBelow(long[] values, int count, int limit) throws CorruptPageException {
        long all = 0;
        for (int i = 0; i < count; i++) {
            all |= values[i] | limit - 1 - values[i];
        }
        if (all < 0) {
            throw new CorruptPageException("strip has a number that is not below " + limit);
        }
    }

    private void addGroup(SpanColumns block, int group, Map<Integer, Ready> ready) throws IOException {
        try {
            Ready node = ready(block, group, ready);
            GroupScan open = scan(block, group);
            long[] bits = node.filter().select(open);
            BlockScan.clearHidden(block, group, open, bits);
            int rows = open.count();
            if (Bits.isEmpty(bits, rows)) {
                return;
            }
            makeRoom(rows);
            int[] numbers = node.labels().isOfResource() ? open.resources() : open.templates();
            node.labels().read(open, numbers, rows, rowLabels);
            long[] values = overTime ? open.anchors() : open.durations();
            for (int row = Bits.next(bits, 0, rows); row >= 0; row = Bits.next(bits, row + 1, rows)) {
                countOne(rowLabels[row] + 1, values[row]);
            }
        } catch (CorruptPageException e) {
            damage.unreadable(block.corrupt(group, e));
        } catch (CorruptBlockException e) {
            damage.unreadable(e);
        }
    }

    private void countOne(int label, long value) {
        long bucket;
        if (overTime) {
            bucket = Math.floorDiv(Long.divideUnsigned(value, STEP_NANOS) - firstStep, stepsPerBucket);
        } else {
            bucket = value < 0 ? 0 : 1 + QuarterOctave.code(value);
        }
        if (bucket >= 0 && bucket < buckets) {
            counts[label * buckets + (int) bucket]++;
        }
    }
}
