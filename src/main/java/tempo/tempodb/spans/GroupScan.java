package tempo.tempodb.spans;

import java.io.IOException;
import java.util.Arrays;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.LongCursor;

/**
 * A group that is looked at by tests of fields: loads the pages that they need, when they need them, and decodes each once. One
 * object serves group after group. Not thread-safe.
 */
public final class GroupScan {
    private static final int[] NONE = {};

    private final SpanRows rows;
    private SpanGroup group;
    private SpanGroup.Source source;
    private long[] values = new long[LongCursor.BATCH];
    private int[] eventTemplates = NONE;
    private int[] linkTemplates = NONE;
    private boolean eventsKnown;
    private boolean linksKnown;

    /** Looks at a group. */
    public GroupScan(SpanGroup group, SpanGroup.Source source) {
        this.group = group;
        this.source = source;
        this.rows = new SpanRows(group);
    }

    /** Goes on to another group. */
    public void open(SpanGroup next, SpanGroup.Source nextSource) {
        group = next;
        source = nextSource;
        rows.open(next);
        eventsKnown = false;
        linksKnown = false;
    }

    public SpanGroup group() {
        return group;
    }

    /** How many spans there are. */
    public int count() {
        return rows.count();
    }

    /**
     * From now on only entries are wanted that have a row whose bit is set, until {@link #widen}.
     *
     * @return false, and nothing is changed, if this is so already
     */
    public boolean narrow(long[] bits) throws IOException {
        if (rows.isNarrow()) {
            return false;
        }
        group.loadEntries(source);
        rows.narrow(bits);
        return true;
    }

    /** All entries are wanted again. */
    public void widen() {
        rows.widen();
    }

    /** The rows that are wanted: all, unless {@link #narrow} was called. */
    public RowRanges ranges() {
        return rows.ranges();
    }

    /** As {@link SpanRows#templates}. */
    public int[] templates() throws IOException {
        group.load(source, Pages.TEMPLATES);
        return rows.templates();
    }

    /** As {@link SpanRows#depths}. */
    public int[] depths() throws IOException {
        group.load(source, Pages.TEMPLATES, Pages.DEPTHS);
        return rows.depths();
    }

    /** As {@link SpanRows#resources}. */
    public int[] resources() throws IOException {
        group.load(source, Pages.TEMPLATES, Pages.RESOURCES, Pages.DEPTHS);
        return rows.resources();
    }

    /** As {@link SpanRows#anchors}. */
    public long[] anchors() throws IOException {
        group.load(
                source,
                Pages.KEYS,
                Pages.SPAN_COUNTS,
                Pages.BASES,
                Pages.TEMPLATES,
                Pages.RESOURCES,
                Pages.DEPTHS,
                Pages.STARTS);
        group.loadEntries(source);
        return rows.anchors();
    }

    /** As {@link SpanRows#durations}. */
    public long[] durations() throws IOException {
        group.load(source, Pages.TEMPLATES, Pages.DURATIONS);
        return rows.durations();
    }

    /** Makes the entries of the group known. */
    public void loadEntries() throws IOException {
        group.loadEntries(source);
    }

    /** The number of the entry that a span is in. */
    public int entryOf(int row) throws IOException {
        group.loadEntries(source);
        return group.entryOf(row);
    }

    /** By message of a kind, what its template is; spans, events or links. */
    int[] templates(int of) throws IOException {
        if (of == Item.OF_SPAN) {
            return templates();
        }
        if (of == Item.OF_EVENT) {
            eventTemplates = eventsKnown ? eventTemplates : messages(Pages.EVENT_TEMPLATES);
            eventsKnown = true;
            return eventTemplates;
        }
        linkTemplates = linksKnown ? linkTemplates : messages(Pages.LINK_TEMPLATES);
        linksKnown = true;
        return linkTemplates;
    }

    int count(int of) {
        return of == Item.OF_SPAN
                ? count()
                : group.rows(of == Item.OF_EVENT ? Pages.EVENT_TEMPLATES : Pages.LINK_TEMPLATES);
    }

    /** All values of a page of numbers, in an array that is reused. */
    long[] numbers(int page) throws IOException {
        group.load(source, page);
        int count = group.rows(page);
        if (values.length < count) {
            values = new long[Math.max(count, 2 * values.length)];
        }
        LongCursor cursor = group.numbers(page);
        try {
            cursor.read(values, 0, count);
        } catch (CorruptPageException e) {
            throw group.named(page, e);
        }
        return values;
    }

    void load(int page) throws IOException {
        group.load(source, page);
    }

    private int[] messages(int page) throws IOException {
        int count = group.rows(page);
        if (count == 0) {
            return NONE;
        }
        long[] read = numbers(page);
        int[] templates = new int[count];
        int limit = group.segment().templates();
        for (int i = 0; i < count; i++) {
            if (read[i] < 0 || read[i] >= limit) {
                throw group.named(page, new CorruptPageException("value " + read[i] + " is not below " + limit));
            }
            templates[i] = (int) read[i];
        }
        return templates;
    }

    /** Room for as many bits as there are rows, none of them set. */
    static long[] bits(long[] reused, int rows) {
        int words = (rows + Long.SIZE - 1) / Long.SIZE;
        if (reused.length < words) {
            return new long[Math.max(words, 128)];
        }
        Arrays.fill(reused, 0, words, 0);
        return reused;
    }
}
