package tempo.tempodb.spans;

import org.jspecify.annotations.Nullable;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.column.LongCursor;

/** All pages of a group, each read from front to back. Passing over spans passes over what they have in each page. */
final class Lanes {
    private static final int BATCH = LongCursor.BATCH;

    private final SpanGroup group;
    private final Segment segment;
    private final Lane[] spine = new Lane[Pages.LINK_SPAN_IDS + 1];
    private final @Nullable Lane[] numbers;
    private final @Nullable TextLane[] texts;

    /** Values of each column that are to be passed over, while it is not open. */
    private final int[] passed;

    private final int[] codes = new int[BATCH];
    private final int[] depths = new int[BATCH];

    Lanes(SpanGroup group) {
        this.group = group;
        this.segment = group.segment();
        for (int page = Pages.SPAN_COUNTS; page < spine.length; page++) {
            spine[page] = new Lane(group, page);
        }
        numbers = new Lane[segment.columns()];
        texts = new TextLane[segment.columns()];
        passed = new int[segment.columns()];
    }

    Lane spine(int page) {
        return spine[page];
    }

    SpanTemplate template(int page, int of) throws CorruptPageException {
        return template(page, spine[page].next(segment.templates()), of);
    }

    private SpanTemplate template(int page, int code, int of) throws CorruptPageException {
        SpanTemplate template = segment.template(code);
        if (template.of() != of) {
            throw group.named(page, new CorruptPageException("template is of something else"));
        }
        return template;
    }

    long number(int column) throws CorruptPageException {
        return numbers(column).next();
    }

    /** Appends the next value of a column of texts. */
    void text(int column, GrowingBytes into) throws CorruptPageException {
        texts(column).next(into);
    }

    Lane numbers(int column) {
        Lane lane = numbers[column];
        if (lane == null) {
            lane = new Lane(group, Pages.COLUMNS + column);
            lane.skip(passed[column]);
            numbers[column] = lane;
        }
        return lane;
    }

    TextLane texts(int column) {
        TextLane lane = texts[column];
        if (lane == null) {
            lane = new TextLane(group, column);
            lane.skip(passed[column]);
            texts[column] = lane;
        }
        return lane;
    }

    /** Passes over so many spans: counts their templates, and passes over what these have in each page. */
    void skipSpans(int count) throws CorruptPageException {
        int[] counts = new int[segment.templates()];
        int outerParents = 0;
        for (int done = 0; done < count; ) {
            int batch = Math.min(BATCH, count - done);
            spine[Pages.TEMPLATES].read(codes, batch, counts.length);
            spine[Pages.DEPTHS].read(depths, batch, Integer.MAX_VALUE);
            for (int i = 0; i < batch; i++) {
                counts[codes[i]]++;
                if (depths[i] == 0 && segment.template(codes[i]).hasParentId) {
                    outerParents++;
                }
            }
            done += batch;
        }
        joinAlike(counts);
        spine[Pages.RESOURCES].skip(count);
        spine[Pages.OUTER_PARENT_IDS].skip(outerParents);
        int withEvents = 0;
        int withLinks = 0;
        for (int code = 0; code < counts.length; code++) {
            int rows = counts[code];
            if (rows > 0) {
                SpanTemplate template = template(Pages.TEMPLATES, code, Item.OF_SPAN);
                skipValues(template, rows);
                skip(Pages.STARTS, template.hasStart, rows);
                skip(Pages.DURATIONS, template.hasEnd, rows);
                skip(Pages.SPAN_IDS, template.hasSpanId, rows);
                withEvents += template.hasEvents ? rows : 0;
                withLinks += template.hasLinks ? rows : 0;
            }
        }
        skipMessages(Pages.EVENT_COUNTS, withEvents, Pages.EVENT_TEMPLATES, Item.OF_EVENT);
        skipMessages(Pages.LINK_COUNTS, withLinks, Pages.LINK_TEMPLATES, Item.OF_LINK);
    }

    /** Passes over the events, or the links, of so many spans that have some. */
    private void skipMessages(int countsPage, int spans, int templatesPage, int of) throws CorruptPageException {
        if (spans == 0) {
            return;
        }
        int most = group.rows(templatesPage);
        long messages = 0;
        for (int i = 0; i < spans; i++) {
            messages += spine[countsPage].next(most + 1);
        }
        if (messages > most) {
            throw group.named(countsPage, new CorruptPageException(messages + " messages of " + most));
        }
        int[] counts = new int[segment.templates()];
        for (int done = 0; done < messages; ) {
            int batch = (int) Math.min(BATCH, messages - done);
            spine[templatesPage].read(codes, batch, counts.length);
            for (int i = 0; i < batch; i++) {
                counts[codes[i]]++;
            }
            done += batch;
        }
        joinAlike(counts);
        for (int code = 0; code < counts.length; code++) {
            if (counts[code] > 0) {
                SpanTemplate template = template(templatesPage, code, of);
                skipValues(template, counts[code]);
                skip(Pages.EVENT_TIMES, of == Item.OF_EVENT && template.hasEnd, counts[code]);
                skip(Pages.LINK_TRACE_ID_HIGHS, template.hasLinkTraceId, counts[code]);
                skip(Pages.LINK_TRACE_ID_LOWS, template.hasLinkTraceId, counts[code]);
                skip(Pages.LINK_SPAN_IDS, template.hasLinkSpanId, counts[code]);
            }
        }
    }

    /** Counts rows of templates that are alike as rows of one of them. */
    private void joinAlike(int[] counts) throws CorruptPageException {
        for (int code = 0; code < counts.length; code++) {
            int rows = counts[code];
            if (rows > 0) {
                counts[code] = 0;
                counts[segment.alike(code)] += rows;
            }
        }
    }

    private void skip(int page, boolean has, int rows) {
        if (has) {
            spine[page].skip(rows);
        }
    }

    private void skipValues(SpanTemplate template, int rows) {
        for (int i = 0; i < template.variables(); i++) {
            int column = template.variableColumn(i);
            Lane number = numbers[column];
            TextLane text = texts[column];
            if (number != null) {
                number.skip(rows);
            } else if (text != null) {
                text.skip(rows);
            } else {
                passed[column] += rows;
            }
        }
    }
}
