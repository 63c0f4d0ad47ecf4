package tempo.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The checker outside of the node: remembers every span that was sent and every span that was acknowledged, and then asks for
 * every trace. What was acknowledged must be there, what is there must have been sent, each span once and as it was sent.
 * Thread-safe.
 */
final class AcknowledgedSpans {
    private static final int ASKING_THREADS = 4;
    private static final int SHOWN_MAX = 10;

    private final String tenant;
    private final Map<String, Map<String, Sent>> traces = new TreeMap<>();
    private int acknowledged;

    /** Spans of one tenant. */
    AcknowledgedSpans(String tenant) {
        this.tenant = tenant;
    }

    private static final class Sent {
        private final ByteString digest;
        private boolean acknowledged;

        Sent(ByteString digest) {
            this.digest = digest;
        }
    }

    /** A span on its way: a handler of every span of a request or an answer. */
    private interface EachSpan {
        void span(String traceId, String spanId, ByteString digest);
    }

    /**
     * How it stands.
     *
     * @param found spans that the node has
     * @param lost acknowledged spans that the node has not, as {@code trace/span}
     * @param wrong what must not be: spans twice, changed or never sent, and partial answers
     */
    record Report(int found, Set<String> lost, List<String> wrong) {}

    /** This request is about to be sent: from now on its spans may be there. Again does nothing. */
    synchronized void sending(ExportTraceServiceRequest request) {
        forEach(request.getResourceSpansList(), (trace, span, digest) -> traces.computeIfAbsent(
                        trace, id -> new HashMap<>())
                .putIfAbsent(span, new Sent(digest)));
    }

    /** The request was acknowledged: from now on its spans must be there. */
    synchronized void acknowledged(ExportTraceServiceRequest request) {
        forEach(request.getResourceSpansList(), (trace, span, digest) -> {
            Sent sent = traces.getOrDefault(trace, Map.of()).get(span);
            if (sent == null) {
                throw new IllegalStateException("span was never sent: " + trace + "/" + span);
            }
            acknowledged += sent.acknowledged ? 0 : 1;
            sent.acknowledged = true;
        });
    }

    /** How many spans must be there. */
    synchronized int count() {
        return acknowledged;
    }

    /** The traces of which spans must be there. */
    synchronized List<String> traceIds() {
        return traces.entrySet().stream()
                .filter(trace -> trace.getValue().values().stream().anyMatch(sent -> sent.acknowledged))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The names, as in {@link Report}, of the spans of a request. */
    static Set<String> names(ExportTraceServiceRequest request) {
        Set<String> names = new HashSet<>();
        forEach(request.getResourceSpansList(), (trace, span, digest) -> names.add(trace + "/" + span));
        return names;
    }

    /** Fails unless every acknowledged span is there, and every span that is there is right. */
    void assertAllThere(URI api) throws IOException {
        Report report = look(api);
        assertEquals("[] []", shown(report.lost()) + " " + shown(report.wrong()), "lost spans and wrong answers");
    }

    private static String shown(Collection<String> texts) {
        return texts.size() <= SHOWN_MAX
                ? texts.toString()
                : texts.size() + " of which " + texts.stream().limit(SHOWN_MAX).toList();
    }

    /** Asks for every trace of which anything was sent. */
    Report look(URI api) throws IOException {
        return look(api, ids());
    }

    /** Asks for so many traces of those of which anything was sent, drawn at random. */
    Report lookAtSome(URI api, int count, Random random) throws IOException {
        List<String> ids = new ArrayList<>(ids());
        Collections.shuffle(ids, random);
        return look(api, ids.subList(0, Math.min(count, ids.size())));
    }

    private synchronized List<String> ids() {
        return List.copyOf(traces.keySet());
    }

    private Report look(URI api, List<String> ids) throws IOException {
        ExecutorService threads = Executors.newFixedThreadPool(ASKING_THREADS);
        try {
            List<Future<Report>> reports = new ArrayList<>();
            for (String id : ids) {
                reports.add(threads.submit(() -> look(api, id)));
            }
            int found = 0;
            Set<String> lost = new HashSet<>();
            List<String> wrong = new ArrayList<>();
            for (Future<Report> future : reports) {
                Report report = future.get();
                found += report.found();
                lost.addAll(report.lost());
                wrong.addAll(report.wrong());
            }
            return new Report(found, lost, wrong);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IOException("trace cannot be asked for: " + e.getCause(), e);
        } finally {
            threads.shutdownNow();
        }
    }

    /**
     * Asks for one trace. What is acknowledged while the answer is made does not count against it.
     *
     * @throws FoundTrace.UnexpectedStatusException if the node refuses to answer
     * @throws IOException if no answer comes
     */
    Report look(URI api, String traceId) throws IOException {
        Set<String> lost = new HashSet<>();
        synchronized (this) {
            traces.getOrDefault(traceId, Map.of()).forEach((span, sent) -> {
                if (sent.acknowledged) {
                    lost.add(traceId + "/" + span);
                }
            });
        }
        FoundTrace answer = FoundTrace.get(api, tenant, traceId);
        List<String> wrong = new ArrayList<>();
        answer.partial().ifPresent(message -> wrong.add("trace " + traceId + " is partial: " + message));
        Set<String> found = new HashSet<>();
        synchronized (this) {
            forEach(answer.trace().getResourceSpansList(), (trace, span, digest) -> {
                String name = trace + "/" + span;
                Sent sent = traces.getOrDefault(trace, Map.of()).get(span);
                if (!found.add(name)) {
                    wrong.add("span " + name + " is there twice");
                } else if (sent == null || !trace.equals(traceId)) {
                    wrong.add("span " + name + " was never sent, in trace " + traceId);
                } else if (!sent.digest.equals(digest)) {
                    wrong.add("span " + name + " is not as it was sent");
                }
            });
        }
        lost.removeAll(found);
        return new Report(found.size(), lost, wrong);
    }

    private static void forEach(List<ResourceSpans> resources, EachSpan each) {
        for (ResourceSpans resource : resources) {
            for (ScopeSpans scope : resource.getScopeSpansList()) {
                for (Span span : scope.getSpansList()) {
                    each.span(hex(span.getTraceId()), hex(span.getSpanId()), digest(resource, scope, span));
                }
            }
        }
    }

    private static String hex(ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }

    /** Of the span and of what it belongs to, since both must come back. */
    private static ByteString digest(ResourceSpans resource, ScopeSpans scope, Span span) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(resource.toBuilder().clearScopeSpans().build().toByteArray());
            digest.update(scope.toBuilder().clearSpans().build().toByteArray());
            digest.update(span.toByteArray());
            return ByteString.copyFrom(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
