package tempo.tempodb.scan;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import tempo.span.TraceKey;
import tempo.tempodb.block.CorruptBlockException;
import tempo.tempodb.block.SpanColumns;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.spans.GroupScan;

/**
 * Finds traces with spans of a spanset in some blocks. A trace whose spans lie in several entries or blocks is one trace, though
 * spans are related to each other only within an entry. For one thread; does its own reading, so not for an actor's.
 */
public final class TraceSearch {
    private final List<SpanColumns> blocks;
    private final Spanset spanset;
    private final DamageListener damage;
    private final BooleanSupplier isGivenUp;
    private long groupsRead;

    /** A search of some blocks. */
    public TraceSearch(List<SpanColumns> blocks, Spanset spanset, DamageListener damage) {
        this(blocks, spanset, damage, () -> false);
    }

    /**
     * As the other, of which somebody may lose patience.
     *
     * @param isGivenUp asked before each group: once it is true, the search ends with what it has found
     */
    public TraceSearch(List<SpanColumns> blocks, Spanset spanset, DamageListener damage, BooleanSupplier isGivenUp) {
        this.blocks = List.copyOf(blocks);
        this.spanset = spanset;
        this.damage = damage;
        this.isGivenUp = isGivenUp;
    }

    /**
     * A trace that was found.
     *
     * @param spans how many of its spans were met that belong to the spanset; more may be where the search did not come to
     * @param newestStart of {@link #newest}, start of the newest of these, unix nanoseconds, unsigned; else of the oldest span of
     *     the entry that they were met in
     */
    public record Found(TraceKey key, int spans, long newestStart) {
        /** An order of {@link #newest}. */
        public static final Comparator<Found> NEWEST_FIRST =
                Comparator.comparing(Found::newestStart, Long::compareUnsigned).reversed();

        /** What was found of the same trace here and elsewhere. */
        public Found and(Found other) {
            boolean isNewer = Long.compareUnsigned(newestStart, other.newestStart) > 0;
            return new Found(key, spans + other.spans, isNewer ? newestStart : other.newestStart);
        }
    }

    /** Groups of which pages were read by the last search. */
    public long groupsRead() {
        return groupsRead;
    }

    /** Any traces, up to {@code limit}: the search ends when there are as many. */
    public List<Found> any(int limit) throws IOException {
        groupsRead = 0;
        Map<TraceKey, Found> found = new HashMap<>();
        for (SpanColumns block : blocks) {
            BlockScan scan = new BlockScan(block, spanset, damage);
            int strip = 0;
            for (int group = 0; group < scan.groups() && found.size() < limit && !isGivenUp.getAsBoolean(); group++) {
                strip = enterStripOf(scan, group, strip);
                if (isWorthIt(scan, group)) {
                    long[] bits = scan.select(group);
                    if (bits != null) {
                        collect(scan, group, bits, false, found);
                    }
                }
            }
            groupsRead += scan.groupsRead();
        }
        return found.values().stream()
                .sorted(Comparator.comparing(Found::key))
                .limit(limit)
                .toList();
    }

    /** A group that may have spans of the spanset. */
    private record Candidate(BlockScan scan, int group, long newest) {}

    /**
     * The traces with the newest spans of the spanset, up to {@code limit}, the newest first. Groups are looked at from the one on
     * which the summaries put the newest such span, and no more when none of the rest can have a newer one.
     */
    public List<Found> newest(int limit) throws IOException {
        groupsRead = 0;
        List<SpanColumns> newestFirst = new ArrayList<>(blocks);
        newestFirst.sort(Comparator.comparingLong(TraceSearch::newestStart).reversed());
        Map<TraceKey, Found> found = new HashMap<>();
        long bound = 0;
        for (SpanColumns block : newestFirst) {
            long newest = newestStart(block);
            boolean isKnown = newest < Long.MAX_VALUE;
            if (found.size() < limit || !isKnown || Long.compareUnsigned(newest, bound) >= 0) {
                bound = newest(block, limit, bound, found);
            }
        }
        return found.values().stream().sorted(Found.NEWEST_FIRST).limit(limit).toList();
    }

    /** Adds what one block has; returns what the next trace has to be newer than. */
    private long newest(SpanColumns block, int limit, long before, Map<TraceKey, Found> found) throws IOException {
        List<Candidate> candidates = candidates(block);
        candidates.sort((a, b) -> Long.compareUnsigned(b.newest(), a.newest()));
        long bound = before;
        for (Candidate candidate : candidates) {
            boolean isOld = found.size() >= limit && Long.compareUnsigned(candidate.newest(), bound) < 0;
            if (isOld || isGivenUp.getAsBoolean()) {
                break;
            }
            long[] bits = candidate.scan().select(candidate.group());
            groupsRead++;
            if (bits != null) {
                collect(candidate.scan(), candidate.group(), bits, true, found);
                bound = bound(found, limit, bound);
            }
        }
        return bound;
    }

    private static long newestStart(SpanColumns block) {
        long newest = Long.MIN_VALUE;
        for (int group = 0; group < block.groups(); group++) {
            newest = Math.max(newest, block.newest(group));
        }
        return newest;
    }

    /** Up to {@code limit} traces with at least so many spans of the spanset, all blocks taken together. */
    public List<Found> atLeast(int spans, int limit) throws IOException {
        groupsRead = 0;
        TraceCounts counts = new TraceCounts();
        for (SpanColumns block : blocks) {
            BlockScan scan = new BlockScan(block, spanset, damage);
            int strip = 0;
            for (int group = 0; group < scan.groups() && !isGivenUp.getAsBoolean(); group++) {
                strip = enterStripOf(scan, group, strip);
                if (isWorthIt(scan, group)) {
                    long[] bits = scan.select(group);
                    if (bits != null) {
                        count(scan, group, bits, counts);
                    }
                }
            }
            groupsRead += scan.groupsRead();
        }
        return counts.atLeast(spans, limit);
    }

    /** What a trace has to be newer than to be among the newest; forgets those that are not. */
    private static long bound(Map<TraceKey, Found> found, int limit, long before) {
        if (found.size() < limit) {
            return before;
        }
        long[] starts = new long[found.size()];
        int count = 0;
        for (Found each : found.values()) {
            starts[count++] = each.newestStart() ^ Long.MIN_VALUE;
        }
        Arrays.sort(starts);
        long bound = starts[count - limit] ^ Long.MIN_VALUE;
        if (count > 4 * limit) {
            found.values().removeIf(each -> Long.compareUnsigned(each.newestStart(), bound) < 0);
        }
        return bound;
    }

    private List<Candidate> candidates(SpanColumns block) throws IOException {
        List<Candidate> candidates = new ArrayList<>();
        BlockScan scan = new BlockScan(block, spanset, damage);
        int strip = 0;
        for (int group = 0; group < scan.groups() && !isGivenUp.getAsBoolean(); group++) {
            strip = enterStripOf(scan, group, strip);
            if (isWorthIt(scan, group)) {
                candidates.add(new Candidate(scan, group, scan.newest(group)));
            }
        }
        return candidates;
    }

    private boolean isWorthIt(BlockScan scan, int group) throws IOException {
        try {
            return scan.mayPass(group);
        } catch (CorruptBlockException e) {
            damage.unreadable(e);
            return false;
        }
    }

    /** Makes the strip of a group the current one, if it begins there; returns which strip comes next. */
    static int enterStripOf(BlockScan scan, int group, int next) {
        SpanColumns block = scan.block();
        if (next > 0 && group == block.firstGroup(next - 1) + block.groups(next - 1)) {
            scan.enterStrip(-1);
        }
        if (next < block.strips() && group == block.firstGroup(next)) {
            scan.enterStrip(next);
            return next + 1;
        }
        return next;
    }

    private void collect(BlockScan blockScan, int group, long[] bits, boolean exact, Map<TraceKey, Found> found)
            throws IOException {
        GroupScan scan = blockScan.current();
        try {
            scan.loadEntries();
            long[] anchors = exact ? scan.anchors() : new long[0];
            int rows = scan.count();
            for (int row = Bits.next(bits, 0, rows); row >= 0; ) {
                int entry = scan.entryOf(row);
                int end = scan.group().firstSpan(entry + 1);
                int spans = 0;
                long newest = exact ? 0 : scan.group().base(entry);
                for (; row >= 0 && row < end; row = Bits.next(bits, row + 1, rows)) {
                    spans++;
                    newest = exact && Long.compareUnsigned(anchors[row], newest) > 0 ? anchors[row] : newest;
                }
                TraceKey key =
                        new TraceKey(scan.group().keyHigh(entry), scan.group().keyLow(entry));
                found.merge(key, new Found(key, spans, newest), Found::and);
            }
        } catch (CorruptPageException e) {
            damage.unreadable(blockScan.block().corrupt(group, e));
        } catch (CorruptBlockException e) {
            damage.unreadable(e);
        }
    }

    /** As {@link #collect}, entry by entry of the group, since most of them have such spans. */
    private void count(BlockScan blockScan, int group, long[] bits, TraceCounts counts) throws IOException {
        GroupScan scan = blockScan.current();
        try {
            scan.loadEntries();
            for (int entry = 0; entry < scan.group().entries(); entry++) {
                int spans = Bits.count(
                        bits, scan.group().firstSpan(entry), scan.group().firstSpan(entry + 1));
                if (spans > 0) {
                    counts.add(
                            scan.group().keyHigh(entry),
                            scan.group().keyLow(entry),
                            spans,
                            scan.group().base(entry));
                }
            }
        } catch (CorruptPageException e) {
            damage.unreadable(blockScan.block().corrupt(group, e));
        } catch (CorruptBlockException e) {
            damage.unreadable(e);
        }
    }
}
