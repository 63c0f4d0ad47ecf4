package tempo.distributor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.ManualTime;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.Receptionist;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tempo.ingester.Ingester;
import tempo.ingester.Ingester.Push;
import tempo.ingester.Ingester.PushMany;
import tempo.ingester.Ingester.PushOutcome;
import tempo.ingester.Ingester.Pushed;
import tempo.ingester.Ingester.PushedMany;
import tempo.ingester.Ingester.ToInbox;
import tempo.ingester.Ingester.ToRange;
import tempo.ingester.Ingester.Warm;
import tempo.ingester.Ingester.WarmUp;
import tempo.span.Refusal;
import tempo.span.SplitRequest.RangeBatch;

/** What a distributor sends to whom, and when an export has ended; ingesters are played by the test, as are clock and timers. */
@Timeout(60)
final class PendingExportsTest {
    private static final long DEADLINE_MILLIS = 5_000;

    private final ActorTestKit kit = ActorTestKit.create(
            "distributor",
            ManualTime.config()
                    .withFallback(ConfigFactory.parseString("akka.loglevel = OFF"))
                    .withFallback(ConfigFactory.defaultReferenceUnresolved())
                    .resolve());
    private final ManualTime time = ManualTime.get(kit.system());
    private final AtomicLong millis = new AtomicLong(1_000_000);
    private final TestProbe<ToRange> region = kit.createTestProbe();
    private final Map<ActorRef<ToInbox>, String> nodes = new ConcurrentHashMap<>();
    private final TestProbe<ToInbox> b = inbox("b");
    private final TestProbe<ToInbox> c = inbox("c");
    private final ActorRef<PendingExports.Command> exports = kit.spawn(PendingExports.create(
            new DistributorConfig(region.getRef(), "a", 4, DEADLINE_MILLIS, 1_000, millis::get),
            inbox -> nodes.getOrDefault(inbox, "?")));

    private TestProbe<ToInbox> inbox(String node) {
        TestProbe<ToInbox> probe = kit.createTestProbe();
        nodes.put(probe.getRef(), node);
        kit.system().receptionist().tell(Receptionist.register(Ingester.INBOX, probe.getRef()));
        return probe;
    }

    /** Until both ingesters are known a push that no owner answers goes nowhere. */
    @BeforeEach
    void learnWhoOwnsRangeOne() throws Exception {
        TestProbe<Receptionist.Listing> listings = kit.createTestProbe();
        kit.system().receptionist().tell(Receptionist.subscribe(Ingester.INBOX, listings.getRef()));
        while (listings.receiveMessage().getServiceInstances(Ingester.INBOX).size() < 2) {
            // The next listing has more.
        }
        CompletableFuture<Optional<Refusal>> stored = export(1);
        Push push = region.expectMessageClass(Push.class);
        push.replyTo().tell(new Pushed(push.pushId(), 1, PushOutcome.DURABLE, "b"));
        assertEquals(Optional.empty(), stored.get(10, TimeUnit.SECONDS));
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    @Test
    void pushesForOneNodeTravelTogetherAndTheExportEndsWithTheLastOfThem() throws Exception {
        CompletableFuture<Optional<Refusal>> stored = export(1, 1, 1);
        PushMany many = b.expectMessageClass(PushMany.class);
        assertEquals(3, many.entries().size());
        assertFalse(many.entries().get(0).toHead());
        reply(many, 0, PushOutcome.DURABLE, "b");
        reply(many, 1, PushOutcome.DURABLE, "b");
        assertFalse(stored.isDone());
        reply(many, 2, PushOutcome.DURABLE, "b");
        assertEquals(Optional.empty(), stored.get(10, TimeUnit.SECONDS));
    }

    @Test
    void anOwnerThatDoesNotAnswerIsPassedOverAndNotWaitedForAgainUntilItAnswers() throws Exception {
        CompletableFuture<Optional<Refusal>> stored = export(1);
        b.expectMessageClass(PushMany.class);
        passes(1_200);
        PushMany kept = c.expectMessageClass(PushMany.class);
        assertTrue(kept.entries().get(0).toHead());
        reply(kept, 0, PushOutcome.DURABLE, "");
        assertEquals(Optional.empty(), stored.get(10, TimeUnit.SECONDS));

        // Whether the owner was found to be late before the last look or after it is not said.
        passes(2_000);
        WarmUp probe = region.expectMessageClass(WarmUp.class);
        export(1);
        TestProbe<ToInbox> first =
                tempo.placement.Rendezvous.order("1", List.of("b", "c")).get(0).equals("b") ? b : c;
        assertTrue(first.expectMessageClass(PushMany.class).entries().get(0).toHead());
        probe.replyTo().tell(new Warm(1));
        export(1);
        region.fishForMessage(
                Duration.ofSeconds(10),
                message -> message instanceof Push
                        ? akka.actor.testkit.typed.javadsl.FishingOutcomes.complete()
                        : akka.actor.testkit.typed.javadsl.FishingOutcomes.continueAndIgnore());
    }

    @Test
    void aLateAnswerOfTheOwnerCountsToo() throws Exception {
        CompletableFuture<Optional<Refusal>> stored = export(1);
        PushMany many = b.expectMessageClass(PushMany.class);
        passes(1_200);
        PushMany kept = c.expectMessageClass(PushMany.class);
        reply(many, 0, PushOutcome.DURABLE, "b");
        assertEquals(Optional.empty(), stored.get(10, TimeUnit.SECONDS));
        reply(kept, 0, PushOutcome.DURABLE, "");
        export(1);
        assertFalse(b.expectMessageClass(PushMany.class).entries().get(0).toHead(), "it answers again");
    }

    @Test
    void aFullOwnerIsPassedOverAtOnce() throws Exception {
        CompletableFuture<Optional<Refusal>> stored = export(1);
        reply(b.expectMessageClass(PushMany.class), 0, PushOutcome.FULL, "b");
        PushMany kept = c.expectMessageClass(PushMany.class);
        reply(kept, 0, PushOutcome.DURABLE, "");
        assertEquals(Optional.empty(), stored.get(10, TimeUnit.SECONDS));
    }

    @Test
    void theClientHearsThatAllAreFull() throws Exception {
        CompletableFuture<Optional<Refusal>> stored = export(1);
        reply(b.expectMessageClass(PushMany.class), 0, PushOutcome.FULL, "b");
        reply(c.expectMessageClass(PushMany.class), 0, PushOutcome.FULL, "c");
        assertEquals(Optional.of(Refusal.STORAGE_FULL), stored.get(10, TimeUnit.SECONDS));
    }

    @Test
    void anExportThatNobodyAnswersEndsAtItsDeadline() throws Exception {
        CompletableFuture<Optional<Refusal>> stored = export(1);
        passes(DEADLINE_MILLIS + 200);
        assertEquals(Optional.of(Refusal.UNAVAILABLE), stored.get(10, TimeUnit.SECONDS));
    }

    private CompletableFuture<Optional<Refusal>> export(int... ranges) {
        List<RangeBatch> batches = java.util.Arrays.stream(ranges)
                .mapToObj(range -> new RangeBatch(range, new byte[10], 1, 1))
                .toList();
        CompletableFuture<Optional<Refusal>> stored = new CompletableFuture<>();
        exports.tell(new PendingExports.Export("tenant", batches, stored));
        return stored;
    }

    private static void reply(PushMany many, int index, PushOutcome outcome, String owner) {
        PushMany.Entry entry = many.entries().get(index);
        many.replyTo().tell(new PushedMany(List.of(new Pushed(entry.pushId(), entry.range(), outcome, owner))));
    }

    private void passes(long duration) {
        for (long passed = 0; passed < duration; passed += 100) {
            millis.addAndGet(100);
            time.timePasses(Duration.ofMillis(100));
        }
    }
}
