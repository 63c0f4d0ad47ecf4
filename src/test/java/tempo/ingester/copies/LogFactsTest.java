package tempo.ingester.copies;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class LogFactsTest {
    private final Set<String> lines = new HashSet<>(
            Set.of(LogFacts.open("a#1", "A", 2), LogFacts.open("b#1", "B", 2), LogFacts.holds("a#1", "b#1")));

    private List<String> owed(String... members) {
        return LogFacts.of(lines).owed(Set.of(members));
    }

    @Test
    void aLogIsOwedUntilItsHoldersHaveAllOfItInBlocks() {
        assertEquals(List.of(), owed("a#1", "b#1"));
        assertEquals(List.of("a#1"), owed("b#1"));
        lines.add(LogFacts.done("a#1", "B"));
        assertEquals(List.of(), owed("b#1"));
    }

    @Test
    void aHolderThatCameBackWithItsDiskMayFinishWhatItHeldBefore() {
        lines.add(LogFacts.open("b#2", "B", 2));
        assertEquals(List.of("a#1"), owed("b#2"));
        assertEquals(List.of("a#1"), LogFacts.of(lines).toFinish("B", "b#2", Set.of("b#2"), log -> false));
        lines.add(LogFacts.done("a#1", "B"));
        assertEquals(List.of(), owed("b#2"));
        assertEquals(List.of(), LogFacts.of(lines).toFinish("B", "b#2", Set.of("b#2"), log -> false));
    }

    @Test
    void aNodeThatIsNotKnownYetIsNotTakenForGone() {
        assertEquals(List.of(), LogFacts.of(lines).toFinish("B", "b#1", Set.of("b#1"), log -> false));
        assertEquals(List.of("a#1"), LogFacts.of(lines).toFinish("B", "b#1", Set.of("b#1"), log -> true));
    }

    @Test
    void aLogIsNotOwedOnceItsDiskIsBack() {
        lines.add(LogFacts.open("a#2", "A", 2));
        assertEquals(List.of(), owed("a#2", "b#1"));
        assertEquals(List.of("a#1"), LogFacts.of(lines).earlier("A", "a#2"));
        lines.add(LogFacts.ended("a#1", 7));
        assertEquals(List.of(), LogFacts.of(lines).earlier("A", "a#2"));
    }

    @Test
    void withCopiesALogThatNobodyHoldsOwesNothingAndWithoutItDoes() {
        lines.clear();
        lines.add(LogFacts.open("a#1", "A", 2));
        assertEquals(List.of(), owed());
        lines.add(LogFacts.open("c#1", "C", 1));
        assertEquals(List.of("c#1"), owed());
        lines.add(LogFacts.ended("c#1", 7));
        assertEquals(List.of(), owed());
    }

    @Test
    void aHolderOfWhichNothingIsKnownMayStillHoldSomething() {
        lines.clear();
        lines.add(LogFacts.open("a#1", "A", 2));
        lines.add(LogFacts.holds("a#1", "x#1"));
        assertEquals(List.of("a#1"), owed());
    }

    @Test
    void whatANewerVersionSaysIsPassedOver() {
        lines.addAll(Set.of("", "open", "open z#1 Z many", "moved a#1 to b#1"));
        assertEquals(List.of("a#1"), owed("b#1"));
    }

    @Test
    void factsOfLogsThatEndedAreForgotten() {
        lines.add(LogFacts.ended("a#1", 100));
        assertEquals(Set.of(LogFacts.holds("a#1", "b#1")), LogFacts.of(lines).needless(lines));
        assertEquals(Set.of(), LogFacts.of(lines).outdated(lines, 100));
        assertEquals(3, LogFacts.of(lines).outdated(lines, 101).size());
    }

    @Test
    void peersOfOtherZonesComeFirstAndOfDifferentOnes() {
        Map<String, String> zones = Map.of("p", "1", "q", "1", "r", "2", "s", "2", "t", "3", "u", "");
        List<String> order = PeerOrder.of("n", "1", zones);
        assertEquals(Set.of("2", "3"), Set.of(zones.get(order.get(0)), zones.get(order.get(1))));
        assertEquals("2", zones.get(order.get(2)));
        assertEquals(Set.of("p", "q", "u"), Set.copyOf(order.subList(3, 6)));
    }
}
