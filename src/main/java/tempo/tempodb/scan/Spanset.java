package tempo.tempodb.scan;

/** Which spans of a trace are wanted: by what they are, and by how they stand to others. Immutable. */
public sealed interface Spanset {
    /** Spans that pass a filter. */
    record Matching(SpanFilter filter) implements Spanset {}

    /** Spans of {@code right} that stand so to one of {@code left}, in the same entry of a block. */
    record Related(Spanset left, Relation relation, Spanset right) implements Spanset {}

    /** What a span of the right side is to one of the left side. */
    enum Relation {
        /** Right below it. */
        CHILD,
        /** Anywhere below it. */
        DESCENDANT,
        /** Another child of the same parent. */
        SIBLING,
        /** Right above it. */
        PARENT,
        /** Anywhere above it. */
        ANCESTOR
    }

    /** Spans that pass a filter. */
    static Spanset of(SpanFilter filter) {
        return new Matching(filter);
    }

    /** Spans of {@code right} that stand so to one of these. */
    default Spanset related(Relation relation, Spanset right) {
        return new Related(this, relation, right);
    }
}
