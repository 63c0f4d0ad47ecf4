package tempo.distributor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tempo.distributor.Placement.Target;
import tempo.distributor.Placement.Way;

final class PlacementTest {
    private static final Set<String> THREE = Set.of("a", "b", "c");

    private final Placement placement = new Placement("a", 4);

    @Test
    void anUnknownOwnerIsFoundByTheRegion() {
        placement.ingesters(THREE);
        assertEquals(Way.REGION, placement.first(0).way());
    }

    @Test
    void aKnownOwnerIsSentToDirectlyUnlessItIsThisNode() {
        placement.ingesters(THREE);
        placement.learned(0, "b");
        placement.learned(1, "a");
        assertEquals(new Target(Way.OWNER, "b"), placement.first(0));
        assertEquals(Way.REGION, placement.first(1).way());
    }

    @Test
    void whatIsKeptByAnotherThanTheOwnerTellsNothingOfTheOwner() {
        placement.ingesters(THREE);
        placement.learned(0, "");
        assertEquals(Way.REGION, placement.first(0).way());
    }

    @Test
    void aRangeWhoseOwnerIsLateGoesToAnotherUntilItAnswers() {
        placement.ingesters(THREE);
        placement.learned(0, "b");
        placement.late(0);
        Target target = placement.first(0);
        assertEquals(Way.HEAD, target.way());
        assertEquals(List.of(0), placement.rangesAway());
        placement.answers(0);
        assertEquals(Way.REGION, placement.first(0).way(), "its owner may be another now");
        assertEquals(List.of(), placement.rangesAway());
    }

    @Test
    void aRangeWhoseOwnerCannotBeReachedIsNotWaitedFor() {
        placement.ingesters(THREE);
        placement.learned(0, "b");
        placement.ingesters(Set.of("a", "c"));
        assertEquals(Way.HEAD, placement.first(0).way());
        assertEquals(List.of(0), placement.rangesAway());
    }

    @Test
    void nobodyIsTriedTwiceAndTheOrderIsTheSameForEverybody() {
        placement.ingesters(THREE);
        Placement other = new Placement("c", 4);
        other.ingesters(THREE);
        Set<String> tried = new HashSet<>(Set.of("b"));
        Target first = placement.next(0, tried);
        assertEquals(first, other.next(0, tried));
        tried.add(first.node());
        Target second = placement.next(0, tried);
        assertNotEquals(first, second);
        tried.add(second.node());
        assertEquals(Way.NOWHERE, placement.next(0, tried).way());
    }

    @Test
    void aNodeAloneHasNobodyToTurnTo() {
        placement.ingesters(Set.of("a"));
        assertEquals(Way.NOWHERE, placement.next(0, Set.of("")).way());
        placement.late(0);
        assertEquals(Way.REGION, placement.first(0).way());
    }

    @Test
    void onlySoManyAreTried() {
        placement.ingesters(Set.of("a", "b", "c", "d", "e", "f"));
        assertEquals(Way.NOWHERE, placement.next(0, Set.of("a", "b", "c", "d")).way());
    }
}
