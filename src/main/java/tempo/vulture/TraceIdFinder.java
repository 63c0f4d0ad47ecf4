package tempo.vulture;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import tempo.span.TraceId;

/** Finds trace ids in log lines and their labels. Immutable and thread-safe. */
final class TraceIdFinder {
    /** {@code traceID=...}, {@code trace_id: "..."}, {@code "traceid":"..."} and the like. */
    static final String DEFAULT_PATTERN = "(?i)\\btrace_?id\\\\?\"?\\s*[=:]\\s*\\\\?\"?([0-9a-f]{16,32})\\b";

    private final Pattern pattern;
    private final Set<String> labels;

    /**
     * Looks for what an expression of RE2 matches.
     *
     * @param expression its first group, or all of it if it has none, is the id: 1 to 32 hexadecimal digits
     * @param labels labels whose value is an id
     * @throws com.google.re2j.PatternSyntaxException if that is none
     */
    TraceIdFinder(String expression, Collection<String> labels) {
        this.pattern = Pattern.compile(expression);
        this.labels = Set.copyOf(labels);
    }

    /** The ids in some lines, each once, in their order; what matches and is no id is left out, and so is the id of zeros. */
    Set<TraceId> in(Collection<LokiClient.Line> lines) {
        Set<TraceId> ids = new LinkedHashSet<>();
        for (LokiClient.Line line : lines) {
            line.labels().forEach((name, value) -> {
                if (labels.contains(name)) {
                    add(value, ids);
                }
            });
            Matcher matcher = pattern.matcher(line.text());
            while (matcher.find()) {
                String id = matcher.groupCount() == 0 ? matcher.group() : matcher.group(1);
                if (id != null) {
                    add(id, ids);
                }
            }
        }
        return ids;
    }

    private static void add(String text, Set<TraceId> ids) {
        TraceId.parse(text).filter(id -> !id.isZero()).ifPresent(ids::add);
    }
}
