package tempo.ingester;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tempo.ingester.HeadTraces.Generation;

/** Cut at 3 traces, 1 KiB or 50 ms; kept for 100 ms. */
final class HeadTracesTest {
    private static final IngesterConfig CONFIG =
            new IngesterConfig(Duration.ofMillis(10), Duration.ofMillis(50), 1024, 0, 1024, Duration.ofMillis(50), 3);

    private final HeadTraces head = new HeadTraces(CONFIG, 100);
    private long position;

    private LiveTrace trace(String tenant, int trace, long bytes) {
        LiveTrace finished = new LiveTrace(
                tenant, Batches.key(trace).high(), Batches.key(trace).low(), 0);
        finished.refs.add(SliceRefs.ref(++position, 0));
        finished.bytes = bytes;
        finished.spans = 1;
        return finished;
    }

    private int found(String tenant, int trace) {
        return head.find(tenant, Batches.key(trace).high(), Batches.key(trace).low())
                .count();
    }

    private Generation cut(long now) {
        return Objects.requireNonNull(head.startCut(now), "nothing is to be cut");
    }

    @Test
    void cutsATenantAtItsTracesBytesOrAge() {
        head.add(List.of(trace("a", 1, 1), trace("a", 2, 1)), false, 0);
        assertNull(head.startCut(0));
        head.add(List.of(trace("a", 3, 1)), false, 0);
        Generation byTraces = cut(0);
        assertEquals(3, byTraces.traces.size());
        head.committed(byTraces, 0);
        head.add(List.of(trace("a", 4, 1024)), false, 0);
        head.committed(cut(0), 0);
        head.add(List.of(trace("a", 5, 1)), false, 10);
        head.expire(59);
        assertNull(head.startCut(59));
        head.expire(60);
        assertEquals("a", cut(60).tenant);
    }

    @Test
    void countsTracesAsLongAsTheyTakeMemory() {
        head.add(List.of(trace("a", 1, 1), trace("a", 2, 1), trace("a", 2, 1), trace("b", 1, 1)), false, 0);
        assertEquals(3, head.heldChange());
        head.closeAll();
        head.committed(cut(0), 0);
        head.committed(cut(0), 10);
        head.expire(99);
        assertEquals(0, head.heldChange());
        head.expire(100);
        assertEquals(-2, head.heldChange());
        head.expire(110);
        assertEquals(-1, head.heldChange());
    }

    @Test
    void tenantsAreNeverInOneBlock() {
        head.add(List.of(trace("a", 1, 1), trace("b", 1, 1)), false, 0);
        head.closeAll();
        Generation first = cut(0);
        assertNull(head.startCut(0), "one cut at a time");
        head.committed(first, 0);
        Generation second = cut(0);
        assertFalse(first.tenant.equals(second.tenant));
        head.committed(second, 0);
        assertTrue(head.allCommitted());
    }

    @Test
    void keepsWhatIsCommittedForQueriesUnderWay() {
        head.add(List.of(trace("a", 1, 1)), false, 0);
        head.closeAll();
        head.committed(cut(0), 1_000);
        head.expire(1_099);
        assertEquals(1, found("a", 1));
        assertEquals(0, head.traces());
        head.expire(1_100);
        assertEquals(0, found("a", 1));
    }

    @Test
    void findsATraceInAllItsGenerations() {
        for (int i = 0; i < 3; i++) {
            head.add(List.of(trace("a", 1, 1)), false, 0);
            head.closeAll();
        }
        assertEquals(3, found("a", 1));
        assertEquals(0, found("b", 1));
    }

    @Test
    void leavesOutWhatIsSentAgain() {
        LiveTrace trace = trace("a", 1, 10);
        head.add(List.of(trace), false, 0);
        head.add(List.of(trace, trace("a", 2, 10)), true, 0);
        assertEquals(1, found("a", 1));
        assertEquals(1, found("a", 2));
        head.closeAll();
        head.add(List.of(trace), true, 0);
        assertEquals(20, head.bytes());
    }

    @Test
    void triesAFailedCutAgainLaterAndOthersMeanwhile() {
        head.add(List.of(trace("a", 1, 1024)), false, 0);
        head.add(List.of(trace("b", 1, 1024)), false, 0);
        Generation failed = cut(0);
        head.cutFailed(failed, 50);
        Generation other = cut(0);
        assertNotSame(failed, other);
        head.committed(other, 10);
        assertNull(head.startCut(49));
        assertSame(failed, cut(50));
        assertEquals(1, found("a", 1));
        assertFalse(head.allCommitted());
    }

    @Test
    void offersACutAgainOfWhichTheNewsWasLost() {
        head.add(List.of(trace("a", 1, 1024)), false, 0);
        Generation cut = cut(0);
        head.forgetCut();
        assertSame(cut, cut(1));
        head.committed(cut, 5);
        head.committed(cut, 90);
        head.expire(105);
        assertEquals(0, found("a", 1), "the first end of a cut counts");
        assertNull(head.startCut(105));
    }

    @Test
    void replayedSlicesAreFoundAndCut() {
        head.add("a", Batches.view(1, 1), 9, 0);
        head.closeAll();
        assertEquals(1, found("a", 1));
        assertEquals(1, cut(0).spans);
    }
}
