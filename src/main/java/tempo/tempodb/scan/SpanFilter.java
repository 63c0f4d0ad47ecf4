package tempo.tempodb.scan;

import java.util.List;
import tempo.tempodb.spans.SpanField;
import tempo.tempodb.spans.ValueTest;

/** What is asked of a single span. Immutable. */
public sealed interface SpanFilter {
    /** Every span. */
    SpanFilter ALL = new And(List.of());

    /** Spans that have a field with a value that passes; of several values of an attribute, one has to. */
    record Where(SpanField field, ValueTest test) implements SpanFilter {}

    /** Spans that pass all of some filters; without any, every span. */
    record And(List<SpanFilter> filters) implements SpanFilter {
        public And {
            filters = List.copyOf(filters);
        }
    }

    /** Spans that pass one of some filters; without any, none. */
    record Or(List<SpanFilter> filters) implements SpanFilter {
        public Or {
            filters = List.copyOf(filters);
        }
    }

    /** Spans that do not pass a filter. */
    record Not(SpanFilter filter) implements SpanFilter {}

    /** Spans of which a field passes. */
    static SpanFilter where(SpanField field, ValueTest test) {
        return new Where(field, test);
    }

    /** Spans that pass all. */
    static SpanFilter and(SpanFilter... filters) {
        return new And(List.of(filters));
    }

    /** Spans that pass one. */
    static SpanFilter or(SpanFilter... filters) {
        return new Or(List.of(filters));
    }
}
