package tempo.tempodb.spans;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tempo.span.MalformedProtobufException;
import tempo.span.WireWriter;

/** The pre-order of the spans of a trace, whatever their ids and parents say. */
class TraceTreeTest {
    private final TraceTree tree = new TraceTree();

    /** A span, and as its content a number. */
    private record Node(@Nullable Long id, @Nullable Long parent, long start, long content) {}

    @Test
    void parentsComeBeforeTheirChildrenAndChildrenByStart() {
        assertTree(
                "1 .3 ..5 .2 ..4",
                node(5, 3, 1),
                node(4, 2, 500),
                node(1, null, 100),
                node(2, 1, 400),
                node(3, 1, 300));
    }

    @Test
    void startsAreUnsigned() {
        assertTree("1 .2 .3", node(1, null, 0), node(3, 1, -1), node(2, 1, Long.MAX_VALUE));
    }

    @Test
    void siblingsWithOneStartAreByIdUnsigned() {
        assertTree("9 .1 .2 .-1", node(9, null, 0), node(-1, 9, 5), node(2, 9, 5), node(1, 9, 5));
    }

    @Test
    void spansWhoseParentIsNotHereAreRootsByStart() {
        assertTree("2 .4 1", node(1, 77, 20), node(2, 78, 10), node(4, 2, 30));
    }

    @Test
    void aSpanThatIsItsOwnParentIsARoot() {
        assertTree("1 .2", node(1, 1, 10), node(2, 1, 5));
    }

    @Test
    void aCycleIsCutAtItsFirstSpan() {
        assertTree("3 .1 ..2", node(1, 3, 30), node(2, 1, 20), node(3, 2, 10));
    }

    @Test
    void whatHangsBelowACycleStaysBelowIt() {
        assertTree("1 .5 ..6 .2 .3", node(1, 2, 30), node(2, 1, 20), node(3, 1, 90), node(5, 1, 1), node(6, 5, 2));
    }

    @Test
    void rootsComeBeforeCycles() {
        assertTree("7 1 .2", node(1, 2, 1), node(2, 1, 2), node(7, null, 3));
    }

    @Test
    void equalSpansAreOneSpan() {
        assertTree("1 .2", node(1, null, 0), node(2, 1, 5), node(2, 1, 5), node(1, null, 0), node(2, 1, 5));
    }

    @Test
    void childrenOfTwoSpansWithOneIdBelongToTheFirstOfThem() {
        assertTree("1 .4 1", node(1, null, 3), node(4, 1, 9), node(1, null, 7));
    }

    @Test
    void spansWithoutAnIdAreNobodysParents() {
        assertTree("- 1", new Node(null, null, 0, 0), node(1, 0, 5));
    }

    @Test
    void aTreeIsBuiltAnewForEachTrace() {
        Node[] many = new Node[500];
        for (int i = 0; i < many.length; i++) {
            many[i] = node(i + 1, i == 0 ? null : (Long) (long) i, i);
        }
        build(List.of(many));
        assertEquals(499, tree.depth(499));
        assertTree("1 2", node(1, null, 0), node(2, 500, 5));
        assertTree("");
    }

    @Test
    void manyChildrenOfACycleAndALongCycleAreNoSquareOfWork() {
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            nodes.add(node(10 + i, 1, i));
            nodes.add(node(1_000_000 + i, 1_000_000 + i + 1, i));
        }
        nodes.add(node(1, 2, 1_000_000));
        nodes.add(node(2, 1, 1_000_001));
        nodes.add(node(1_200_000, 1_000_000, 1_000_002));
        build(nodes);
        assertEquals(nodes.size(), tree.count());
    }

    @Property(tries = 2000)
    void theOrderIsThatOfAPlainRecursion(@ForAll long seed) {
        Random random = new Random(seed);
        List<Node> nodes = new ArrayList<>();
        int count = random.nextInt(30);
        int ids = 1 + random.nextInt(40);
        for (int i = 0; i < count; i++) {
            Long id = random.nextInt(10) == 0 ? null : (Long) (long) random.nextInt(ids);
            Long parent = random.nextInt(6) == 0 ? null : (Long) (long) random.nextInt(ids);
            nodes.add(new Node(id, parent, random.nextInt(8) - 2, random.nextInt(3)));
        }
        EntrySpans spans = build(nodes);
        List<Integer> depths = new ArrayList<>();
        List<Node> order = new ArrayList<>();
        for (int place = 0; place < tree.count(); place++) {
            int span = tree.at(place);
            order.add(nodes.get(span));
            depths.add(tree.depth(place));
            assertEquals(nearestAbove(place), tree.parent(span), "parent of the span at " + place);
            assertEquals(nodes.get(span).start, spans.start(span));
        }
        Model model = new Model(nodes);
        assertEquals(model.order, order);
        assertEquals(model.depths, depths);
    }

    /** The nearest span before a place that is one less deep; negative if the span there is a root. */
    private int nearestAbove(int place) {
        for (int before = place - 1; tree.depth(place) > 0; before--) {
            if (tree.depth(before) < tree.depth(place)) {
                assertEquals(tree.depth(place) - 1, tree.depth(before));
                return tree.at(before);
            }
        }
        return -1;
    }

    private static Node node(long id, @Nullable Long parent, long start) {
        return new Node(id, parent, start, 0);
    }

    private static Node node(long id, long parent, long start) {
        return new Node(id, parent, start, 0);
    }

    private void assertTree(String expected, Node... nodes) {
        EntrySpans spans = build(List.of(nodes));
        List<String> words = new ArrayList<>();
        for (int place = 0; place < tree.count(); place++) {
            int span = tree.at(place);
            words.add(".".repeat(tree.depth(place)) + (spans.hasId(span) ? spans.spanId(span) : "-"));
        }
        assertEquals(expected, String.join(" ", words));
    }

    private EntrySpans build(List<Node> nodes) {
        WireWriter out = new WireWriter(64);
        int resource = out.begin(1);
        int scope = out.begin(2);
        for (Node node : nodes) {
            int span = out.begin(2);
            if (node.id != null) {
                RandomOtlp.id(out, 2, node.id);
            }
            if (node.parent != null) {
                RandomOtlp.id(out, 4, node.parent);
            }
            out.fixed64(7, node.start);
            out.varint(6, node.content);
            out.end(span);
        }
        out.end(scope);
        out.end(resource);
        EntrySpans spans = new EntrySpans();
        try {
            spans.read(out.buffer(), 0, out.size(), 0, 0, new SegmentWriter(LearnedConstants.NONE));
        } catch (MalformedProtobufException e) {
            throw new AssertionError(e);
        }
        tree.build(spans);
        return spans;
    }

    /** The same order, made without any thought of speed. */
    private static final class Model {
        final List<Node> order = new ArrayList<>();
        final List<Integer> depths = new ArrayList<>();
        private final List<Node> sorted;
        private final Map<Node, @Nullable Node> parents = new HashMap<>();
        private final Set<Node> placed = new HashSet<>();

        Model(List<Node> nodes) {
            sorted = new ArrayList<>(new LinkedHashSet<>(nodes));
            sorted.sort(Comparator.comparing(Node::start, Long::compareUnsigned)
                    .thenComparing(node -> node.id == null ? 0 : node.id, Long::compareUnsigned)
                    .thenComparing(Model::bytes));
            for (Node node : sorted) {
                Node parent = parent(node);
                parents.put(node, parent == node ? null : parent);
            }
            for (Node node : sorted) {
                if (parents.get(node) == null) {
                    place(node, 0);
                }
            }
            for (Node node : sorted) {
                if (!placed.contains(node)) {
                    Node cut = onCycle(node);
                    parents.put(cut, null);
                    place(cut, 0);
                }
            }
        }

        private @Nullable Node parent(Node node) {
            for (Node other : sorted) {
                if (node.parent != null && node.parent.equals(other.id)) {
                    return other;
                }
            }
            return null;
        }

        /** The first span, on the way up from this one, that the way comes back to. */
        private Node onCycle(Node node) {
            Set<Node> seen = new HashSet<>();
            Node at = node;
            while (seen.add(at)) {
                at = Objects.requireNonNull(parents.get(at));
            }
            return at;
        }

        private void place(Node node, int depth) {
            order.add(node);
            depths.add(depth);
            placed.add(node);
            for (Node child : sorted) {
                if (parents.get(child) == node) {
                    place(child, depth + 1);
                }
            }
        }

        /** What the bytes of two spans with the same start and id are ordered by: the id is there or not, parent, content. */
        private static String bytes(Node node) {
            String parent = node.parent == null ? "9" : "4" + String.format("%016x", node.parent);
            return (node.id == null ? "" : "1") + parent + node.content;
        }
    }
}
