package tempo.tempodb.scan;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tempo.span.TraceKey;
import tempo.tempodb.block.CorruptBlockException;
import tempo.tempodb.block.SpanColumns;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.spans.GroupScan;
import tempo.tempodb.spans.SpanGroup;
import tempo.tempodb.spans.StripBlooms;
import tempo.tempodb.spans.StripSummary;

/**
 * Looks for the spans of a spanset in one block, group by group: which groups may have one is asked of their strips first, and of
 * a group only the pages are read that the spanset needs. For one thread.
 */
final class BlockScan {
    private final SpanColumns block;
    private final Spanset spanset;
    private final DamageListener damage;
    private final Map<Integer, SpansetNode> nodes = new HashMap<>();
    private int strip = -1;
    private @Nullable StripBlooms blooms;
    private @Nullable StripSummary summary;
    private @Nullable GroupScan scan;
    private long groupsRead;

    BlockScan(SpanColumns block, Spanset spanset, DamageListener damage) {
        this.block = block;
        this.spanset = spanset;
        this.damage = damage;
    }

    int groups() {
        return block.groups();
    }

    /** Groups of which pages were read so far. */
    long groupsRead() {
        return groupsRead;
    }

    /** Makes a strip the current one: the groups that it serves are asked of it; none if negative. */
    void enterStrip(int number) {
        strip = number;
        blooms = null;
        summary = null;
    }

    /** False if a group that the current strip serves has no such span. */
    boolean mayPass(int group) throws IOException {
        if (strip < 0) {
            return true;
        }
        SpansetNode node = node(group);
        int place = group - block.firstGroup(strip);
        try {
            if (node.usesBlooms()) {
                StripBlooms known = blooms == null ? block.blooms(strip) : blooms;
                blooms = known;
                if (!node.mayPass(known, place)) {
                    return false;
                }
                // To read the few groups that are left costs less than to read the summary of all.
                return summary == null || node.mayPass(summary, place);
            }
            return node.mayPass(summary(), place);
        } catch (CorruptBlockException e) {
            strip = -1;
            return true;
        } catch (CorruptPageException e) {
            return true;
        }
    }

    /** No such span of a group of the current strip starts after this; unsigned, 0 if there is none. */
    long newest(int group) throws IOException {
        if (strip < 0) {
            return -1;
        }
        try {
            return node(group).newest(summary(), group - block.firstGroup(strip));
        } catch (CorruptBlockException e) {
            strip = -1;
            return -1;
        }
    }

    private StripSummary summary() throws IOException {
        StripSummary known = summary == null ? block.summary(strip) : summary;
        summary = known;
        return known;
    }

    /** The bits of such spans in a group, if there is one; else null, also if the group is damaged, of which the listener is told. */
    long @Nullable [] select(int group) throws IOException {
        try {
            SpansetNode node = node(group);
            SpanGroup opened = block.open(group);
            groupsRead++;
            GroupScan open = scan;
            if (open == null) {
                open = new GroupScan(opened, block.source(group));
                scan = open;
            } else {
                open.open(opened, block.source(group));
            }
            long[] bits = node.select(open);
            clearHidden(block, group, open, bits);
            return Bits.isEmpty(bits, open.count()) ? null : bits;
        } catch (CorruptPageException e) {
            damage.unreadable(block.corrupt(group, e));
        } catch (CorruptBlockException e) {
            damage.unreadable(e);
        }
        return null;
    }

    /** Clears the bits of the spans of deleted traces. */
    static void clearHidden(SpanColumns block, int number, GroupScan scan, long[] bits) throws IOException {
        if (!block.mayHide(number)) {
            return;
        }
        scan.loadEntries();
        SpanGroup group = scan.group();
        for (int entry = 0; entry < group.entries(); entry++) {
            if (block.hides(new TraceKey(group.keyHigh(entry), group.keyLow(entry)))) {
                Bits.clear(bits, group.firstSpan(entry), group.firstSpan(entry + 1));
            }
        }
    }

    /** The group that {@link #select} was called with last. */
    GroupScan current() {
        if (scan == null) {
            throw new IllegalStateException("no group was selected");
        }
        return scan;
    }

    SpanColumns block() {
        return block;
    }

    private SpansetNode node(int group) throws IOException {
        int segment = block.segmentOf(group);
        SpansetNode known = nodes.get(segment);
        if (known == null) {
            try {
                known = SpansetNode.of(spanset, block.segment(group));
            } catch (CorruptPageException e) {
                throw block.corrupt(group, e);
            }
            nodes.put(segment, known);
        }
        return known;
    }
}
