package tempo.ingester;

import static org.junit.jupiter.api.Assertions.assertEquals;

import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tempo.ingester.Ingester.AllCut;
import tempo.ingester.Ingester.CutAll;
import tempo.ingester.Ingester.ToHead;
import tempo.ingester.Ingester.ToRange;
import tempo.tempodb.wal.LocalWalDisk;

@Timeout(60)
final class HeadBlockTest {
    @TempDir
    private Path directory = Path.of("unset");

    private ActorFixture node = unset();
    private ActorRef<ToHead> head = unset();
    private TestProbe<ToRange> owner = unset();
    private TestProbe<AllCut> allCut = unset();

    @BeforeEach
    void start() throws IOException {
        node = new ActorFixture(directory, new LocalWalDisk(directory.resolve("wal")), ActorFixture.LOG);
        head = node.head();
        owner = node.kit.createTestProbe();
        allCut = node.kit.createTestProbe();
    }

    @AfterEach
    void close() throws IOException {
        node.close();
    }

    /** A trace of one acknowledged span that has been handed on. */
    private HeadBlock.Finish finished(int trace, int span) {
        ActorRef<ToRange> range = node.range(node.kit.<ToHead>createTestProbe().getRef());
        node.acknowledged(range, trace, span);
        LiveTraces.HandOver all = node.live.finishAll(node.millis.get());
        node.kit.stop(range);
        if (all == null) {
            throw new AssertionError("nothing is live");
        }
        return new HeadBlock.Finish(0, all.id, all.traces, false, owner.getRef());
    }

    private static HeadBlock.Finish again(HeadBlock.Finish finish) {
        return new HeadBlock.Finish(finish.range(), finish.handOverId(), finish.traces(), true, finish.replyTo());
    }

    @Test
    void answersForWhatItHasConfirmed() throws Exception {
        HeadBlock.Finish finish = finished(1, 1);
        head.tell(finish);
        owner.expectMessage(new TraceRange.Finished(0, finish.handOverId()));
        assertEquals(Set.of("span 1"), node.head(head, 1));
        assertEquals(Set.of(), node.blocks(1));
    }

    @Test
    void doesNotDoubleWhatIsSentAgain() throws Exception {
        HeadBlock.Finish finish = finished(1, 1);
        head.tell(finish);
        head.tell(again(finish));
        assertEquals(Set.of("span 1"), node.head(head, 1));
        cutAll();
        assertEquals(Set.of("span 1"), node.blocks(1));
    }

    @Test
    void keepsWhatItCutForQueriesThatAreUnderWay() throws Exception {
        head.tell(finished(1, 1));
        cutAll();
        assertEquals(Set.of("span 1"), node.blocks(1));
        assertEquals(Set.of("span 1"), node.head(head, 1));
        node.passes(11);
        assertEquals(Set.of(), node.head(head, 1));
    }

    @Test
    void losesNothingWhenItFailsOnAHandOver() throws Exception {
        head.tell(finished(1, 1));
        HeadBlock.Finish second = finished(2, 2);
        assertEquals(Set.of("span 1"), node.head(head, 1));
        owner.receiveMessage();
        node.readingsUntilFailure.set(0);
        head.tell(second);
        owner.expectNoMessage(java.time.Duration.ofMillis(100));
        head.tell(again(second));
        owner.expectMessage(new TraceRange.Finished(0, second.handOverId()));
        assertEquals(Set.of("span 1"), node.head(head, 1));
        assertEquals(Set.of("span 2"), node.head(head, 2));
    }

    /** Wherever it fails around a cut, the next one comes, and what was cut is in one block only. */
    @Test
    void goesOnCuttingAfterItHasFailed() throws Exception {
        for (int reading = 0; reading < 6; reading++) {
            int trace = 10 + reading;
            head.tell(finished(trace, 1));
            assertEquals(Set.of("span 1"), node.head(head, trace));
            node.readingsUntilFailure.set(reading);
            head.tell(new CutAll(node.kit.<AllCut>createTestProbe().getRef()));
            while (node.blocks(trace).isEmpty() || node.readingsUntilFailure.get() >= 0) {
                assertEquals(Set.of("span 1"), node.head(head, trace), "failed at reading " + reading);
                node.passes(1);
            }
            cutAll();
            assertEquals(Set.of("span 1"), node.blocks(trace), "failed at reading " + reading);
        }
    }

    @Test
    void triesAFailedCutAgainAndKeepsItsTraces() throws Exception {
        head.tell(finished(1, 1));
        // A block that cannot be written: the directory of the store is a file for a while.
        Path blocks = directory.resolve("blocks").resolve(ActorFixture.TENANT);
        java.nio.file.Files.deleteIfExists(blocks);
        java.nio.file.Files.writeString(blocks, "in the way");
        head.tell(new CutAll(allCut.getRef()));
        String failure = allCut.receiveMessage().failure();
        assertEquals(false, failure.isEmpty());
        assertEquals(Set.of("span 1"), node.head(head, 1));
        java.nio.file.Files.delete(blocks);
        node.passes(6);
        cutAll();
        assertEquals(Set.of("span 1"), node.blocks(1));
    }

    @Test
    void isCutAtOnceWhenItHoldsNothing() {
        head.tell(new CutAll(allCut.getRef()));
        allCut.expectMessage(new AllCut(""));
        assertEquals(List.of(), List.copyOf(node.db.tenants()));
    }

    private void cutAll() {
        head.tell(new CutAll(allCut.getRef()));
        allCut.expectMessage(new AllCut(""));
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T unset() {
        return null;
    }
}
