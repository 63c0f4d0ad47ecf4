package tempo.ingester;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tempo.ingester.Ingester.ToRange;
import tempo.ingester.RangeOwners.Owner;

/** A leaving node is asked for what it still holds, and never waits for an owner that will not come. */
final class RangeOwnersTest {
    private static final Owner NOBODY = new Owner(null, false);

    private final ActorTestKit kit =
            ActorTestKit.create("owners", ConfigFactory.parseString("akka.actor.provider = local"));
    private final ActorRef<ToRange> region = probe();
    private final ActorRef<ToRange> here = probe();
    private final LocalRanges local = new LocalRanges();
    private final AtomicBoolean others = new AtomicBoolean();
    private final RangeOwners owners = new RangeOwners(region, local, others::get, true);

    private ActorRef<ToRange> probe() {
        return kit.<ToRange>createTestProbe(ToRange.class).getRef();
    }

    @AfterEach
    void end() {
        kit.shutdownTestKit();
    }

    @Test
    void aServingNodeAsksTheRegion() {
        local.started(1, here);
        assertEquals(new Owner(region, false), owners.of(1));
        assertEquals(new Owner(region, false), owners.of(2));
    }

    @Test
    void aLeavingNodeAsksItsOwnRangesDirectly() {
        local.started(1, here);
        owners.leave();
        assertEquals(new Owner(here, false), owners.of(1));
    }

    @Test
    void theLastNodeAsksNobodyForARangeThatItHandedOver() {
        local.started(1, here);
        owners.leave();
        local.stopped(1, here);
        assertEquals(NOBODY, owners.of(1));
    }

    @Test
    void whatMovedToAnotherNodeIsAskedForThroughTheRegionWhileThatIsThere() {
        others.set(true);
        owners.leave();
        assertEquals(new Owner(region, false), owners.of(1));
        owners.endRegion();
        assertEquals(new Owner(null, true), owners.of(1));
    }

    @Test
    void handedOverMeansThatNoRangeIsLeft() {
        local.started(1, here);
        local.started(2, here);
        local.stopped(1, here);
        owners.leave();
        CompletableFuture<Void> handedOver = owners.handedOver().toCompletableFuture();
        assertFalse(handedOver.isDone());
        local.stopped(2, here);
        assertTrue(handedOver.isDone());
    }

    @Test
    void anOwnerThatStoppedLateDoesNotHideItsSuccessor() {
        ActorRef<ToRange> successor = probe();
        local.started(1, here);
        local.started(1, successor);
        local.stopped(1, here);
        owners.leave();
        assertEquals(new Owner(successor, false), owners.of(1));
    }

    @Test
    void theRegionEndsWithWhatItKeeps() {
        TestProbe<Object> watcher = kit.createTestProbe();
        owners.endRegion();
        watcher.expectTerminated(region);
    }
}
