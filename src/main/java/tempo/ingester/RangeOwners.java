package tempo.ingester;

import akka.actor.PoisonPill;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.Adapter;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tempo.ingester.Ingester.ToRange;

/**
 * Whom to ask for the live traces of a range. As long as the node serves, that is the region of Cluster Sharding. Once the node
 * leaves, its region keeps messages for ranges that have been handed over until another node owns them, which is for ever if
 * there is no other node; so then a range that is still here is asked directly, and one that is not holds nothing that is not
 * in the head block. Thread-safe.
 */
public final class RangeOwners {
    private final ActorRef<ToRange> region;
    private final LocalRanges local;
    private final BooleanSupplier otherOwners;
    private final boolean ingester;
    private volatile State state = State.SERVING;

    private enum State {
        SERVING,
        LEAVING,
        LEFT
    }

    /**
     * Answers of {@link #of}.
     *
     * @param toAsk whom to ask; null if nobody has to be asked, or nobody can be
     * @param unreachable true if another node has the range and this one cannot ask it any more
     */
    public record Owner(@Nullable ActorRef<ToRange> toAsk, boolean unreachable) {}

    /**
     * For a node that serves.
     *
     * @param local the ranges that live on this node
     * @param otherOwners true if another node of the cluster may own ranges
     * @param ingester whether this node may own ranges
     */
    RangeOwners(ActorRef<ToRange> region, LocalRanges local, BooleanSupplier otherOwners, boolean ingester) {
        this.ingester = ingester;
        this.region = region;
        this.local = local;
        this.otherOwners = otherOwners;
    }

    /**
     * Whom to ask for the live traces of a range. Ask the head blocks after this: what a range that is not here any more held
     * was in the head block before.
     */
    public Owner of(int range) {
        State now = state;
        if (now == State.SERVING) {
            return ingester || otherOwners.getAsBoolean() ? new Owner(region, false) : new Owner(null, true);
        }
        ActorRef<ToRange> here = local.owner(range);
        if (here != null) {
            return new Owner(here, false);
        }
        if (!otherOwners.getAsBoolean()) {
            return new Owner(null, false);
        }
        return now == State.LEAVING ? new Owner(region, false) : new Owner(null, true);
    }

    /** The node begins to leave. */
    public void leave() {
        state = State.LEAVING;
    }

    /** Completes once this node has handed over all its ranges; only after {@link #leave}. */
    public CompletionStage<Void> handedOver() {
        return local.noneLeft();
    }

    /** Ends the region and the messages that it keeps for ranges that nobody owns; from here on it asks no other node. */
    public void endRegion() {
        state = State.LEFT;
        Adapter.toClassic(region).tell(PoisonPill.getInstance(), akka.actor.ActorRef.noSender());
    }
}
