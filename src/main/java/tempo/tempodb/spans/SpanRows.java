package tempo.tempodb.spans;

import java.util.Arrays;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.LongCursor;

/**
 * The spine of a group as primitive arrays, a row for each span. What is asked for is decoded, once; its pages have to be loaded.
 * The arrays are the reader's own, valid up to {@link #count()} until the next {@link #open}, so that one object serves group
 * after group. Not thread-safe.
 */
public final class SpanRows {
    /** The duration of a span that has no end. */
    public static final long NO_DURATION = Long.MIN_VALUE;

    private SpanGroup group;
    private int count;
    private int[] templates = {};
    private int[] depths = {};
    private int[] resources = {};
    private long[] anchors = {};
    private long[] durations = {};
    private boolean templatesKnown;
    private boolean depthsKnown;
    private boolean resourcesKnown;
    private boolean anchorsKnown;
    private boolean durationsKnown;
    private boolean isNarrow;
    private boolean rootsKnown;
    private boolean resourcesKnownBefore;
    private final RowRanges ranges = new RowRanges();
    private int[] resourceByDepth = new int[16];
    private long[] anchorByDepth = new long[16];

    /** Rows of a group. */
    public SpanRows(SpanGroup group) {
        this.group = group;
        this.count = group.rows(Pages.TEMPLATES);
        this.ranges.setAll(count);
    }

    /** Goes on to another group. */
    public void open(SpanGroup next) {
        group = next;
        count = next.rows(Pages.TEMPLATES);
        ranges.setAll(count);
        isNarrow = false;
        templatesKnown = false;
        depthsKnown = false;
        resourcesKnown = false;
        anchorsKnown = false;
        durationsKnown = false;
    }

    /** How many spans there are. */
    public int count() {
        return count;
    }

    /** By span: its template. */
    public int[] templates() throws CorruptPageException {
        if (!templatesKnown) {
            templates = ints(templates, Pages.TEMPLATES, group.segment().templates());
            templatesKnown = true;
        }
        return templates;
    }

    /** By span: how many spans are above it in its entry; the first of an entry has none. */
    public int[] depths() throws CorruptPageException {
        if (!depthsKnown) {
            depths = ints(depths, Pages.DEPTHS, Integer.MAX_VALUE);
            int outside = count > 0 ? -depths[0] : 0;
            for (int i = 1; i < count; i++) {
                outside |= depths[i - 1] - depths[i] + 1;
            }
            if (outside < 0) {
                throw group.named(Pages.DEPTHS, new CorruptPageException("a span is more than 1 below the one before"));
            }
            depthsKnown = true;
        }
        if (isNarrow && !rootsKnown) {
            checkRoots();
        }
        return depths;
    }

    /** What comes before a stretch is not looked at, so nothing in it may be below that. */
    private void checkRoots() throws CorruptPageException {
        for (int range = 0; range < ranges.count(); range++) {
            if (depths[ranges.from(range)] != 0) {
                throw group.named(Pages.DEPTHS, new CorruptPageException("an entry does not begin with a root"));
            }
        }
        rootsKnown = true;
    }

    /**
     * From now on only entries are wanted that have a row whose bit is set, until {@link #widen}: what costs much is done for these
     * alone. The group's entries have to be loaded.
     */
    void narrow(long[] bits) {
        ranges.setEntries(group, bits);
        isNarrow = true;
        rootsKnown = false;
        resourcesKnownBefore = resourcesKnown;
    }

    /** All entries are wanted again. */
    void widen() {
        ranges.setAll(count);
        isNarrow = false;
        resourcesKnown = resourcesKnownBefore;
    }

    boolean isNarrow() {
        return isNarrow;
    }

    /** The rows that are wanted: all, unless {@link #narrow} was called. */
    RowRanges ranges() {
        return ranges;
    }

    /** By span that is wanted: the number of its resource. */
    public int[] resources() throws CorruptPageException {
        if (!resourcesKnown) {
            int[] depth = depths();
            resources =
                    ints(resources, Pages.RESOURCES, group.segment().resources().count() + 1);
            for (int range = 0; range < ranges.count(); range++) {
                resolveResources(depth, ranges.from(range), ranges.to(range));
            }
            resourcesKnown = true;
        }
        return resources;
    }

    /** Gives the spans that are as their parents the resources of these. */
    private void resolveResources(int[] depth, int from, int to) throws CorruptPageException {
        for (int i = from; i < to; i++) {
            int at = depth[i];
            if (at == resourceByDepth.length) {
                resourceByDepth = Arrays.copyOf(resourceByDepth, 2 * at);
            }
            if (resources[i] > 0) {
                resources[i]--;
            } else if (at > 0) {
                resources[i] = resourceByDepth[at - 1];
            } else {
                throw group.named(Pages.RESOURCES, new CorruptPageException("a root has no resource"));
            }
            resourceByDepth[at] = resources[i];
        }
    }

    /** By span: its start, or what stands for it: unix nanoseconds, unsigned. The group's entries have to be loaded. */
    public long[] anchors() throws CorruptPageException {
        if (!anchorsKnown) {
            int[] template = templates();
            int[] depth = depths();
            Segment segment = group.segment();
            boolean all = segment.allStart();
            anchors = all ? numbers(anchors, Pages.STARTS) : room(anchors);
            ValueReader starts = new ValueReader(group, Pages.STARTS);
            for (int entry = 0; entry < group.entries(); entry++) {
                long base = group.base(entry);
                for (int i = group.firstSpan(entry); i < group.firstSpan(entry + 1); i++) {
                    int at = depth[i];
                    if (at == anchorByDepth.length) {
                        anchorByDepth = Arrays.copyOf(anchorByDepth, 2 * at);
                    }
                    long anchor = base;
                    if (all || segment.hasStart(template[i])) {
                        long start = all ? anchors[i] : starts.next();
                        anchor = start + (at == 0 ? base : anchorByDepth[at - 1]);
                    }
                    anchors[i] = anchor;
                    anchorByDepth[at] = anchor;
                }
            }
            anchorsKnown = true;
        }
        return anchors;
    }

    /** By span: its end less its {@link #anchors anchor}, signed; {@link #NO_DURATION} if it has no end. */
    public long[] durations() throws CorruptPageException {
        if (!durationsKnown) {
            durations = group.segment().allEnd() ? numbers(durations, Pages.DURATIONS) : durations(room(durations));
            durationsKnown = true;
        }
        return durations;
    }

    private long[] durations(long[] into) throws CorruptPageException {
        int[] template = templates();
        Segment segment = group.segment();
        ValueReader ends = new ValueReader(group, Pages.DURATIONS);
        for (int i = 0; i < count; i++) {
            into[i] = segment.hasEnd(template[i]) ? ends.next() : NO_DURATION;
        }
        return into;
    }

    /** The values of a page that has one for each span. */
    private long[] numbers(long[] known, int page) throws CorruptPageException {
        long[] into = room(known);
        if (count == 0) {
            return into;
        }
        LongCursor cursor = group.numbers(page);
        try {
            if (cursor.read(into, 0, count) < count) {
                throw new CorruptPageException("ends too early");
            }
        } catch (CorruptPageException e) {
            throw group.named(page, e);
        }
        return into;
    }

    private long[] room(long[] known) {
        return known.length < count ? new long[capacity()] : known;
    }

    private int[] ints(int[] known, int page, int limit) throws CorruptPageException {
        int[] into = known.length < count ? new int[capacity()] : known;
        if (count == 0) {
            return into;
        }
        LongCursor cursor = group.numbers(page);
        if (cursor.remaining() != count) {
            throw group.named(page, new CorruptPageException(cursor.remaining() + " rows, not " + count));
        }
        try {
            cursor.readInts(into, 0, count, limit);
        } catch (CorruptPageException e) {
            throw group.named(page, e);
        }
        return into;
    }

    private int capacity() {
        return Math.max(count, 8192);
    }
}
