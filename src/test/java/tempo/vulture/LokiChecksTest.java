package tempo.vulture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tempo.client.Endpoint;
import tempo.client.TraceClient;
import tempo.span.WireWriter;
import tempo.vulture.VultureMetrics.Finding;

class LokiChecksTest {
    private static final Instant NOW = Instant.parse("2026-11-30T08:00:00Z");
    private static final String SHORT_ID_CASE = "streams-by-short-trace-id";

    private final VultureMetrics metrics = new VultureMetrics();
    private final List<String> said = new ArrayList<>();
    private StubServer server;

    @BeforeEach
    void start() throws IOException {
        server = new StubServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private LokiChecks checks(Duration... ages) throws IOException {
        Endpoint endpoint = Endpoint.of(Endpoint.Settings.of(server.uri()));
        return new LokiChecks(
                new LokiClient(endpoint),
                "{app=\"shop\"}",
                10,
                Duration.ofMinutes(30),
                List.of(ages),
                new TraceIdFinder(TraceIdFinder.DEFAULT_PATTERN, Set.of("trace_id")),
                new TraceCheck(new TraceClient(endpoint), metrics, said::add),
                metrics,
                said::add);
    }

    private String onlyId() throws IOException {
        server.lokiAnswers.add(SHORT_ID_CASE);
        return new TraceIdFinder(TraceIdFinder.DEFAULT_PATTERN, Set.of("trace_id"))
                .in(new LokiClient(Endpoint.of(Endpoint.Settings.of(server.uri()))).lines("{}", NOW, NOW, 1))
                .iterator()
                .next()
                .toHex();
    }

    /** A trace of a root and a child, whose parent is the root or another span. */
    private static byte[] trace(int parent) {
        WireWriter out = new WireWriter(100);
        int resource = out.begin(1);
        int scope = out.begin(2);
        for (int i = 1; i <= 2; i++) {
            int span = out.begin(2);
            out.bytes(2, new byte[] {0, 0, 0, 0, 0, 0, 0, (byte) i}, 0, 8);
            // Some clients send the parent of a root as zeros.
            out.bytes(4, new byte[] {0, 0, 0, 0, 0, 0, 0, (byte) (i == 1 ? 0 : parent)}, 0, 8);
            out.end(span);
        }
        out.end(scope);
        out.end(resource);
        return out.toByteArray();
    }

    @Test
    void eachAgeIsAskedForAsHalfAnHour() throws IOException {
        server.lokiAnswers.add("streams-empty");
        assertTrue(checks(Duration.ofMinutes(30), Duration.ofHours(24)).run(NOW));
        assertEquals(2, server.asked.size());
        long now = NOW.getEpochSecond();
        assertTrue(
                server.asked.get(0).contains("&start=" + (now - 1800) + "000000000&end=" + now + "000000000&limit=10"),
                server.asked.get(0));
        assertTrue(
                server.asked.get(1).contains("&start=" + (now - 86_400) + "000000000&end=" + (now - 84_600) + "0"),
                server.asked.get(1));
        assertEquals(0, metrics.traces());
    }

    @Test
    void aWholeTraceIsCountedAndNothingElse() throws IOException {
        server.traces().put(onlyId(), new ArrayList<>(List.of(trace(1))));
        assertTrue(checks(Duration.ofHours(1)).run(NOW));
        assertEquals(1, metrics.traces());
        assertEquals(List.of(), said);
    }

    @Test
    void aTraceThatIsNotThereIsNotFound() throws IOException {
        onlyId();
        assertTrue(checks(Duration.ofHours(1)).run(NOW));
        assertEquals(1, metrics.of(Finding.NOT_FOUND));
    }

    @Test
    void aParentThatIsNotInTheTraceIsAMissingSpan() throws IOException {
        server.traces().put(onlyId(), new ArrayList<>(List.of(trace(9))));
        assertTrue(checks(Duration.ofHours(1)).run(NOW));
        assertEquals(1, metrics.of(Finding.MISSING_SPANS));
        assertTrue(said.get(0).endsWith("1 parents of its 2 spans are missing, as 0000000000000009"), said.get(0));
    }

    @Test
    void aFailureOfLokiIsCountedAndTheOtherAgesAreAskedFor() throws IOException {
        server.lokiAnswers.addAll(List.of("error-timeout", "streams-empty"));
        assertFalse(checks(Duration.ofMinutes(30), Duration.ofHours(1)).run(NOW));
        assertEquals(2, server.asked.size());
        assertEquals(1, metrics.failures());
        assertTrue(said.get(0).contains("answered 504: request timed out"), said.get(0));
    }

    @Test
    void metricsHaveTheNamesThatAlertsKnow() {
        metrics.asked();
        metrics.found(Finding.MISSING_SPANS);
        metrics.failed();
        String text = metrics.text();
        for (String line : List.of(
                "tempo_vulture_trace_total 1",
                "tempo_vulture_trace_error_total{error=\"notfound_byid\"} 0",
                "tempo_vulture_trace_error_total{error=\"missingspans\"} 1",
                "tempo_vulture_trace_error_total{error=\"incorrectresult\"} 0",
                "tempo_vulture_trace_error_total{error=\"requestfailed\"} 0",
                "tempo_vulture_error_total 1")) {
            assertTrue(text.contains("\n" + line + "\n"), text);
        }
    }
}
