package tempo.ingester;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tempo.ingester.Ingester.PushOutcome;
import tempo.ingester.Ingester.Pushed;
import tempo.ingester.Ingester.ToHead;
import tempo.ingester.Ingester.ToRange;
import tempo.tempodb.wal.LocalWalDisk;
import tempo.tempodb.wal.WalConfig;

@Timeout(60)
final class TraceRangeTest {
    private static final Duration QUIET = Duration.ofMillis(100);

    @TempDir
    private Path directory = Path.of("unset");

    private ActorFixture node = unset();

    @AfterEach
    void close() throws IOException {
        node.close();
    }

    @Test
    void acknowledgesOnlyWhatIsDurable() throws Exception {
        GatedDisk disk = new GatedDisk(new LocalWalDisk(directory.resolve("wal")));
        node = new ActorFixture(directory, disk, ActorFixture.LOG);
        ActorRef<ToRange> range = node.range(node.head());
        node.acknowledged(range, 1, 1);
        disk.close();
        range.tell(ActorFixture.push(1, 2, node.pushed.getRef()));
        node.pushed.expectNoMessage(QUIET);
        assertEquals(Set.of("span 1"), node.live(range, 1));
        disk.open();
        node.pushed.expectMessage(new Pushed(2, 0, PushOutcome.DURABLE, "node"));
        assertEquals(Set.of("span 1", "span 2"), node.live(range, 1));
    }

    @Test
    void saysWhenTheLogIsFull() throws Exception {
        WalConfig tiny = new WalConfig(128 << 10, 16 << 20, 0, 64 << 10, 1, Duration.ofMinutes(1));
        GatedDisk disk = new GatedDisk(new LocalWalDisk(directory.resolve("wal")));
        node = new ActorFixture(directory, disk, tiny);
        ActorRef<ToRange> range = node.range(node.head());
        node.acknowledged(range, 1, 1);
        disk.close();
        for (int span = 2; span < 5; span++) {
            range.tell(ActorFixture.push(1, span, node.pushed.getRef()));
        }
        Pushed refused = node.pushed.receiveMessage();
        assertEquals(PushOutcome.FULL, refused.outcome());
        disk.open();
        assertFalse(node.live(range, 1).contains("span " + refused.pushId()));
    }

    @Test
    void saysWhenTheLogFails() throws Exception {
        start();
        ActorRef<ToRange> range = node.range(node.head());
        node.wal.close();
        range.tell(ActorFixture.push(1, 1, node.pushed.getRef()));
        node.pushed.expectMessage(new Pushed(1, 0, PushOutcome.FAILED, "node"));
    }

    @Test
    void losesNoAcknowledgedSpanWhenItFails() throws Exception {
        start();
        ActorRef<ToHead> head = node.head();
        ActorRef<ToRange> range = node.range(head);
        node.acknowledged(range, 1, 1);
        node.readingsUntilFailure.set(0);
        range.tell(ActorFixture.push(1, 2, node.pushed.getRef()));
        // Its slices are in the log but the actor failed before it could say so: the client comes again.
        node.pushed.expectNoMessage(QUIET);
        assertEquals(-1, node.readingsUntilFailure.get());
        node.acknowledged(range, 1, 3);
        assertEquals(Set.of("span 1", "span 3"), node.live(range, 1));
        node.passes(12);
        assertEquals(Set.of("span 1", "span 3"), node.head(head, 1));
    }

    @Test
    void handsIdleTracesOnAndKeepsThemForQueriesThatAreUnderWay() throws Exception {
        start();
        ActorRef<ToHead> head = node.head();
        ActorRef<ToRange> range = node.range(head);
        node.acknowledged(range, 1, 1);
        node.passes(11);
        assertEquals(Set.of("span 1"), node.head(head, 1));
        assertEquals(Set.of("span 1"), node.live(range, 1));
        node.passes(12);
        assertEquals(Set.of(), node.live(range, 1));
        assertEquals(Set.of("span 1"), node.head(head, 1));
    }

    @Test
    void sendsAnUnconfirmedHandOverAgain() throws Exception {
        start();
        TestProbe<ToHead> head = node.kit.createTestProbe();
        ActorRef<ToRange> range = node.range(head.getRef());
        node.acknowledged(range, 1, 1);
        node.passes(11);
        HeadBlock.Finish first = head.expectMessageClass(HeadBlock.Finish.class);
        assertEquals(false, first.again());
        node.passes(7);
        HeadBlock.Finish second = head.expectMessageClass(HeadBlock.Finish.class);
        assertTrue(second.again());
        assertEquals(first.handOverId(), second.handOverId());
        assertEquals(first.traces(), second.traces());
        node.passes(30);
        assertEquals(Set.of("span 1"), node.live(range, 1));
    }

    @Test
    void handOffWaitsForAppendsAndForTheHeadBlock() throws Exception {
        GatedDisk disk = new GatedDisk(new LocalWalDisk(directory.resolve("wal")));
        node = new ActorFixture(directory, disk, ActorFixture.LOG);
        TestProbe<ToHead> head = node.kit.createTestProbe();
        ActorRef<ToRange> range = node.range(head.getRef());
        node.acknowledged(range, 1, 1);
        disk.close();
        range.tell(ActorFixture.push(2, 2, node.pushed.getRef()));
        node.pushed.expectNoMessage(QUIET);
        range.tell(TraceRange.HandOff.INSTANCE);
        head.expectNoMessage(QUIET);
        disk.open();
        node.pushed.expectMessage(new Pushed(2, 0, PushOutcome.DURABLE, "node"));
        HeadBlock.Finish finish = head.expectMessageClass(HeadBlock.Finish.class);
        assertEquals(2, finish.traces().size());
        assertEquals(Set.of("span 2"), node.live(range, 2));
        range.tell(new TraceRange.Finished(0, finish.handOverId()));
        node.pushed.expectTerminated(range);
    }

    @Test
    void figuresCountNothingOfARangeThatHasLeft() throws Exception {
        start();
        TestProbe<ToHead> head = node.kit.createTestProbe();
        ActorRef<ToRange> range = node.range(head.getRef());
        node.acknowledged(range, 1, 1);
        node.passes(1);
        node.live(range, 1);
        assertEquals(1, node.metrics.ingesterFigures().liveTraces());
        range.tell(TraceRange.HandOff.INSTANCE);
        HeadBlock.Finish finish = head.expectMessageClass(HeadBlock.Finish.class);
        range.tell(new TraceRange.Finished(0, finish.handOverId()));
        node.pushed.expectTerminated(range);
        assertEquals(0, node.metrics.ingesterFigures().liveTraces());
        assertEquals(0, node.metrics.ingesterFigures().liveBytes());
    }

    @Test
    void handOffGoesOnAfterAFailure() throws Exception {
        start();
        TestProbe<ToHead> head = node.kit.createTestProbe();
        ActorRef<ToRange> range = node.range(head.getRef());
        node.acknowledged(range, 1, 1);
        range.tell(TraceRange.HandOff.INSTANCE);
        HeadBlock.Finish finish = head.expectMessageClass(HeadBlock.Finish.class);
        node.readingsUntilFailure.set(0);
        range.tell(new TraceRange.Finished(0, finish.handOverId()));
        node.passes(8);
        HeadBlock.Finish again = head.expectMessageClass(HeadBlock.Finish.class);
        range.tell(new TraceRange.Finished(0, again.handOverId()));
        node.pushed.expectTerminated(range);
    }

    @Test
    void givesAllToTheHeadBlockWhenItIsStoppedBeforeTheHandOffIsDone() throws Exception {
        start();
        ActorRef<ToHead> head = node.head();
        ActorRef<ToRange> range = node.range(head);
        node.acknowledged(range, 1, 1);
        node.kit.stop(range);
        assertEquals(Set.of("span 1"), node.head(head, 1));
    }

    @Test
    void saysThatItOwnsTheRangeOnlySinceAShortWhile() throws Exception {
        start();
        ActorRef<ToRange> range = node.range(node.head());
        Ingester.FindLive find = new Ingester.FindLive("tenant", 0, Batches.key(1), 0, node.parts.getRef());
        range.tell(find);
        assertTrue(node.parts.receiveMessage().ownerIsNew());
        node.passes(11);
        range.tell(find);
        assertEquals(false, node.parts.receiveMessage().ownerIsNew());
    }

    private void start() throws IOException {
        node = new ActorFixture(directory, new LocalWalDisk(directory.resolve("wal")), ActorFixture.LOG);
    }

    @SuppressWarnings("NullAway")
    private static ActorFixture unset() {
        return null;
    }
}
