package tempo.ingester;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.Done;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.util.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tempo.ingester.Ingester.PushMany;
import tempo.ingester.Ingester.PushOutcome;
import tempo.ingester.Ingester.Pushed;
import tempo.ingester.Ingester.PushedMany;
import tempo.ingester.Ingester.ToHead;
import tempo.ingester.Ingester.ToInbox;
import tempo.ingester.Ingester.ToRange;
import tempo.tempodb.wal.LocalWalDisk;

@Timeout(60)
final class InboxTest {
    @TempDir
    private Path directory = Path.of("unset");

    private ActorFixture node = unset();
    private TestProbe<PushedMany> replies = unset();
    private ActorRef<ToHead> head = unset();
    private ActorRef<ToInbox> inbox = unset();

    @BeforeEach
    void start() throws IOException {
        node = new ActorFixture(directory, new LocalWalDisk(directory.resolve("wal")), ActorFixture.LOG);
        replies = node.kit.createTestProbe();
        head = node.head();
        ActorRef<ToRange> range = node.range(head);
        inbox = node.kit.spawn(Inbox.create(range, head, node.resources));
    }

    @AfterEach
    void close() throws IOException {
        node.close();
    }

    @Test
    void pushesOfOneMessageGoToTheirOwnersAndAreAllAnswered() {
        inbox.tell(new PushMany(List.of(entry(1, 1, false), entry(2, 2, false)), replies.getRef()));
        assertEquals(
                Set.of(new Pushed(1, 0, PushOutcome.DURABLE, "node"), new Pushed(2, 0, PushOutcome.DURABLE, "node")),
                Set.copyOf(answers(2)));
    }

    @Test
    void whatHasNoOwnerIsFoundInTheHeadBlockOnceItIsAcknowledgedAndIsCutWithIt() throws Exception {
        inbox.tell(new PushMany(List.of(entry(3, 7, true)), replies.getRef()));
        assertEquals(List.of(new Pushed(7, 0, PushOutcome.DURABLE, "")), answers(1));
        assertEquals(Set.of("span 7"), node.head(head, 3));
        TestProbe<Ingester.AllCut> cut = node.kit.createTestProbe();
        head.tell(new Ingester.CutAll(cut.getRef()));
        assertEquals("", cut.receiveMessage().failure());
        assertEquals(Set.of("span 7"), node.blocks(3));
    }

    @Test
    void aNodeThatLeavesTakesNothingForOthersAnyMore() throws Exception {
        CompletableFuture<Done> nothingOnItsWay = new CompletableFuture<>();
        inbox.tell(new PushMany(List.of(entry(1, 1, true)), replies.getRef()));
        inbox.tell(new Inbox.Leave(nothingOnItsWay));
        nothingOnItsWay.get(10, TimeUnit.SECONDS);
        assertEquals(Set.of("span 1"), node.head(head, 1));
        inbox.tell(new PushMany(List.of(entry(1, 2, true), entry(1, 3, false)), replies.getRef()));
        List<Pushed> answers = answers(3);
        assertTrue(answers.contains(new Pushed(2, 0, PushOutcome.FAILED, "")), answers::toString);
        assertTrue(answers.contains(new Pushed(3, 0, PushOutcome.DURABLE, "node")), answers::toString);
    }

    private List<Pushed> answers(int count) {
        List<Pushed> all = new ArrayList<>();
        while (all.size() < count) {
            all.addAll(replies.receiveMessage().replies());
        }
        return all;
    }

    private static PushMany.Entry entry(int trace, int span, boolean toHead) {
        return new PushMany.Entry(
                ActorFixture.TENANT, 0, span, toHead, ByteString.fromArrayUnsafe(Batches.bytes(trace, span)));
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T unset() {
        return null;
    }
}
