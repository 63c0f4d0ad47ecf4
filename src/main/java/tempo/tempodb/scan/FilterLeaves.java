package tempo.tempodb.scan;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import tempo.tempodb.spans.SpanField;
import tempo.tempodb.spans.ValueTest;

/** The questions that a filter asks of fields, and the answers about the span that is looked at. For one thread. */
final class FilterLeaves {
    private final Node root;
    private final List<Leaf> leaves = new ArrayList<>();

    /** Without them no span of a resource passes. */
    private final List<Leaf> neededOfResource = new ArrayList<>();

    /** The filter of the same kind, with the answers about the span that is looked at. */
    private interface Node {
        boolean passes();
    }

    /** The question about one field, and its answer. */
    static final class Leaf implements Node {
        final SpanField.Of of;
        final byte[] key;
        final ValueTest test;
        boolean passes;

        Leaf(SpanFilter.Where where) {
            this.of = where.field().of();
            this.key = where.field().key().getBytes(UTF_8);
            this.test = where.test();
        }

        @Override
        public boolean passes() {
            return passes;
        }
    }

    private record All(List<Node> nodes) implements Node {
        @Override
        public boolean passes() {
            for (Node node : nodes) {
                if (!node.passes()) {
                    return false;
                }
            }
            return true;
        }
    }

    FilterLeaves(SpanFilter filter) {
        this.root = node(filter);
        needed(root);
    }

    /** Finds what all spans need, at the top of the filter. */
    private void needed(Node node) {
        if (node instanceof Leaf leaf && leaf.of == SpanField.Of.RESOURCE_ATTRIBUTE) {
            neededOfResource.add(leaf);
        } else if (node instanceof All all) {
            all.nodes().forEach(this::needed);
        }
    }

    private Node node(SpanFilter filter) {
        if (filter instanceof SpanFilter.Where where) {
            Leaf leaf = new Leaf(where);
            leaves.add(leaf);
            return leaf;
        }
        if (filter instanceof SpanFilter.Not not) {
            Node negated = node(not.filter());
            return () -> !negated.passes();
        }
        if (filter instanceof SpanFilter.And and) {
            return new All(and.filters().stream().map(this::node).toList());
        }
        if (filter instanceof SpanFilter.Or or) {
            List<Node> nodes = or.filters().stream().map(this::node).toList();
            return () -> nodes.stream().anyMatch(Node::passes);
        }
        throw new AssertionError("no branch for " + filter);
    }

    /** True if the span whose fields were given passes. */
    boolean passes() {
        return root.passes();
    }

    /** True if no span of the resource passes whose attributes were given. */
    boolean excludesResource() {
        for (Leaf leaf : neededOfResource) {
            if (!leaf.passes) {
                return true;
            }
        }
        return false;
    }

    int size() {
        return leaves.size();
    }

    Leaf get(int index) {
        return leaves.get(index);
    }

    void text(SpanField.Of of, byte[] bytes, int at, int length) {
        for (Leaf leaf : leaves) {
            if (leaf.of == of) {
                leaf.passes |= leaf.test.text(bytes, at, length);
            }
        }
    }

    void number(SpanField.Of of, long value) {
        for (Leaf leaf : leaves) {
            if (leaf.of == of) {
                leaf.passes |= leaf.test.number(value);
            }
        }
    }

    /** The fields from one to another have no value any more. */
    void forget(SpanField.Of from, SpanField.Of to) {
        for (Leaf leaf : leaves) {
            leaf.passes &= leaf.of.compareTo(from) < 0 || leaf.of.compareTo(to) > 0;
        }
    }

    /** Fields of a span have no value any more; those of its resource and scope stay. */
    void forgetSpan() {
        for (Leaf leaf : leaves) {
            leaf.passes &= isAround(leaf.of);
        }
    }

    private static boolean isAround(SpanField.Of of) {
        return switch (of) {
            case RESOURCE_ATTRIBUTE, SCOPE_NAME, SCOPE_VERSION, SCOPE_ATTRIBUTE -> true;
            default -> false;
        };
    }
}
