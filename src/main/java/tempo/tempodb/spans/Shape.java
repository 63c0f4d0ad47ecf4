package tempo.tempodb.spans;

import java.util.HashSet;
import java.util.Set;

/**
 * A shape as the writer sees it: the items of a message, and which of its values are, for now, constants of its templates. A
 * value that makes too many templates is demoted to its column, for the templates to come.
 */
final class Shape {
    /** Different values of an item that are always constants. */
    private static final int DISTINCT_FREE = 48;

    /** The same, of an item of which nothing is known. */
    private static final int DISTINCT_FREE_UNKNOWN = 2;

    /** Templates of a shape, since the last demotion, that are always allowed. */
    private static final int TEMPLATES_FREE = 96;

    /** The same, if all that could be demoted is known as constant: then the templates may well be few in the end. */
    private static final int TEMPLATES_FREE_KNOWN = 4 * TEMPLATES_FREE;

    /** Beyond what is free: spans for each template, or for each value. */
    private static final int SPANS_PER_TEMPLATE = 16;

    final int number;
    final ShapeItems items;
    final int of;
    final boolean hasSpanId;
    final boolean hasParentId;
    final boolean hasStart;
    final boolean hasEnd;
    final boolean hasEvents;
    final boolean hasLinks;
    final boolean hasLinkTraceId;
    final boolean hasLinkSpanId;

    /** By value item: its column, whether it is text, and whether it is a constant. */
    final int[] columns;

    final boolean[] text;
    final boolean[] constant;

    /** By value item: true if in other shapes it is a constant, so that rather another is demoted. */
    private final boolean[] known;

    /** Of which of the values are constants: a template is found again only while these are the same. */
    long constantsHash;

    private final Set<Long>[] distinct;
    private long spans;
    private long templates;

    Shape(int number, ShapeItems items, int[] columns, boolean[] constant, boolean[] known) {
        this.number = number;
        this.items = items;
        this.of = items.of();
        this.columns = columns;
        this.text = items.textValues();
        this.constant = constant;
        this.known = known;
        this.distinct = sets(columns.length);
        constantsHash = TemplateTable.hash(constant);
        hasSpanId = items.has(Item.SPAN_ID);
        hasParentId = items.has(Item.PARENT_ID);
        hasStart = items.has(Item.START);
        hasEnd = items.has(Item.END) || items.has(Item.TIME);
        hasEvents = items.has(Item.EVENTS);
        hasLinks = items.has(Item.LINKS);
        hasLinkTraceId = items.has(Item.LINK_TRACE_ID);
        hasLinkSpanId = items.has(Item.LINK_SPAN_ID);
    }

    void countRow() {
        spans++;
    }

    /**
     * Told of a template that is not there yet.
     *
     * @param valueHashes a hash of each value, by value item
     * @return true if an item was demoted, so that the template has to be looked for again
     */
    boolean demotes(long[] valueHashes) {
        boolean demoted = false;
        for (int i = 0; i < columns.length; i++) {
            if (constant[i] && distinct[i].add(valueHashes[i]) && exceeds(distinct[i].size(), free(i))) {
                demote(i);
                demoted = true;
            }
        }
        templates++;
        if (!demoted && exceeds(templates, TEMPLATES_FREE)) {
            int most = mostDistinct();
            if (most >= 0 && (!known[most] || exceeds(templates, TEMPLATES_FREE_KNOWN))) {
                demote(most);
                demoted = true;
            }
        }
        return demoted;
    }

    private int free(int item) {
        return known[item] ? DISTINCT_FREE : DISTINCT_FREE_UNKNOWN;
    }

    private boolean exceeds(long count, int free) {
        return count > free && count > spans / SPANS_PER_TEMPLATE;
    }

    private void demote(int item) {
        constant[item] = false;
        distinct[item] = Set.of();
        templates = 0;
        spans = 0;
        constantsHash = TemplateTable.hash(constant);
        for (int i = 0; i < columns.length; i++) {
            if (constant[i]) {
                distinct[i].clear();
            }
        }
    }

    /** The item that has had the most values, at least two; rather one that is not known. -1 if there is none. */
    private int mostDistinct() {
        int most = -1;
        for (int i = 0; i < columns.length; i++) {
            boolean varies = constant[i] && distinct[i].size() > 1;
            boolean rather = most < 0
                    || known[most] && !known[i]
                    || known[most] == known[i] && distinct[i].size() > distinct[most].size();
            most = varies && rather ? i : most;
        }
        return most;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Set<Long>[] sets(int count) {
        Set<Long>[] sets = new Set[count];
        for (int i = 0; i < count; i++) {
            sets[i] = new HashSet<>();
        }
        return sets;
    }
}
