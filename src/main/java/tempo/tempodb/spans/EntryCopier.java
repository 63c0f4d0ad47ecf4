package tempo.tempodb.spans;

import java.util.Arrays;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.GrowingLongs;
import tempo.tempodb.column.LongCursor;
import tempo.tempodb.column.TextColumn;

/**
 * Copies entries of a group to one in the making, column by column: numbers as they are, codes as what they are in the other
 * segment. No span and no text is made, but for texts in pages without patterns. Not thread-safe.
 */
final class EntryCopier {
    private static final int BATCH = LongCursor.BATCH;

    private final SpanGroup group;
    private final Segment segment;
    private final Lanes lanes;

    private final int[] templates = new int[BATCH];
    private final int[] depths = new int[BATCH];
    private final int[] resources = new int[BATCH];
    private final long[] starts = new long[BATCH];
    private final long[] durations = new long[BATCH];

    /** Templates, as they are in the other segment. */
    private final int[] targets = new int[BATCH];

    /** By column: values of the batch at hand; and those columns that have some. */
    private final int[] counts;

    private final int[] counted;
    private int countedColumns;

    /** By depth: of the last span there, its resource, what its children's starts count from, and whether it has an id. */
    private int[] resourcesAbove = new int[16];

    private long[] anchorsAbove = new long[16];
    private boolean[] idsAbove = new boolean[16];
    private int depthBefore;
    private long newest;

    EntryCopier(SpanGroup group, Lanes lanes) {
        this.group = group;
        this.segment = group.segment();
        this.lanes = lanes;
        this.counts = new int[segment.columns()];
        this.counted = new int[segment.columns()];
    }

    /** Copies the entry that the lanes stand before; returns the newest start in it, unsigned. */
    long copy(int entry, SpanGroupWriter target) throws CorruptPageException {
        SegmentCodes codes = target.codes(segment);
        int spans = group.firstSpan(entry + 1) - group.firstSpan(entry);
        long base = group.base(entry);
        target.beginEntry(group.keyHigh(entry), group.keyLow(entry), spans, base);
        depthBefore = -1;
        newest = base;
        for (int done = 0; done < spans; done += BATCH) {
            copySpans(Math.min(BATCH, spans - done), base, codes, target);
        }
        return newest;
    }

    private void copySpans(int count, long base, SegmentCodes codes, SpanGroupWriter target)
            throws CorruptPageException {
        lanes.spine(Pages.TEMPLATES).read(templates, count, segment.templates());
        lanes.spine(Pages.DEPTHS).read(depths, count, Integer.MAX_VALUE);
        lanes.spine(Pages.RESOURCES).read(resources, count, segment.resources().count() + 1);
        int withId = 0;
        int withStart = 0;
        int withEnd = 0;
        int withEvents = 0;
        int withLinks = 0;
        for (int i = 0; i < count; i++) {
            int template = templates[i];
            targets[i] = codes.template(template, Pages.TEMPLATES, Item.OF_SPAN);
            countValues(codes.columns(template));
            int parts = codes.parts(template);
            withId += parts & SegmentCodes.SPAN_ID;
            withStart += (parts & SegmentCodes.START) != 0 ? 1 : 0;
            withEnd += (parts & SegmentCodes.END) != 0 ? 1 : 0;
            withEvents += (parts & SegmentCodes.EVENTS) != 0 ? 1 : 0;
            withLinks += (parts & SegmentCodes.LINKS) != 0 ? 1 : 0;
        }
        lanes.spine(Pages.STARTS).read(starts, 0, withStart);
        lanes.spine(Pages.DURATIONS).read(durations, 0, withEnd);
        copyTree(count, base, codes, target);
        lanes.spine(Pages.SPAN_IDS).copy(target.spine(Pages.SPAN_IDS), withId);
        copyValues(codes, target);
        copyMessages(Pages.EVENT_COUNTS, withEvents, Pages.EVENT_TEMPLATES, Item.OF_EVENT, codes, target);
        copyMessages(Pages.LINK_COUNTS, withLinks, Pages.LINK_TEMPLATES, Item.OF_LINK, codes, target);
    }

    /** Copies the rows, with what depends on the spans above: depths, resources, times, parents that are not in the entry. */
    private void copyTree(int count, long base, SegmentCodes codes, SpanGroupWriter target)
            throws CorruptPageException {
        GrowingLongs resourcesInto = target.spine(Pages.RESOURCES);
        GrowingLongs depthsInto = target.spine(Pages.DEPTHS);
        GrowingLongs startsInto = target.spine(Pages.STARTS);
        GrowingLongs durationsInto = target.spine(Pages.DURATIONS);
        GroupRows rows = target.rows();
        int outerParents = 0;
        int withStart = 0;
        int withEnd = 0;
        for (int i = 0; i < count; i++) {
            int depth = depths[i];
            if (depth > depthBefore + 1) {
                throw corrupt(Pages.DEPTHS, "value " + depth + " is not below " + (depthBefore + 2));
            }
            if (depth == idsAbove.length) {
                grow();
            }
            int parts = codes.parts(templates[i]);
            if ((parts & SegmentCodes.PARENT_ID) != 0) {
                if (depth == 0) {
                    outerParents++;
                } else if (!idsAbove[depth - 1]) {
                    throw corrupt(Pages.DEPTHS, "parent has no span id");
                }
            }
            idsAbove[depth] = (parts & SegmentCodes.SPAN_ID) != 0;
            int resource;
            if (resources[i] > 0) {
                resource = codes.resource(resources[i] - 1);
                resourcesInto.add(resource + 1);
            } else if (depth > 0) {
                resource = resourcesAbove[depth - 1];
                resourcesInto.add(0);
            } else {
                throw corrupt(Pages.RESOURCES, "a root has no resource");
            }
            resourcesAbove[depth] = resource;
            long anchor = base;
            if ((parts & SegmentCodes.START) != 0) {
                long start = starts[withStart++];
                startsInto.add(start);
                anchor = start + (depth > 0 ? anchorsAbove[depth - 1] : base);
            }
            int duration = GroupRows.NO_DURATION;
            if ((parts & SegmentCodes.END) != 0) {
                long nanos = durations[withEnd++];
                durationsInto.add(nanos);
                duration = GroupRows.duration(nanos);
            }
            rows.add(targets[i], resource, anchor, duration);
            anchorsAbove[depth] = anchor;
            newest = Long.compareUnsigned(anchor, newest) > 0 ? anchor : newest;
            depthsInto.add(depth);
            depthBefore = depth;
        }
        lanes.spine(Pages.OUTER_PARENT_IDS).copy(target.spine(Pages.OUTER_PARENT_IDS), outerParents);
    }

    /** Copies the events, or the links, of so many spans that have some. */
    private void copyMessages(
            int countsPage, int spans, int templatesPage, int of, SegmentCodes codes, SpanGroupWriter target)
            throws CorruptPageException {
        if (spans == 0) {
            return;
        }
        int most = group.rows(templatesPage);
        lanes.spine(countsPage).read(depths, spans, most + 1);
        long messages = 0;
        for (int i = 0; i < spans; i++) {
            target.spine(countsPage).add(depths[i]);
            messages += depths[i];
        }
        if (messages > most) {
            throw corrupt(countsPage, messages + " messages of " + most);
        }
        GrowingLongs templatesInto = target.spine(templatesPage);
        for (int done = 0; done < messages; done += BATCH) {
            int count = (int) Math.min(BATCH, messages - done);
            lanes.spine(templatesPage).read(templates, count, segment.templates());
            int withTime = 0;
            int withTraceId = 0;
            int withSpanId = 0;
            for (int i = 0; i < count; i++) {
                int template = templates[i];
                templatesInto.add(codes.template(template, templatesPage, of));
                countValues(codes.columns(template));
                int parts = codes.parts(template);
                withTime += of == Item.OF_EVENT && (parts & SegmentCodes.END) != 0 ? 1 : 0;
                withTraceId += (parts & SegmentCodes.LINK_TRACE_ID) != 0 ? 1 : 0;
                withSpanId += (parts & SegmentCodes.LINK_SPAN_ID) != 0 ? 1 : 0;
            }
            lanes.spine(Pages.EVENT_TIMES).copy(target.spine(Pages.EVENT_TIMES), withTime);
            lanes.spine(Pages.LINK_TRACE_ID_HIGHS).copy(target.spine(Pages.LINK_TRACE_ID_HIGHS), withTraceId);
            lanes.spine(Pages.LINK_TRACE_ID_LOWS).copy(target.spine(Pages.LINK_TRACE_ID_LOWS), withTraceId);
            lanes.spine(Pages.LINK_SPAN_IDS).copy(target.spine(Pages.LINK_SPAN_IDS), withSpanId);
            copyValues(codes, target);
        }
    }

    private void countValues(int[] columns) {
        for (int column : columns) {
            if (counts[column]++ == 0) {
                counted[countedColumns++] = column;
            }
        }
    }

    private void copyValues(SegmentCodes codes, SpanGroupWriter target) throws CorruptPageException {
        for (int i = 0; i < countedColumns; i++) {
            int column = counted[i];
            int values = counts[column];
            counts[column] = 0;
            int into = codes.column(column);
            TextColumn texts = target.texts(into);
            if (texts != null) {
                lanes.texts(column).copy(texts, values, codes.patterns(column));
            } else {
                lanes.numbers(column).copy(target.numbers(into), values);
            }
        }
        countedColumns = 0;
    }

    private CorruptPageException corrupt(int page, String what) {
        return group.named(page, new CorruptPageException(what));
    }

    private void grow() {
        int capacity = idsAbove.length * 2;
        resourcesAbove = Arrays.copyOf(resourcesAbove, capacity);
        anchorsAbove = Arrays.copyOf(anchorsAbove, capacity);
        idsAbove = Arrays.copyOf(idsAbove, capacity);
    }
}
