package tempo.tempodb.spans;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.column.QuarterOctave;
import tempo.tempodb.column.Zstd;

/** Collects the digests of groups that follow each other, and makes their strip. Not thread-safe. */
public final class StripWriter {
    private final List<GroupDigest> groups = new ArrayList<>();

    /** Adds the next group. */
    public void add(GroupDigest group) {
        groups.add(group);
    }

    /** How many groups there are. */
    public int groups() {
        return groups.size();
    }

    /** True if there are as many groups as a strip may have. */
    public boolean isFull() {
        return groups.size() == StripParts.GROUPS_MAX;
    }

    /** Appends the strip, and begins the next; returns the length of each of its {@link StripParts#COUNT} parts. */
    public int[] finish(GrowingBytes out) {
        int[] lengths = new int[StripParts.COUNT];
        if (groups.size() >= StripParts.COLUMNS_GROUPS_MIN) {
            lengths[StripParts.TEMPLATES] = each(group -> group.templatePage, out);
            lengths[StripParts.RESOURCES] = each(group -> group.resourcePage, out);
            lengths[StripParts.DURATIONS] = each(group -> group.durationPage, out);
            lengths[StripParts.TIMES] = each(group -> group.timePage, out);
        }
        int summaryAt = out.length();
        GrowingBytes summary = summary();
        out.putVarint(summary.length());
        Zstd.compress(summary.array(), 0, summary.length(), out);
        lengths[StripParts.SUMMARY] = out.length() - summaryAt;
        lengths[StripParts.BLOOMS] = each(group -> group.blooms, out);
        groups.clear();
        return lengths;
    }

    /** Appends the lengths of some bytes of each group and then these; returns how long that is. */
    private int each(Function<GroupDigest, byte[]> part, GrowingBytes out) {
        int from = out.length();
        for (GroupDigest group : groups) {
            out.putVarint(part.apply(group).length);
        }
        for (GroupDigest group : groups) {
            byte[] bytes = part.apply(group);
            out.put(bytes, 0, bytes.length);
        }
        return out.length() - from;
    }

    private GrowingBytes summary() {
        GrowingBytes out = new GrowingBytes(64 << 10);
        long[] newest = new long[groups.size()];
        long[] oldest = new long[groups.size()];
        for (int i = 0; i < groups.size(); i++) {
            GroupDigest group = groups.get(i);
            oldest[i] = group.oldest();
            newest[i] = group.newest();
            out.putVarint(group.templates.length);
            out.putVarint(oldest[i]);
            out.putVarint(newest[i] - oldest[i]);
        }
        for (GroupDigest group : groups) {
            int last = -1;
            for (int template : group.templates) {
                out.putVarint(template - last - 1L);
                last = template;
            }
        }
        for (GroupDigest group : groups) {
            for (int spans : group.spans) {
                out.putVarint(spans);
            }
        }
        for (GroupDigest group : groups) {
            out.put(group.longest, 0, group.longest.length);
        }
        for (int i = 0; i < groups.size(); i++) {
            for (long each : groups.get(i).newest) {
                out.put(QuarterOctave.code(newest[i] - each));
            }
        }
        for (int i = 0; i < groups.size(); i++) {
            for (long each : groups.get(i).oldest) {
                out.put(QuarterOctave.code(each - oldest[i]));
            }
        }
        return out;
    }
}
