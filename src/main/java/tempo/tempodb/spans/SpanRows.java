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
    private int[] resourceByDepth = new int[16];
    private long[] anchorByDepth = new long[16];

    /** Rows of a group. */
    public SpanRows(SpanGroup group) {
        this.group = group;
        this.count = group.rows(Pages.TEMPLATES);
    }

    /** Goes on to another group. */
    public void open(SpanGroup next) {
        group = next;
        count = next.rows(Pages.TEMPLATES);
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
            int limit = 0;
            for (int i = 0; i < count; i++) {
                if (depths[i] > limit) {
                    throw group.named(Pages.DEPTHS, new CorruptPageException("depth " + depths[i] + " after " + limit));
                }
                limit = depths[i] + 1;
            }
            depthsKnown = true;
        }
        return depths;
    }

    /** By span: the number of its resource. */
    public int[] resources() throws CorruptPageException {
        if (!resourcesKnown) {
            int[] depth = depths();
            resources =
                    ints(resources, Pages.RESOURCES, group.segment().resources().count() + 1);
            for (int i = 0; i < count; i++) {
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
            resourcesKnown = true;
        }
        return resources;
    }

    /** By span: its start, or what stands for it: unix nanoseconds, unsigned. The group's entries have to be loaded. */
    public long[] anchors() throws CorruptPageException {
        if (!anchorsKnown) {
            int[] template = templates();
            int[] depth = depths();
            Segment segment = group.segment();
            anchors = anchors.length < count ? new long[capacity()] : anchors;
            ValueReader starts = new ValueReader(group, Pages.STARTS);
            for (int entry = 0; entry < group.entries(); entry++) {
                long base = group.base(entry);
                for (int i = group.firstSpan(entry); i < group.firstSpan(entry + 1); i++) {
                    int at = depth[i];
                    if (at == anchorByDepth.length) {
                        anchorByDepth = Arrays.copyOf(anchorByDepth, 2 * at);
                    }
                    long anchor = base;
                    if (segment.hasStart(template[i])) {
                        anchor = starts.next() + (at == 0 ? base : anchorByDepth[at - 1]);
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
            int[] template = templates();
            Segment segment = group.segment();
            durations = durations.length < count ? new long[capacity()] : durations;
            ValueReader ends = new ValueReader(group, Pages.DURATIONS);
            for (int i = 0; i < count; i++) {
                durations[i] = segment.hasEnd(template[i]) ? ends.next() : NO_DURATION;
            }
            durationsKnown = true;
        }
        return durations;
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
