package tempo.tempodb.scan;

import java.io.IOException;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.spans.GroupScan;
import tempo.tempodb.spans.RowRanges;
import tempo.tempodb.spans.Segment;
import tempo.tempodb.spans.StripBlooms;
import tempo.tempodb.spans.StripSummary;
import tempo.tempodb.spans.Verdict;

/** A spanset made ready for the groups of a segment. For one thread at a time. */
abstract class SpansetNode {
    static SpansetNode of(Spanset spanset, Segment segment) throws CorruptPageException {
        if (spanset instanceof Spanset.Matching matching) {
            return new Matching(FilterNode.of(matching.filter(), segment));
        }
        if (spanset instanceof Spanset.Related related) {
            return new Related(of(related.left(), segment), related.relation(), of(related.right(), segment));
        }
        throw new AssertionError("no branch for " + spanset);
    }

    /** True if blooms may tell that there is no such span in a group. */
    abstract boolean usesBlooms();

    /** False if there is no such span in a group, as its blooms say. */
    abstract boolean mayPass(StripBlooms blooms, int group) throws CorruptPageException;

    /** False if there is no such span in a group, as its summary says. */
    abstract boolean mayPass(StripSummary summary, int group);

    /** No such span of a group starts after this, as its summary says; 0 if there is none. */
    abstract long newest(StripSummary summary, int group);

    /** The bits of the spans, of those that are wanted of the group, valid until the next call. */
    abstract long[] select(GroupScan scan) throws IOException;

    private static final class Matching extends SpansetNode {
        private final FilterNode filter;

        Matching(FilterNode filter) {
            this.filter = filter;
        }

        @Override
        boolean usesBlooms() {
            return filter.usesBlooms();
        }

        @Override
        boolean mayPass(StripBlooms blooms, int group) throws CorruptPageException {
            return filter.mayPass(blooms, group);
        }

        @Override
        boolean mayPass(StripSummary summary, int group) {
            for (int row = summary.first(group); row < summary.first(group + 1); row++) {
                if (mayPass(summary, group, row)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        long newest(StripSummary summary, int group) {
            long newest = 0;
            for (int row = summary.first(group); row < summary.first(group + 1); row++) {
                if (mayPass(summary, group, row)) {
                    long each = summary.newest(group, row);
                    newest = Long.compareUnsigned(each, newest) > 0 ? each : newest;
                }
            }
            return newest;
        }

        private boolean mayPass(StripSummary summary, int group, int row) {
            return filter.verdicts[summary.template(row)] != Verdict.NO
                    && (!filter.needsSummary() || filter.mayPass(summary, group, row));
        }

        @Override
        long[] select(GroupScan scan) throws IOException {
            return filter.select(scan);
        }
    }

    private static final class Related extends SpansetNode {
        private final SpansetNode left;
        private final Spanset.Relation relation;
        private final SpansetNode right;
        private final Structure structure = new Structure();
        private long[] bits = {};

        Related(SpansetNode left, Spanset.Relation relation, SpansetNode right) {
            this.left = left;
            this.relation = relation;
            this.right = right;
        }

        @Override
        boolean usesBlooms() {
            return left.usesBlooms() || right.usesBlooms();
        }

        @Override
        boolean mayPass(StripBlooms blooms, int group) throws CorruptPageException {
            return left.mayPass(blooms, group) && right.mayPass(blooms, group);
        }

        @Override
        boolean mayPass(StripSummary summary, int group) {
            return right.mayPass(summary, group) && left.mayPass(summary, group);
        }

        @Override
        long newest(StripSummary summary, int group) {
            return left.mayPass(summary, group) ? right.newest(summary, group) : 0;
        }

        @Override
        long[] select(GroupScan scan) throws IOException {
            bits = Bits.cleared(bits, scan.count());
            long[] rightBits = right.select(scan);
            if (Bits.isEmpty(rightBits, scan.count())) {
                return bits;
            }
            // Spans are related only within their entry.
            boolean narrowed = scan.narrow(rightBits);
            try {
                long[] leftBits = left.select(scan);
                if (!Bits.isEmpty(leftBits, scan.count())) {
                    RowRanges ranges = scan.ranges();
                    int[] depths = scan.depths();
                    for (int i = 0; i < ranges.count(); i++) {
                        structure.relate(relation, depths, ranges.from(i), ranges.to(i), leftBits, rightBits, bits);
                    }
                }
            } finally {
                if (narrowed) {
                    scan.widen();
                }
            }
            return bits;
        }
    }
}
