package tempo.tempodb.scan;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.spans.FieldTest;
import tempo.tempodb.spans.GroupScan;
import tempo.tempodb.spans.Segment;
import tempo.tempodb.spans.StripBlooms;
import tempo.tempodb.spans.StripSummary;
import tempo.tempodb.spans.Verdict;

/**
 * A filter made ready for the groups of a segment. First it is asked what templates alone say, then blooms and summaries, and only
 * then the spans. For one thread at a time.
 */
abstract class FilterNode {
    private long[] bits = {};

    /** By template of spans: what it alone says. */
    final byte[] verdicts;

    /** True if what templates say is all there is to say, so that no value has to be looked at. */
    private final boolean decided;

    FilterNode(byte[] verdicts) {
        this.verdicts = verdicts;
        boolean all = true;
        for (byte verdict : verdicts) {
            all &= verdict != Verdict.DEPENDS;
        }
        this.decided = all;
    }

    /** Makes a filter ready. */
    static FilterNode of(SpanFilter filter, Segment segment) throws CorruptPageException {
        if (filter instanceof SpanFilter.Where where) {
            return new Field(new FieldTest(segment, where.field(), where.test()));
        }
        if (filter instanceof SpanFilter.Not not) {
            return Negation.of(of(not.filter(), segment));
        }
        if (filter instanceof SpanFilter.And and) {
            return Several.of(nodes(and.filters(), segment), true, segment.templates());
        }
        if (filter instanceof SpanFilter.Or or) {
            return Several.of(nodes(or.filters(), segment), false, segment.templates());
        }
        throw new AssertionError("no branch for " + filter);
    }

    private static List<FilterNode> nodes(List<SpanFilter> filters, Segment segment) throws CorruptPageException {
        List<FilterNode> nodes = new ArrayList<>();
        for (SpanFilter filter : filters) {
            nodes.add(of(filter, segment));
        }
        return nodes;
    }

    /** False if no span of a group passes, as its blooms say. */
    abstract boolean mayPass(StripBlooms blooms, int group) throws CorruptPageException;

    /** False if no span of the template in a summary's row passes. */
    abstract boolean mayPass(StripSummary summary, int group, int row);

    /** True if {@link #mayPass(StripSummary, int, int)} says more than the verdict of the template. */
    abstract boolean needsSummary();

    /** Sets the bits of the spans that pass, of those that are wanted, in {@code into}, which has none. */
    abstract void selectInto(GroupScan scan, long[] into) throws IOException;

    /** True if blooms may tell that no span of a group passes. */
    abstract boolean usesBlooms();

    /** The bits of the spans that pass, of those that are wanted of the group, valid until the next call. */
    final long[] select(GroupScan scan) throws IOException {
        bits = Bits.cleared(bits, scan.count());
        if (decided) {
            Verdict.selectYes(verdicts, scan.templates(), scan.ranges(), bits);
        } else {
            selectInto(scan, bits);
        }
        return bits;
    }

    final boolean isDecided() {
        return decided;
    }

    private static final class Field extends FilterNode {
        private final FieldTest test;

        Field(FieldTest test) {
            super(test.verdicts());
            this.test = test;
        }

        @Override
        boolean mayPass(StripBlooms blooms, int group) throws CorruptPageException {
            return test.mayPass(blooms, group);
        }

        @Override
        boolean mayPass(StripSummary summary, int group, int row) {
            return test.mayPass(summary, group, row);
        }

        @Override
        boolean needsSummary() {
            return test.needsSummary();
        }

        @Override
        boolean usesBlooms() {
            return test.usesBlooms();
        }

        @Override
        void selectInto(GroupScan scan, long[] into) throws IOException {
            test.select(scan, into);
        }
    }

    private static final class Negation extends FilterNode {
        private final FilterNode node;

        private Negation(FilterNode node, byte[] verdicts) {
            super(verdicts);
            this.node = node;
        }

        static FilterNode of(FilterNode node) {
            byte[] verdicts = new byte[node.verdicts.length];
            for (int i = 0; i < verdicts.length; i++) {
                verdicts[i] = Verdict.not(node.verdicts[i]);
            }
            return new Negation(node, verdicts);
        }

        @Override
        boolean mayPass(StripBlooms blooms, int group) {
            return true;
        }

        @Override
        boolean mayPass(StripSummary summary, int group, int row) {
            return verdicts[summary.template(row)] != Verdict.NO;
        }

        @Override
        boolean needsSummary() {
            return false;
        }

        @Override
        boolean usesBlooms() {
            return false;
        }

        @Override
        void selectInto(GroupScan scan, long[] into) throws IOException {
            long[] passed = node.select(scan);
            Bits.fill(into, scan.count());
            Bits.andNot(into, passed, scan.count());
        }
    }

    private static final class Several extends FilterNode {
        private final FilterNode[] nodes;
        private final boolean all;

        private Several(FilterNode[] nodes, boolean all, byte[] verdicts) {
            super(verdicts);
            this.nodes = nodes;
            this.all = all;
        }

        static FilterNode of(List<FilterNode> nodes, boolean all, int templates) {
            byte[] verdicts = new byte[templates];
            Arrays.fill(verdicts, all ? Verdict.YES : Verdict.NO);
            for (FilterNode node : nodes) {
                for (int i = 0; i < templates; i++) {
                    byte each = node.verdicts[i];
                    verdicts[i] = (byte) (all ? Math.min(verdicts[i], each) : Math.max(verdicts[i], each));
                }
            }
            // Those come first that are known from templates alone: often there is nothing left for the others.
            List<FilterNode> ordered = new ArrayList<>(nodes);
            ordered.sort(Comparator.comparing(node -> node.isDecided() ? 0 : 1));
            return new Several(ordered.toArray(new FilterNode[0]), all, verdicts);
        }

        @Override
        boolean mayPass(StripBlooms blooms, int group) throws CorruptPageException {
            for (FilterNode node : nodes) {
                if (node.mayPass(blooms, group) != all) {
                    return !all;
                }
            }
            return all;
        }

        @Override
        boolean mayPass(StripSummary summary, int group, int row) {
            for (FilterNode node : nodes) {
                if (node.mayPass(summary, group, row) != all) {
                    return !all;
                }
            }
            return all;
        }

        @Override
        boolean usesBlooms() {
            for (FilterNode node : nodes) {
                if (node.usesBlooms()) {
                    return true;
                }
            }
            return false;
        }

        @Override
        boolean needsSummary() {
            for (FilterNode node : nodes) {
                if (node.needsSummary()) {
                    return true;
                }
            }
            return false;
        }

        @Override
        void selectInto(GroupScan scan, long[] into) throws IOException {
            if (all) {
                Bits.fill(into, scan.count());
            }
            for (FilterNode node : nodes) {
                long[] passed = node.select(scan);
                if (all) {
                    Bits.and(into, passed, scan.count());
                    if (Bits.isEmpty(into, scan.count())) {
                        return;
                    }
                } else {
                    Bits.or(into, passed, scan.count());
                }
            }
        }
    }
}
