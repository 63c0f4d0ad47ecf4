package tempo.querier;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import tempo.span.TraceSamples;

final class TraceFragmentsTest {
    private static final byte[] TRACE = new TraceSamples(1).trace(5).toByteArray();

    private final TraceFragments fragments = new TraceFragments(10 * TRACE.length);

    @Test
    void isCompleteWhenEverybodyHasAnswered() {
        fragments.expect("a");
        fragments.expect("b");
        fragments.answered("a", "host:1", List.of());
        assertFalse(fragments.complete());
        fragments.answered("b", "host:2", List.of());
        assertTrue(fragments.complete());
        assertFalse(fragments.merge().partial());
    }

    @Test
    void namesWhoDidNotAnswerInTime() {
        fragments.expect("live traces");
        fragments.expect("head block of host:2");
        fragments.add("host:1", TRACE);
        fragments.answered("live traces", "host:1", List.of());
        fragments.giveUp();
        TraceAnswer answer = fragments.merge();
        assertTrue(fragments.complete());
        assertTrue(answer.partial());
        assertTrue(answer.found());
        assertEquals(List.of("head block of host:2 did not answer in time"), answer.missing());
    }

    @Test
    void namesWhatCouldNotBeReadAndWhere() {
        fragments.expect("blocks");
        fragments.answered("blocks", "host:1", List.of("block 7: crc is wrong"));
        fragments.missing("live traces of other nodes");
        assertEquals(
                List.of("host:1: block 7: crc is wrong", "live traces of other nodes"),
                fragments.merge().missing());
    }

    @Test
    void leavesOutWhatMakesTheAnswerTooLargeAndSaysSo() {
        TraceFragments small = new TraceFragments(TRACE.length);
        small.add("a", TRACE);
        small.add("b", TRACE);
        TraceAnswer answer = small.merge();
        assertTrue(answer.tooLarge());
        assertEquals(5, answer.spans());
        assertEquals(TRACE.length, answer.bytesRead());
        assertEquals(List.of("trace has more than " + TRACE.length + " bytes, the rest is left out"), answer.missing());
    }

    @Test
    void namesAFragmentThatIsNoTrace() {
        fragments.add("host:1", TRACE);
        fragments.add("host:2", new byte[] {1, 2, 3});
        TraceAnswer answer = fragments.merge();
        assertEquals(5, answer.spans());
        assertEquals(1, answer.missing().size());
        assertTrue(
                answer.missing().get(0).startsWith("host:2: "), answer.missing().toString());
    }

    @Test
    void twiceTheSameFragmentIsTheSameTrace() {
        fragments.add("a", TRACE);
        byte[] once = fragments.merge().otlp();
        fragments.add("b", TRACE);
        assertArrayEquals(once, fragments.merge().otlp());
    }

    @Test
    void nothingFoundIsAnEmptyCompleteAnswer() {
        fragments.add("a", new byte[0]);
        TraceAnswer answer = fragments.merge();
        assertFalse(answer.found() || answer.partial());
        assertEquals(0, answer.otlp().length);
    }
}
