package tempo.api.jaeger;

import akka.http.javadsl.model.Query;
import akka.stream.Materializer;
import akka.stream.javadsl.Source;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import tempo.format.FormatException;
import tempo.format.otlp.OtlpTree;
import tempo.querier.FoundTrace;
import tempo.querier.SearchAnswer;
import tempo.querier.TraceAnswer;
import tempo.querier.TraceSource;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;
import tempo.span.WireWriter;
import tempo.tempodb.scan.SpanCriteria;

/**
 * Which services call which: counted in traces, of which it takes the newest ones. Nobody has counted before, so where there are more traces
 * than are looked at, the answer says so. Thread-safe; nothing blocks.
 */
final class Dependencies {
    /** Most traces that are looked at for one answer. */
    static final int TRACES_MAX = 500;

    private static final int AT_ONCE = 4;

    private static final long DEFAULT_LOOKBACK_MILLIS = 24L * 60 * 60 * 1000;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final TraceSource source;
    private final Materializer materializer;

    Dependencies(TraceSource source, Materializer materializer) {
        this.source = source;
        this.materializer = materializer;
    }

    /** How often one service was called by another. */
    record Link(String parent, String child, long calls) {}

    /**
     * Counts the calls in traces with spans that start between two times.
     *
     * @param from unix nanoseconds
     * @param to unix nanoseconds
     */
    CompletionStage<SearchAnswer<Link>> between(String tenant, long from, long to) {
        if (from > to) {
            throw new IllegalArgumentException("the time range ends before it begins");
        }
        return source.search(tenant, SpanCriteria.ALL.between(from, to), TRACES_MAX)
                .thenCompose(found -> {
                    Counts counts = new Counts(found);
                    return Source.from(found.results())
                            .mapAsync(AT_ONCE, each -> source.trace(tenant, each.id()))
                            .runFold(counts, Counts::add, materializer)
                            .thenApply(Counts::answer);
                });
    }

    /** As {@code /api/dependencies} asks: {@code endTs} and {@code lookback} in milliseconds. */
    CompletionStage<SearchAnswer<Link>> between(String tenant, Query query) {
        long end = millis(query, "endTs", -1);
        if (end < 0) {
            throw new IllegalArgumentException("parameter 'endTs' is required");
        }
        long lookback = millis(query, "lookback", DEFAULT_LOOKBACK_MILLIS);
        return between(tenant, Math.max(0, end - lookback) * NANOS_PER_MILLI, end * NANOS_PER_MILLI);
    }

    private static long millis(Query query, String name, long otherwise) {
        String text = query.get(name).orElse("");
        if (text.isEmpty()) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,12}[0-9]?")) {
            throw new IllegalArgumentException("parameter '" + name + "' must be milliseconds");
        }
        return Math.min(Long.parseLong(text), Long.MAX_VALUE / NANOS_PER_MILLI);
    }

    /** {@code GetDependencies} of both versions, whose messages are alike. */
    CompletionStage<Reply> reply(String tenant, byte[] request) throws MalformedProtobufException {
        long from = 0;
        long to = Long.MAX_VALUE;
        WireReader in = new WireReader(request);
        while (in.hasNext()) {
            int tag = in.readTag();
            switch (tag) {
                case 1 << 3 | WireReader.LENGTH_DELIMITED -> from = Math.max(0, SearchRequest.nanos(in));
                case 2 << 3 | WireReader.LENGTH_DELIMITED -> to = SearchRequest.nanos(in);
                default -> in.skipField(tag);
            }
        }
        return between(tenant, from, to).thenApply(links -> {
            StorageV2.requireAny(links);
            WireWriter out = new WireWriter(1 << 10);
            for (Link link : links.results()) {
                int mark = out.begin(1);
                out.string(1, link.parent());
                out.string(2, link.child());
                out.varint(3, link.calls());
                out.end(mark);
            }
            return Reply.of(out.toByteArray(), links.missing());
        });
    }

    /** Not thread-safe. */
    private static final class Counts {
        private final Map<String, Map<String, Long>> calls = new HashMap<>();
        private final List<String> missing;
        private int partial;

        Counts(SearchAnswer<FoundTrace> found) {
            missing = new ArrayList<>(TraceReads.warnings(found.missing()));
            if (found.results().size() >= TRACES_MAX) {
                missing.add("calls were counted in the newest " + TRACES_MAX + " traces of this time only");
            }
        }

        Counts add(TraceAnswer trace) {
            partial += trace.partial() ? 1 : 0;
            Spans spans = new Spans();
            try {
                OtlpTree.read(trace.otlp(), 0, trace.otlp().length, spans);
            } catch (FormatException e) {
                partial++;
                return this;
            }
            spans.parents.forEach((id, parent) -> {
                String caller = spans.services.get(parent);
                String called = spans.services.get(id);
                if (caller != null && called != null && !caller.equals(called)) {
                    calls.computeIfAbsent(caller, unused -> new HashMap<>()).merge(called, 1L, Long::sum);
                }
            });
            return this;
        }

        SearchAnswer<Link> answer() {
            if (partial > 0) {
                missing.add(partial + " of the traces that calls were counted in may lack spans");
            }
            List<Link> links = new ArrayList<>();
            calls.forEach(
                    (parent, called) -> called.forEach((child, count) -> links.add(new Link(parent, child, count))));
            links.sort(Comparator.comparing(Link::parent).thenComparing(Link::child));
            return new SearchAnswer<>(links, missing);
        }
    }

    /** By span id: its service, and its parent. */
    private static final class Spans implements OtlpTree.Visitor {
        private final Map<String, String> services = new HashMap<>();
        private final Map<String, String> parents = new HashMap<>();
        private String service = "";

        @Override
        public void resource(OtlpTree.Resource resource) {
            service = resource.serviceName();
        }

        @Override
        public void span(OtlpTree.Scope scope, OtlpTree.Span span) {
            String id = HexFormat.of().formatHex(span.spanId);
            services.put(id, service);
            if (span.parentSpanId.length > 0) {
                parents.put(id, HexFormat.of().formatHex(span.parentSpanId));
            }
        }
    }
}
