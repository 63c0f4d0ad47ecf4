package tempo.vulture;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tempo.client.Endpoint;
import tempo.client.TraceClient;
import tempo.span.TraceId;
import tempo.vulture.VultureMetrics.Finding;

class OwnWritesTest {
    private static final Instant START = Instant.parse("2026-11-30T08:00:00Z");
    private static final Duration SLOT = Duration.ofSeconds(15);
    private static final Duration PAUSE = Duration.ofMinutes(1);
    private static final Duration RETENTION = Duration.ofHours(2);
    private static final List<Duration> AGES =
            List.of(Duration.ofMinutes(5), Duration.ofMinutes(30), Duration.ofHours(1), Duration.ofHours(3));

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

    private static OwnTraces traces() {
        return new OwnTraces(42, SLOT, PAUSE);
    }

    private OwnWrites ownWrites(Instant since) throws IOException {
        Endpoint endpoint = Endpoint.of(Endpoint.Settings.of(server.uri()));
        TraceCheck check = new TraceCheck(new TraceClient(endpoint), metrics, said::add);
        return new OwnWrites(traces(), endpoint, check, metrics, said::add, AGES, RETENTION, START, since);
    }

    /** Writes and reads each 15 s for so long, and returns the time then. */
    private static Instant run(OwnWrites own, Instant from, Duration time) {
        Instant now = from;
        for (; now.isBefore(from.plus(time)); now = now.plus(SLOT)) {
            own.write(now);
            own.read(now);
        }
        return now;
    }

    private long errors() {
        long sum = metrics.failures();
        for (Finding finding : Finding.values()) {
            sum += metrics.of(finding);
        }
        return sum;
    }

    /** Whoever changes the generator orphans all that vultures have written: their traces would be reported as lost. */
    @Test
    void aTraceFollowsFromSeedAndSlotForEver() throws Exception {
        OwnTraces.Trace trace = traces().trace(1_000_000);
        assertEquals("b053c53312ac3ffbfdfc187aa944a045", trace.id().toHex());
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        trace.batches().forEach(digest::update);
        assertEquals(
                "edf242bf95552c95f818f1e8b98d2555a2bf3aa19d22d9799b6d6a5badf4ad41",
                HexFormat.of().formatHex(digest.digest()));
    }

    @Test
    void tracesDifferBySlotAndSeed() {
        Set<TraceId> ids = new HashSet<>();
        for (long slot = 0; slot < 1000; slot++) {
            ids.add(traces().trace(slot).id());
            ids.add(new OwnTraces(43, SLOT, PAUSE).trace(slot).id());
        }
        assertEquals(2000, ids.size());
    }

    @Test
    void whatIsKeptIsFoundAtEachAgeUntilTheRetention() throws IOException {
        OwnWrites own = ownWrites(START);
        run(own, START, Duration.ofHours(3));
        assertEquals(List.of(), said);
        assertEquals(0, errors());
        // Of 720 turns, those from which on there are traces that are 5, 30 and 60 minutes old; 3 hours are beyond the
        // retention.
        assertEquals(699 + 599 + 479, metrics.traces(), 3.0);
    }

    @Test
    void aLostTraceIsNotFound() throws IOException {
        OwnWrites own = ownWrites(START);
        Instant now = run(own, START, Duration.ofMinutes(6));
        server.traces().clear();
        own.read(now);
        assertEquals(1, metrics.of(Finding.NOT_FOUND));
        assertTrue(said.get(0).contains(" of own writing, 5m old: notfound_byid: it is not there"), said.get(0));
    }

    @Test
    void lostSpansAreMissing() throws IOException {
        OwnWrites own = ownWrites(START);
        Instant now = run(own, START, Duration.ofMinutes(6));
        // One of several batches of each trace that has several.
        server.traces().values().stream().filter(each -> each.size() > 1).forEach(each -> each.remove(0));
        for (int i = 0; i < 8; i++) {
            own.read(now.plus(SLOT.multipliedBy(i)));
        }
        assertTrue(metrics.of(Finding.MISSING_SPANS) > 0, said.toString());
        assertEquals(errors(), metrics.of(Finding.MISSING_SPANS));
    }

    @Test
    void aChangedSpanIsIncorrect() throws IOException {
        OwnWrites own = ownWrites(START);
        Instant now = run(own, START, Duration.ofMinutes(6));
        server.traces().values().forEach(batches -> {
            for (byte[] batch : batches) {
                int at = new String(batch, ISO_8859_1).indexOf("operation-");
                batch[at] = 'O';
            }
        });
        own.read(now);
        assertEquals(1, metrics.of(Finding.INCORRECT), said.toString());
    }

    @Test
    void aFailedOrPartialAnswerIsAFailedRequest() throws IOException {
        OwnWrites own = ownWrites(START);
        Instant now = run(own, START, Duration.ofMinutes(6));
        server.queryStatus = 503;
        assertFalse(own.read(now));
        server.queryStatus = 200;
        server.partial = true;
        assertFalse(own.read(now.plus(SLOT)));
        assertEquals(2, metrics.of(Finding.REQUEST_FAILED));
        assertEquals(2, errors());
        assertTrue(said.get(1).contains("the answer is partial: a node is gone"), said.toString());
    }

    /** What was not acknowledged may be there or not: nobody promised anything. */
    @Test
    void whatWasNotAcknowledgedIsNotExpected() throws IOException {
        OwnWrites own = ownWrites(START);
        server.pushStatus = 503;
        Instant now = run(own, START, Duration.ofMinutes(2));
        assertTrue(metrics.failures() > 0);
        long failures = metrics.failures();
        server.pushStatus = 200;
        run(own, now, Duration.ofMinutes(20));
        assertEquals(failures, errors(), said.toString());
    }

    @Test
    void refusedSpansAreNotAcknowledged() throws IOException {
        OwnWrites own = ownWrites(START);
        server.pushAnswer = new byte[] {0x0a, 2, 0x08, 3};
        assertFalse(own.write(START.plus(SLOT)));
        assertTrue(said.get(0).endsWith("was answered with 200: 3 spans were refused"), said.get(0));
        server.pushAnswer = new byte[] {0x0a, 0};
        assertTrue(own.write(START.plus(SLOT.multipliedBy(2))));
    }

    /** A vulture that was started anew goes on with what the former one has written. */
    @Test
    void whatAnotherHasWrittenWithTheSeedIsReadToo() throws IOException {
        Instant now = run(ownWrites(START), START, Duration.ofMinutes(40));
        long asked = metrics.traces();
        OwnWrites next = new OwnWrites(
                traces(),
                Endpoint.of(Endpoint.Settings.of(server.uri())),
                new TraceCheck(new TraceClient(Endpoint.of(Endpoint.Settings.of(server.uri()))), metrics, said::add),
                metrics,
                said::add,
                AGES,
                RETENTION,
                now,
                START);
        next.read(now);
        assertEquals(asked + 2, metrics.traces());
        assertEquals(List.of(), said);
    }

    @Test
    void afterALongOutageTheMissedTracesAreNotWrittenAllAtOnce() throws IOException {
        OwnWrites own = ownWrites(START);
        assertTrue(own.write(START.plus(Duration.ofDays(1))));
        assertTrue(server.traces().size() <= 21, "traces: " + server.traces().size());
    }

    @Test
    void pausesDoubleAfterEachFailureAndEndWithThem() {
        BackOff backOff = new BackOff(Duration.ofSeconds(30));
        assertEquals(Duration.ofSeconds(30), backOff.after(true));
        assertEquals(Duration.ofSeconds(60), backOff.after(false));
        assertEquals(Duration.ofSeconds(120), backOff.after(false));
        for (int i = 0; i < 10; i++) {
            backOff.after(false);
        }
        assertEquals(Duration.ofMinutes(5), backOff.after(false));
        assertEquals(Duration.ofSeconds(30), backOff.after(true));
    }
}
