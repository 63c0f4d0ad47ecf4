package tempo.ingester;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tempo.ingester.LiveTraces.HandOver;

/** Idle after 10 ms, old after 50 ms, kept for 100 ms. */
final class LiveTracesTest {
    private static final IngesterConfig CONFIG = new IngesterConfig(
            Duration.ofMillis(10), Duration.ofMillis(50), 1024, 0, 1 << 20, Duration.ofMinutes(5), 1_000);

    private final LiveTraces live = new LiveTraces(CONFIG, 100);
    private long position;

    private void add(String tenant, int trace, long now) {
        live.add(tenant, Batches.view(trace, (int) position), ++position, now);
    }

    private int found(String tenant, int trace) {
        return live.find(tenant, Batches.key(trace).high(), Batches.key(trace).low())
                .count();
    }

    private HandOver finish(long now) {
        return Objects.requireNonNull(live.finish(now), "nothing is finished");
    }

    @Test
    void findsTheSlicesOfATraceOfATenant() {
        add("a", 1, 0);
        add("a", 1, 1);
        add("b", 1, 2);
        assertEquals(2, found("a", 1));
        assertEquals(1, found("b", 1));
        assertEquals(0, found("a", 2));
        assertEquals(2, live.liveCount());
    }

    @Test
    void finishesWhatIsIdle() {
        add("a", 1, 0);
        add("a", 2, 5);
        assertNull(live.finish(9));
        HandOver handOver = finish(10);
        assertEquals(1, handOver.traces.size());
        assertEquals(Batches.key(1).low(), handOver.traces.get(0).keyLow);
        assertEquals(1, live.liveCount());
    }

    @Test
    void finishesWhatIsOldThoughSpansStillCome() {
        for (int now = 0; now < 50; now += 5) {
            add("a", 1, now);
            assertNull(live.finish(now));
        }
        assertEquals(10, finish(50).traces.get(0).refs.count());
    }

    @Test
    void finishesWhatIsLarge() {
        for (int i = 0; live.liveBytes() < 1024; i++) {
            assertNull(live.finish(0));
            add("a", 1, 0);
        }
        assertNotNull(live.finish(0));
        assertEquals(0, live.liveBytes());
        assertEquals(0, live.liveCount());
    }

    @Test
    void keepsWhatIsHandedOnUntilConfirmedAndForQueriesUnderWay() {
        add("a", 1, 0);
        HandOver handOver = finish(10);
        live.finish(1_000_000);
        assertEquals(1, found("a", 1));
        live.confirmed(handOver.id, 1_000_000);
        live.finish(1_000_099);
        assertEquals(1, found("a", 1));
        live.finish(1_000_100);
        assertEquals(0, found("a", 1));
    }

    @Test
    void lateSpanStartsTheTraceAgainAndBothAreFound() {
        add("a", 1, 0);
        HandOver first = finish(10);
        add("a", 1, 11);
        assertEquals(2, found("a", 1));
        HandOver second = finish(30);
        add("a", 1, 31);
        assertEquals(3, found("a", 1));
        live.confirmed(first.id, 40);
        live.confirmed(second.id, 60);
        live.finish(140);
        assertEquals(2, found("a", 1));
        live.finish(160);
        assertEquals(1, found("a", 1));
    }

    @Test
    void namesUnconfirmedHandOversOnly() {
        add("a", 1, 0);
        HandOver first = finish(10);
        add("a", 2, 10);
        HandOver second = finish(20);
        assertEquals(List.of(first), live.unconfirmed(20));
        live.confirmed(first.id, 21);
        live.confirmed(first.id, 22);
        assertEquals(List.of(second), live.unconfirmed(Long.MAX_VALUE));
    }

    @Test
    void knowsWhetherAppendsArePending() {
        live.appendStarted();
        live.appendStarted();
        live.appendEnded();
        assertTrue(live.appendsPending());
        live.appendEnded();
        assertFalse(live.appendsPending());
    }

    @Test
    void finishesAllWhenTheRangeIsHandedOff() {
        add("a", 1, 0);
        add("b", 2, 0);
        assertEquals(2, Objects.requireNonNull(live.finishAll(0)).traces.size());
        assertNull(live.finishAll(0));
    }
}
