package tempo.tempodb.spans;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tempo.span.WireHash;
import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.column.GrowingLongs;

/**
 * Looks at the spans of a first group before any template is made, and tells which values make good constants: all those that
 * together take few combinations. A value of its own in each span, such as an id, makes a template of each. Of the others, those
 * that follow from each other, such as a span's name and its route, cost nothing more than one of them; those that do not, such
 * as the number of a thread, multiply the templates and go into their column. Not thread-safe.
 */
final class TemplateTraining {
    /** Messages of a shape that are looked at. */
    private static final int ROWS_MAX = 1024;

    /** Fewer messages of a shape say nothing. */
    private static final int ROWS_MIN = 8;

    /** Combinations that are few whatever the share of new ones is. */
    private static final int TEMPLATES_FREE = 12;

    /** Combinations met once, to all messages: about how likely the next message is to need a new template (Good, 1953). */
    private static final double NEW_MAX = 0.1;

    private final Map<Shape, GrowingLongs> samples = new HashMap<>();
    private final GrowingBytes kept = new GrowingBytes(1 << 20);
    private final List<long[]> entries = new ArrayList<>();

    /** Keeps an entry, so that it can be added again when the training is over. */
    void keep(long keyHigh, long keyLow, byte[] bytes, int from, int to) {
        entries.add(new long[] {keyHigh, keyLow, kept.length(), to - from});
        kept.put(bytes, from, to - from);
    }

    int entries() {
        return entries.size();
    }

    long keyHigh(int entry) {
        return entries.get(entry)[0];
    }

    long keyLow(int entry) {
        return entries.get(entry)[1];
    }

    int offset(int entry) {
        return (int) entries.get(entry)[2];
    }

    int length(int entry) {
        return (int) entries.get(entry)[3];
    }

    /** The entries' bytes, one behind the other. */
    byte[] kept() {
        return kept.array();
    }

    /** Looks at a message whose values are {@code values[first..)}. */
    void look(Shape shape, GrowingLongs values, int first, byte[] bytes) {
        int items = shape.columns.length;
        GrowingLongs rows = samples.computeIfAbsent(shape, unused -> new GrowingLongs());
        if (rows.count() >= ROWS_MAX * items) {
            return;
        }
        for (int i = 0; i < items; i++) {
            long value = values.get(first + i);
            rows.add(
                    shape.text[i]
                            ? WireHash.of(bytes, MessageParser.offset(value), MessageParser.length(value))
                            : WireHash.join(value, i));
        }
    }

    /** Which values are to be constants; nothing is learned of shapes of which too little was seen. */
    LearnedConstants constants() {
        Map<ShapeItems, LearnedConstants.Learned> constants = new HashMap<>();
        samples.forEach((shape, rows) -> {
            int items = shape.columns.length;
            if (items > 0 && rows.count() >= ROWS_MIN * items) {
                int count = rows.count() / items;
                boolean[] constant = new Sample(rows.array(), items, count).constants();
                constants.put(shape.items, new LearnedConstants.Learned(constant, count));
            }
        });
        return LearnedConstants.of(constants);
    }

    /** The values of some messages of one shape, as hashes. */
    private static final class Sample {
        private final long[] values;
        private final int items;
        private final int rows;
        private final boolean[] constant;
        private final int[] distinct;

        Sample(long[] values, int items, int rows) {
            this.values = values;
            this.items = items;
            this.rows = rows;
            this.constant = new boolean[items];
            this.distinct = new int[items];
        }

        boolean[] constants() {
            for (int i = 0; i < items; i++) {
                long[] column = combinations(i, i);
                distinct[i] = distinct(column);
                constant[i] = distinct[i] <= TEMPLATES_FREE || singles(column) <= NEW_MAX * rows;
            }
            while (!areFew()) {
                constant[mostCostly()] = false;
            }
            return constant;
        }

        private boolean areFew() {
            long[] combined = new long[rows];
            int constants = 0;
            for (int i = 0; i < items; i++) {
                if (constant[i]) {
                    constants++;
                    for (int row = 0; row < rows; row++) {
                        combined[row] = WireHash.join(combined[row], values[row * items + i]);
                    }
                }
            }
            Arrays.sort(combined);
            return constants == 0 || distinct(combined) <= TEMPLATES_FREE || singles(combined) <= NEW_MAX * rows;
        }

        /** Of the constants that do not go with another, the one with the most values; if there is none, of all. */
        private int mostCostly() {
            int most = -1;
            boolean mostAlone = false;
            for (int i = 0; i < items; i++) {
                if (constant[i]) {
                    boolean alone = !goesWithAnother(i);
                    if (most < 0 || alone && !mostAlone || alone == mostAlone && distinct[i] > distinct[most]) {
                        most = i;
                        mostAlone = alone;
                    }
                }
            }
            return most;
        }

        private boolean goesWithAnother(int item) {
            for (int other = 0; other < items; other++) {
                boolean comparable = other != item
                        && constant[other]
                        && distinct[other] > 1
                        && 2 * distinct[other] >= distinct[item];
                if (comparable) {
                    int pairs = distinct(combinations(item, other));
                    if (pairs <= Math.max(distinct[item], distinct[other]) * 5 / 4) {
                        return true;
                    }
                }
            }
            return false;
        }

        /** The pairs of values of two items, sorted. */
        private long[] combinations(int a, int b) {
            long[] pairs = new long[rows];
            for (int row = 0; row < rows; row++) {
                pairs[row] = WireHash.join(WireHash.join(1, values[row * items + a]), values[row * items + b]);
            }
            Arrays.sort(pairs);
            return pairs;
        }

        private static int distinct(long[] sorted) {
            int distinct = 0;
            for (int i = 0; i < sorted.length; i++) {
                distinct += i == 0 || sorted[i] != sorted[i - 1] ? 1 : 0;
            }
            return distinct;
        }

        private static int singles(long[] sorted) {
            int singles = 0;
            for (int i = 0; i < sorted.length; i++) {
                boolean first = i == 0 || sorted[i] != sorted[i - 1];
                boolean last = i == sorted.length - 1 || sorted[i] != sorted[i + 1];
                singles += first && last ? 1 : 0;
            }
            return singles;
        }
    }
}
