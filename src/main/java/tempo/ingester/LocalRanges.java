package tempo.ingester;

import akka.actor.typed.ActorRef;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tempo.ingester.Ingester.ToRange;

/** The ranges that live on this node now. Thread-safe. */
final class LocalRanges {
    private final ConcurrentHashMap<Integer, ActorRef<ToRange>> owners = new ConcurrentHashMap<>();
    private final CompletableFuture<Void> noneLeft = new CompletableFuture<>();
    private volatile boolean leaving;

    void started(int range, ActorRef<ToRange> owner) {
        owners.put(range, owner);
    }

    void stopped(int range, ActorRef<ToRange> owner) {
        owners.remove(range, owner);
        tellIfNoneIsLeft();
    }

    /** The owner of a range; null if it does not live here. */
    @Nullable
    ActorRef<ToRange> owner(int range) {
        return owners.get(range);
    }

    /** Those ranges, in order. */
    List<Integer> all() {
        return owners.keySet().stream().sorted().toList();
    }

    /** Completes once no range lives here any more. Only for a node that leaves, where no range can start again. */
    CompletionStage<Void> noneLeft() {
        leaving = true;
        tellIfNoneIsLeft();
        return noneLeft;
    }

    private void tellIfNoneIsLeft() {
        if (leaving && owners.isEmpty()) {
            noneLeft.complete(null);
        }
    }
}
