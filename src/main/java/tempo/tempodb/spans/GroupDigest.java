package tempo.tempodb.spans;

import java.util.Arrays;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.column.GrowingLongs;
import tempo.tempodb.column.LongPage;

/** What a strip holds of one group: pages of its rows, which templates it has, and its blooms. Immutable. */
public final class GroupDigest {
    /** Nanoseconds in a step of a strip's times. */
    static final long TIME_STEP_NANOS = 15_000_000_000L;

    final byte[] templatePage;
    final byte[] resourcePage;
    final byte[] durationPage;
    final byte[] timePage;

    /** The group's templates, rising; what follows is by these. */
    final int[] templates;

    final int[] spans;
    final byte[] longest;
    final long[] newest;
    final long[] oldest;
    final byte[] blooms;

    private GroupDigest(byte[] templatePage, GroupRows rows, int templates, byte[] blooms) {
        GrowingBytes out = new GrowingBytes(16 << 10);
        int count = rows.count();
        this.templatePage = templatePage;
        this.resourcePage = page(rows.resources.array(), count, out);
        this.durationPage = page(rows.durations.array(), count, out);
        this.timePage = page(times(rows), count, out);
        this.templates = new int[templates];
        this.spans = new int[templates];
        this.longest = new byte[templates];
        this.newest = new long[templates];
        this.oldest = new long[templates];
        this.blooms = blooms;
    }

    /**
     * The digest of a group of these rows.
     *
     * @param templatePage the page of its templates
     * @param blooms see {@link BloomWriter}
     */
    static GroupDigest of(GroupRows rows, byte[] templatePage, byte[] blooms) {
        int[] counts = counts(rows.templates);
        int present = 0;
        for (int spans : counts) {
            present += spans > 0 ? 1 : 0;
        }
        GroupDigest digest = new GroupDigest(templatePage, rows, present, blooms);
        digest.summarize(rows, counts);
        return digest;
    }

    /**
     * The digest of a group that is in memory.
     *
     * @param blooms its blooms, as in the strip that it comes from; none means that there are none
     * @throws CorruptPageException if its spine is damaged
     */
    public static GroupDigest of(SpanGroup group, byte[] blooms) throws CorruptPageException {
        SpanRows spine = new SpanRows(group);
        int[] templates = spine.templates();
        int[] resources = spine.resources();
        long[] anchors = spine.anchors();
        long[] durations = spine.durations();
        GroupRows rows = new GroupRows();
        for (int i = 0; i < spine.count(); i++) {
            int duration = durations[i] < 0 ? GroupRows.NO_DURATION : GroupRows.duration(durations[i]);
            rows.add(templates[i], resources[i], anchors[i], duration);
        }
        byte[] page = page(rows.templates.array(), rows.count(), new GrowingBytes(16 << 10));
        return of(rows, page, blooms.length == 0 ? new BloomWriter().finish() : blooms);
    }

    private static long[] times(GroupRows rows) {
        long[] times = new long[rows.count()];
        for (int i = 0; i < times.length; i++) {
            times[i] = Long.divideUnsigned(rows.anchors.get(i), TIME_STEP_NANOS);
        }
        return times;
    }

    /** False if there is no span, and so no start. */
    public boolean hasSpans() {
        return templates.length > 0;
    }

    /** The oldest start, or what stands for it: unix nanoseconds, unsigned. */
    public long oldest() {
        long all = -1;
        for (long each : oldest) {
            all = Long.compareUnsigned(each, all) < 0 ? each : all;
        }
        return all;
    }

    /** The newest start, or what stands for it: unix nanoseconds, unsigned. */
    public long newest() {
        long all = 0;
        for (long each : newest) {
            all = Long.compareUnsigned(each, all) > 0 ? each : all;
        }
        return all;
    }

    private void summarize(GroupRows rows, int[] counts) {
        int[] places = new int[counts.length];
        int place = 0;
        for (int template = 0; template < counts.length; template++) {
            if (counts[template] > 0) {
                templates[place] = template;
                spans[place] = counts[template];
                places[template] = place++;
            }
        }
        Arrays.fill(oldest, -1);
        for (int i = 0; i < rows.count(); i++) {
            int at = places[(int) rows.templates.get(i)];
            long anchor = rows.anchors.get(i);
            int duration = (int) rows.durations.get(i);
            longest[at] = duration > (longest[at] & 0xff) ? (byte) duration : longest[at];
            newest[at] = Long.compareUnsigned(anchor, newest[at]) > 0 ? anchor : newest[at];
            oldest[at] = Long.compareUnsigned(anchor, oldest[at]) < 0 ? anchor : oldest[at];
        }
    }

    private static int[] counts(GrowingLongs templates) {
        int greatest = 0;
        for (int i = 0; i < templates.count(); i++) {
            greatest = Math.max(greatest, (int) templates.get(i));
        }
        int[] counts = new int[greatest + 1];
        for (int i = 0; i < templates.count(); i++) {
            counts[(int) templates.get(i)]++;
        }
        return counts;
    }

    private static byte[] page(long[] values, int count, GrowingBytes out) {
        out.truncate(0);
        if (count > 0) {
            LongPage.encode(values, count, out);
        }
        return Arrays.copyOf(out.array(), out.length());
    }
}
