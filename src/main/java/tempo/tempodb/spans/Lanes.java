package tempo.tempodb.spans;

import org.jspecify.annotations.Nullable;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.GrowingBytes;

/** All pages of a group, each read from front to back. Passing over spans passes over what they have in each page. */
final class Lanes {
    private final SpanGroup group;
    private final Segment segment;
    private final Lane[] spine = new Lane[Pages.LINK_SPAN_IDS + 1];
    private final @Nullable Lane[] numbers;
    private final @Nullable TextLane[] texts;

    /** Values of each column that are to be passed over, while it is not open. */
    private final int[] passed;

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
        SpanTemplate template = segment.template(spine[page].next(segment.templates()));
        if (template.of() != of) {
            throw group.named(page, new CorruptPageException("template is of something else"));
        }
        return template;
    }

    long number(int column) throws CorruptPageException {
        Lane lane = numbers[column];
        if (lane == null) {
            lane = new Lane(group, Pages.COLUMNS + column);
            lane.skip(passed[column]);
            numbers[column] = lane;
        }
        return lane.next();
    }

    /** Appends the next value of a column of texts. */
    void text(int column, GrowingBytes into) throws CorruptPageException {
        TextLane lane = texts[column];
        if (lane == null) {
            lane = new TextLane(group, column);
            lane.skip(passed[column]);
            texts[column] = lane;
        }
        lane.next(into);
    }

    /** Passes over so many spans. */
    void skipSpans(int count) throws CorruptPageException {
        for (int i = 0; i < count; i++) {
            SpanTemplate template = template(Pages.TEMPLATES, Item.OF_SPAN);
            int depth = spine[Pages.DEPTHS].next(Integer.MAX_VALUE);
            skipValues(template);
            if (template.hasStart) {
                spine[Pages.STARTS].skip(1);
            }
            if (template.hasEnd) {
                spine[Pages.DURATIONS].skip(1);
            }
            if (template.hasSpanId) {
                spine[Pages.SPAN_IDS].skip(1);
            }
            if (template.hasParentId && depth == 0) {
                spine[Pages.OUTER_PARENT_IDS].skip(1);
            }
            if (template.hasEvents) {
                skipEvents(spine[Pages.EVENT_COUNTS].next(group.rows(Pages.EVENT_TEMPLATES) + 1));
            }
            if (template.hasLinks) {
                skipLinks(spine[Pages.LINK_COUNTS].next(group.rows(Pages.LINK_TEMPLATES) + 1));
            }
        }
        spine[Pages.RESOURCES].skip(count);
    }

    private void skipEvents(int count) throws CorruptPageException {
        for (int i = 0; i < count; i++) {
            SpanTemplate template = template(Pages.EVENT_TEMPLATES, Item.OF_EVENT);
            skipValues(template);
            if (template.hasEnd) {
                spine[Pages.EVENT_TIMES].skip(1);
            }
        }
    }

    private void skipLinks(int count) throws CorruptPageException {
        for (int i = 0; i < count; i++) {
            SpanTemplate template = template(Pages.LINK_TEMPLATES, Item.OF_LINK);
            skipValues(template);
            if (template.hasLinkTraceId) {
                spine[Pages.LINK_TRACE_ID_HIGHS].skip(1);
                spine[Pages.LINK_TRACE_ID_LOWS].skip(1);
            }
            if (template.hasLinkSpanId) {
                spine[Pages.LINK_SPAN_IDS].skip(1);
            }
        }
    }

    private void skipValues(SpanTemplate template) {
        for (int i = 0; i < template.variables(); i++) {
            int column = template.variableColumn(i);
            Lane number = numbers[column];
            TextLane text = texts[column];
            if (number != null) {
                number.skip(1);
            } else if (text != null) {
                text.skip(1);
            } else {
                passed[column]++;
            }
        }
    }
}
