package tempo.vulture;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tempo.format.FormatException;
import tempo.format.otlp.OtlpTree;
import tempo.format.otlp.OtlpValue;

/** The spans of a trace, so that what was written can be compared with what is found, whatever order and bytes it comes in. Immutable. */
final class SpanSet {
    private final Map<String, Set<String>> contents;
    private final Set<String> parents;

    private SpanSet(Map<String, Set<String>> contents, Set<String> parents) {
        this.contents = contents;
        this.parents = parents;
    }

    /**
     * The spans of {@code TracesData}.
     *
     * @throws FormatException if these are not valid
     */
    static SpanSet of(byte[] otlp) throws FormatException {
        Map<String, Set<String>> contents = new HashMap<>();
        Set<String> parents = new HashSet<>();
        OtlpTree.read(otlp, 0, otlp.length, new OtlpTree.Visitor() {
            private String resource = "";

            @Override
            public void resource(OtlpTree.Resource each) {
                resource = texts(each.attributes());
            }

            @Override
            public void span(OtlpTree.Scope scope, OtlpTree.Span span) {
                String id = HexFormat.of().formatHex(span.spanId);
                contents.computeIfAbsent(id, unused -> new HashSet<>()).add(content(resource, scope, span));
                if (span.hasParent()) {
                    parents.add(HexFormat.of().formatHex(span.parentSpanId));
                }
            }
        });
        return new SpanSet(contents, parents);
    }

    boolean isEmpty() {
        return contents.isEmpty();
    }

    int size() {
        return contents.size();
    }

    /** Ids of parents that are no spans of the trace. */
    Set<String> missingParents() {
        Set<String> missing = new HashSet<>(parents);
        missing.removeAll(contents.keySet());
        return missing;
    }

    /** Ids of spans of these that the other ones lack. */
    Set<String> missingIn(SpanSet found) {
        Set<String> missing = new HashSet<>(contents.keySet());
        missing.removeAll(found.contents.keySet());
        return missing;
    }

    /** Ids of spans that are in both with another content, or only in the other. */
    Set<String> differingIn(SpanSet found) {
        Set<String> differing = new HashSet<>();
        found.contents.forEach((id, content) -> {
            if (!content.equals(contents.get(id))) {
                differing.add(id);
            }
        });
        return differing;
    }

    private static String content(String resource, OtlpTree.Scope scope, OtlpTree.Span span) {
        List<Object> fields = new ArrayList<>(List.of(
                resource,
                scope.name(),
                scope.version(),
                texts(scope.attributes()),
                HexFormat.of().formatHex(span.traceId),
                HexFormat.of().formatHex(span.parentSpanId),
                span.traceState,
                span.name,
                span.kind,
                span.start,
                span.end,
                span.statusCode,
                span.statusMessage,
                texts(span.attributes)));
        span.events.forEach(event -> fields.add(event.time() + event.name() + texts(event.attributes())));
        span.links.forEach(link -> fields.add(HexFormat.of().formatHex(link.traceId())
                + HexFormat.of().formatHex(link.spanId())
                + texts(link.attributes())));
        return fields.toString();
    }

    private static String texts(List<OtlpTree.Attribute> attributes) {
        return attributes.stream()
                .sorted(Comparator.comparing(OtlpTree.Attribute::key))
                .map(each -> each.key() + "=" + each.value().getClass().getSimpleName() + OtlpValue.text(each.value()))
                .toList()
                .toString();
    }
}
