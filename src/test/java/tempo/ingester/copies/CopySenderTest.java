package tempo.ingester.copies;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.util.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class CopySenderTest {
    private final List<String> sent = new ArrayList<>();
    private final List<CopyResult> results = new ArrayList<>();
    private final CopySender sender = new CopySender(
            new CopySender.Config(1, 1_000, 700, 4_000), (peer, chunk, records) -> sent.add(peer + chunk));

    private void add(long position, int bytes, long now) {
        sender.add(new CopiedRecord("tenant", position, ByteString.fromArray(new byte[bytes])), results::add, now);
    }

    @Test
    void recordsThatCameTogetherTravelTogetherAndAreCopiedWhenThePeerHoldsThem() {
        sender.peers(List.of("a", "b"), 0);
        add(1, 10, 0);
        add(2, 10, 0);
        sender.flush(0);
        assertEquals(List.of("a0"), sent);
        assertEquals(List.of(), results);
        sender.answered("a", 0, HoldOutcome.HELD, 5);
        assertEquals(List.of(CopyResult.COPIED, CopyResult.COPIED), results);
        assertEquals(0, sender.waitingBytes());
    }

    @Test
    void aPeerThatIsSlowIsPassedOverAndForAWhileNotAskedAgain() {
        sender.peers(List.of("a", "b"), 0);
        add(1, 10, 0);
        sender.flush(0);
        sender.tick(699);
        assertEquals(List.of("a0"), sent);
        sender.tick(700);
        assertEquals(List.of("a0", "b0"), sent);
        sender.answered("b", 0, HoldOutcome.HELD, 701);
        assertEquals(List.of(CopyResult.COPIED), results);
        add(2, 10, 702);
        sender.flush(702);
        sender.answered("b", 1, HoldOutcome.HELD, 703);
        add(3, 10, 11_000);
        sender.flush(11_000);
        assertEquals(List.of("a0", "b0", "b1", "a2"), sent);
    }

    @Test
    void whileAChunkIsUnderWayOthersGatherInTheNext() {
        sender.peers(List.of("a", "b"), 0);
        add(1, 10, 0);
        sender.flush(0);
        add(2, 10, 1);
        sender.flush(1);
        add(3, 10, 2);
        sender.flush(2);
        assertEquals(List.of("a0"), sent);
        sender.answered("a", 0, HoldOutcome.HELD, 3);
        assertEquals(List.of("a0", "a1"), sent);
        sender.answered("a", 1, HoldOutcome.HELD, 4);
        assertEquals(List.of("a0", "a1"), sent);
        assertEquals(List.of(CopyResult.COPIED, CopyResult.COPIED, CopyResult.COPIED), results);
    }

    @Test
    void whatGathersGoesOutOnceAChunkIsGivenUp() {
        sender.peers(List.of("a"), 0);
        add(1, 10, 0);
        sender.flush(0);
        add(2, 10, 3_000);
        sender.flush(3_000);
        sender.tick(4_000);
        assertEquals(List.of(CopyResult.FAILED), results);
        assertEquals(List.of("a0", "a1"), sent);
    }

    @Test
    void aLateAnswerCountsToo() {
        sender.peers(List.of("a", "b"), 0);
        add(1, 10, 0);
        sender.flush(0);
        sender.tick(700);
        sender.answered("a", 0, HoldOutcome.HELD, 710);
        assertEquals(List.of(CopyResult.COPIED), results);
        sender.answered("b", 0, HoldOutcome.HELD, 711);
        assertEquals(1, results.size());
    }

    @Test
    void aChunkWhosePeerIsGoneGoesToAnotherAtOnce() {
        sender.peers(List.of("a", "b"), 0);
        add(1, 10, 0);
        sender.flush(0);
        sender.peers(List.of("b"), 10);
        assertEquals(List.of("a0", "b0"), sent);
    }

    @Test
    void withTooFewNodesNothingIsCopiedAndItIsSaidAtOnce() {
        add(1, 10, 0);
        assertEquals(List.of(CopyResult.TOO_FEW_NODES), results);
        sender.peers(List.of("a"), 0);
        add(2, 10, 0);
        sender.flush(0);
        sender.peers(List.of(), 0);
        assertEquals(List.of(CopyResult.TOO_FEW_NODES, CopyResult.TOO_FEW_NODES), results);
    }

    @Test
    void aPeerThatCannotHoldItIsNotAskedTwice() {
        sender.peers(List.of("a", "b"), 0);
        add(1, 10, 0);
        sender.flush(0);
        sender.answered("a", 0, HoldOutcome.BUSY, 1);
        assertEquals(List.of("a0", "b0"), sent);
        sender.answered("b", 0, HoldOutcome.BUSY, 2);
        assertEquals(List.of(CopyResult.FAILED), results);
    }

    @Test
    void aNodeThatWasRemovedAcknowledgesNothingAnyMore() {
        sender.peers(List.of("a", "b"), 0);
        add(1, 10, 0);
        sender.flush(0);
        sender.answered("b", 77, HoldOutcome.REFUSED, 1);
        assertTrue(sender.removed());
        add(2, 10, 2);
        assertEquals(List.of(CopyResult.FAILED, CopyResult.FAILED), results);
        sender.answered("a", 0, HoldOutcome.HELD, 3);
        assertEquals(2, results.size());
    }

    @Test
    void whatWaitsIsBoundedAndGivenUpInTheEnd() {
        sender.peers(List.of("a"), 0);
        add(1, 900, 0);
        sender.flush(0);
        add(2, 200, 0);
        assertEquals(List.of(CopyResult.FAILED), results);
        sender.tick(4_000);
        assertEquals(List.of(CopyResult.FAILED, CopyResult.FAILED), results);
        assertEquals(0, sender.waitingBytes());
    }

    @Test
    void aHolderIsNoneAnyMoreOnceAllThatWentToItIsInBlocks() {
        sender.peers(List.of("a"), 0);
        add(5, 10, 0);
        sender.flush(0);
        sender.floor(5);
        assertEquals(Set.of("a"), sender.holders());
        sender.floor(6);
        assertEquals(Set.of(), sender.holders());
    }
}
