package tempo.quickstart;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Draws a trace as text: a line for each span, children below their parent, bars on one scale of time.
 *
 * <pre>
 * frontend  POST /checkout                |####################| 94.1 ms
 * frontend    shop.CheckoutService/Place  | ################## | 90.0 ms
 * payment         shop.Payment/Charge     |        ########    | 41.3 ms  error
 * </pre>
 */
final class Waterfall {
    private static final int ROWS_MAX = 60;
    private static final int SERVICE_COLUMNS_MAX = 16;
    private static final int BAR_COLUMNS_MIN = 10;
    private static final int DURATION_COLUMNS = 16;
    private static final int INDENT_MAX = 12;
    private static final int[] COLOURS = {36, 33, 35, 32, 34, 96, 93, 95};

    /**
     * How the lines may look.
     *
     * @param columns width that no line exceeds; at least 60 are used
     */
    record Style(int columns, boolean colour, boolean unicode) {
        private static final int COLUMNS_MIN = 60;

        Style {
            columns = Math.max(COLUMNS_MIN, columns);
        }
    }

    private record Node(SpanRow span, int depth) {}

    private final Style style;
    private final long startNanos;
    private final long lengthNanos;
    private final int serviceColumns;
    private final int operationColumns;
    private final int barColumns;
    private final Map<String, Integer> colours = new HashMap<>();

    private Waterfall(List<Node> nodes, Style style) {
        this.style = style;
        startNanos =
                nodes.stream().mapToLong(node -> node.span.startNanos()).min().orElse(0);
        long endNanos = nodes.stream()
                .mapToLong(node -> node.span.startNanos() + node.span.durationNanos())
                .max()
                .orElse(0);
        lengthNanos = Math.max(1, endNanos - startNanos);
        serviceColumns = Math.min(
                SERVICE_COLUMNS_MAX,
                nodes.stream()
                        .mapToInt(node -> node.span.service().length())
                        .max()
                        .orElse(0));
        int operationWanted = nodes.stream()
                .mapToInt(node -> indent(node) + node.span.operation().length())
                .max()
                .orElse(0);
        int free = style.columns() - serviceColumns - DURATION_COLUMNS - 6;
        operationColumns = Math.min(operationWanted, Math.min(free - BAR_COLUMNS_MIN, free * 3 / 5));
        barColumns = free - operationColumns;
    }

    /** One line for each span, at most 60, and a last line that says how many more there are. */
    static List<String> draw(List<SpanRow> spans, Style style) {
        List<Node> nodes = inTreeOrder(spans);
        List<Node> shown = nodes.subList(0, Math.min(ROWS_MAX, nodes.size()));
        Waterfall waterfall = new Waterfall(shown, style);
        List<String> lines = new ArrayList<>();
        for (Node node : shown) {
            lines.add(waterfall.line(node));
        }
        if (nodes.size() > shown.size()) {
            lines.add("and " + (nodes.size() - shown.size()) + " more spans");
        }
        return lines;
    }

    /** Parents before children, siblings by start. A span whose parent is not there, or that is its own ancestor, is a root. */
    private static List<Node> inTreeOrder(List<SpanRow> spans) {
        List<SpanRow> byStart = new ArrayList<>(spans);
        byStart.sort(Comparator.comparingLong(SpanRow::startNanos));
        Map<String, List<SpanRow>> children = new HashMap<>();
        Set<String> ids = new HashSet<>();
        byStart.forEach(span -> ids.add(span.spanId()));
        List<SpanRow> roots = new ArrayList<>();
        for (SpanRow span : byStart) {
            if (span.parentId().isEmpty() || !ids.contains(span.parentId())) {
                roots.add(span);
            } else {
                children.computeIfAbsent(span.parentId(), id -> new ArrayList<>())
                        .add(span);
            }
        }
        List<Node> ordered = new ArrayList<>();
        Set<SpanRow> drawn = Collections.newSetFromMap(new IdentityHashMap<>());
        roots.forEach(root -> addSubtree(root, children, drawn, ordered));
        // What is left hangs in a cycle of parents.
        byStart.forEach(span -> addSubtree(span, children, drawn, ordered));
        return ordered;
    }

    /** Depth first with a stack of its own: how deep a trace goes is up to whoever sent it. */
    private static void addSubtree(
            SpanRow root, Map<String, List<SpanRow>> children, Set<SpanRow> drawn, List<Node> ordered) {
        Deque<Node> stack = new ArrayDeque<>();
        stack.push(new Node(root, 0));
        while (!stack.isEmpty()) {
            Node node = stack.pop();
            if (!drawn.add(node.span)) {
                continue;
            }
            ordered.add(node);
            List<SpanRow> below = children.getOrDefault(node.span.spanId(), List.of());
            for (int i = below.size() - 1; i >= 0; i--) {
                stack.push(new Node(below.get(i), node.depth + 1));
            }
        }
    }

    private String line(Node node) {
        SpanRow span = node.span;
        String operation = " ".repeat(indent(node)) + printable(span.operation());
        int colour = colours.computeIfAbsent(span.service(), name -> COLOURS[colours.size() % COLOURS.length]);
        return paint(colour, padded(printable(span.service()), serviceColumns)) + "  "
                + padded(operation, operationColumns) + "  "
                + paint(span.isError() ? 31 : colour, bar(span)) + "  "
                + "%8s".formatted(duration(span.durationNanos()))
                + (span.isError() ? paint(31, "  error") : "");
    }

    private static int indent(Node node) {
        return Math.min(INDENT_MAX, node.depth) * 2;
    }

    private String bar(SpanRow span) {
        int from = column(span.startNanos() - startNanos);
        int to = column(span.startNanos() + span.durationNanos() - startNanos);
        from = Math.min(from, barColumns - 1);
        int length = Math.max(1, Math.min(to, barColumns) - from);
        String full = style.unicode() ? "█" : "#";
        String sliver = style.unicode() ? "▏" : "|";
        String drawn = to == from ? sliver : full.repeat(length);
        return " ".repeat(from) + drawn + " ".repeat(barColumns - from - length);
    }

    private int column(long offsetNanos) {
        return (int) ((double) offsetNanos / lengthNanos * barColumns);
    }

    /** Three digits and a unit: {@code 94.1 ms}. */
    static String duration(long nanos) {
        if (nanos >= 1_000_000_000L) {
            return String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
        }
        if (nanos >= 100_000_000L) {
            return String.format(Locale.ROOT, "%.0f ms", nanos / 1e6);
        }
        if (nanos >= 1_000_000L) {
            return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
        }
        return String.format(Locale.ROOT, "%.0f us", nanos / 1e3);
    }

    private String paint(int colour, String text) {
        return style.colour() ? "\u001b[" + colour + "m" + text + "\u001b[0m" : text;
    }

    private String padded(String text, int columns) {
        if (text.length() > columns) {
            return text.substring(0, columns - 1) + (style.unicode() ? "…" : "~");
        }
        return text + " ".repeat(columns - text.length());
    }

    /** Names come from outside and could otherwise drive the terminal. */
    private static String printable(String text) {
        StringBuilder printable = new StringBuilder(text.length());
        text.chars().forEach(c -> printable.append(Character.isISOControl(c) ? '?' : (char) c));
        return printable.toString();
    }
}
