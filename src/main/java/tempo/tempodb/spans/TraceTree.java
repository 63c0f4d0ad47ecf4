package tempo.tempodb.spans;

import java.util.Arrays;
import tempo.span.IndexSort;
import tempo.tempodb.column.ByteHash;

/**
 * Puts the spans of a trace into depth-first pre-order: a parent before its children, children by start. A span whose parent
 * is not here, or that is its own parent, begins a tree of its own, and so does one span of each cycle. So a span's parent is the nearest one before it that is
 * one less deep, its descendants are those that follow and are deeper. Equal spans are left out. Not thread-safe.
 */
final class TraceTree {
    private static final int NONE = -1;

    private int[] order = new int[64];
    private int[] depths = new int[64];
    private int[] parents = new int[64];
    private int[] firstChild = new int[64];
    private int[] nextSibling = new int[64];
    private int[] stack = new int[64];
    private boolean[] placed = new boolean[64];

    /** By the hash of a span's id, in {@code [0..slotMask]}: the span and 1, or 0. */
    private int[] slots = new int[128];

    private int slotMask;
    private int count;

    /** How many spans there are without the duplicates. */
    int count() {
        return count;
    }

    /** The span at a place of the pre-order. */
    int at(int place) {
        return order[place];
    }

    /** How deep the span at a place of the pre-order is; 0 for a root. */
    int depth(int place) {
        return depths[place];
    }

    /** The parent of a span, by its number; negative for a root. */
    int parent(int span) {
        return parents[span];
    }

    void build(EntrySpans spans) {
        int[] sorted = distinct(spans);
        int all = spans.count();
        reserve(all);
        index(spans, sorted);
        Arrays.fill(firstChild, 0, all, NONE);
        for (int i = count - 1; i >= 0; i--) {
            int span = sorted[i];
            int parent = spans.hasParent(span) ? find(spans, spans.parentId(span)) : NONE;
            parents[span] = parent == span ? NONE : parent;
            if (parents[span] != NONE) {
                nextSibling[span] = firstChild[parent];
                firstChild[parent] = span;
            }
        }
        walk(sorted);
    }

    private void walk(int[] sorted) {
        int place = 0;
        for (int i = 0; i < count; i++) {
            if (parents[sorted[i]] == NONE) {
                place = descend(sorted[i], place);
            }
        }
        // What is left are cycles, and what hangs below them.
        for (int i = 0; place < count; i++) {
            int span = sorted[i];
            if (!placed[span]) {
                int root = onCycle(span);
                cut(root);
                place = descend(root, place);
            }
        }
    }

    /** The first span on the way up from {@code span} that the way comes back to (Floyd's tortoise and hare). */
    private int onCycle(int span) {
        int slow = parents[span];
        int fast = parents[slow];
        while (slow != fast) {
            slow = parents[slow];
            fast = parents[parents[fast]];
        }
        slow = span;
        while (slow != fast) {
            slow = parents[slow];
            fast = parents[fast];
        }
        return slow;
    }

    /** Places a root and all below it. */
    private int descend(int root, int from) {
        int place = from;
        int depth = 0;
        stack[0] = root;
        order[place] = root;
        depths[place++] = 0;
        placed[root] = true;
        while (depth >= 0) {
            int child = firstChild[stack[depth]];
            if (child == NONE) {
                depth--;
                continue;
            }
            firstChild[stack[depth]] = nextSibling[child];
            stack[++depth] = child;
            order[place] = child;
            depths[place++] = depth;
            placed[child] = true;
        }
        return place;
    }

    /** Takes a span out of its parent's children. */
    private void cut(int span) {
        int parent = parents[span];
        int child = firstChild[parent];
        if (child == span) {
            firstChild[parent] = nextSibling[span];
        } else {
            while (nextSibling[child] != span) {
                child = nextSibling[child];
            }
            nextSibling[child] = nextSibling[span];
        }
        parents[span] = NONE;
    }

    /** The spans by start, span id and content, without duplicates. */
    private int[] distinct(EntrySpans spans) {
        int[] sorted = IndexSort.sort(spans.copyOfStarts(), spans::compare);
        count = 0;
        for (int span : sorted) {
            boolean same = count > 0
                    && spans.start(sorted[count - 1]) == spans.start(span)
                    && spans.compare(sorted[count - 1], span) == 0;
            if (!same) {
                sorted[count++] = span;
            }
        }
        return sorted;
    }

    private void index(EntrySpans spans, int[] sorted) {
        Arrays.fill(slots, 0, slotMask + 1, 0);
        for (int i = 0; i < count; i++) {
            int span = sorted[i];
            if (!spans.hasId(span)) {
                continue;
            }
            int slot = slotOf(spans.spanId(span));
            while (slots[slot] != 0 && spans.spanId(slots[slot] - 1) != spans.spanId(span)) {
                slot = slot + 1 & slotMask;
            }
            if (slots[slot] == 0) {
                slots[slot] = span + 1;
            }
        }
    }

    private int find(EntrySpans spans, long id) {
        int slot = slotOf(id);
        while (slots[slot] != 0) {
            if (spans.spanId(slots[slot] - 1) == id) {
                return slots[slot] - 1;
            }
            slot = slot + 1 & slotMask;
        }
        return NONE;
    }

    private int slotOf(long id) {
        return (int) ByteHash.join(id, 0) & slotMask;
    }

    private void reserve(int spans) {
        if (order.length < spans) {
            int capacity = Math.max(spans, order.length * 2);
            order = new int[capacity];
            depths = new int[capacity];
            parents = new int[capacity];
            firstChild = new int[capacity];
            nextSibling = new int[capacity];
            stack = new int[capacity];
            placed = new boolean[capacity];
        }
        Arrays.fill(placed, 0, spans, false);
        int slotCount = Math.max(16, Integer.highestOneBit(spans) * 4);
        if (slots.length < slotCount) {
            slots = new int[slotCount];
        }
        slotMask = slotCount - 1;
    }
}
