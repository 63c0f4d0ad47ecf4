package tempo.distributor;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import tempo.span.Refusal;
import tempo.span.SplitRequest.RangeBatch;

/** An export whose pushes are under way. */
final class PendingExport {
    final String tenant;
    final long startedMillis;
    private final CompletableFuture<Optional<Refusal>> stored;
    private final PendingPush[] pushes;
    private int missing;
    private Optional<Refusal> failure = Optional.empty();

    /** One push of it: to its owner, and to others after that if need be. */
    static final class PendingPush {
        final RangeBatch batch;
        final Set<String> tried = new HashSet<>(2);
        long sentMillis;

        /** To how many it was sent that have not replied. */
        int repliesMissing;

        /** Why it is not durable, as far as that is known. */
        Refusal reason = Refusal.UNAVAILABLE;

        boolean ended;

        PendingPush(RangeBatch batch) {
            this.batch = batch;
        }
    }

    PendingExport(
            String tenant, List<RangeBatch> batches, CompletableFuture<Optional<Refusal>> stored, long startedMillis) {
        this.tenant = tenant;
        this.stored = stored;
        this.startedMillis = startedMillis;
        this.missing = batches.size();
        this.pushes = new PendingPush[batches.size()];
        for (int i = 0; i < pushes.length; i++) {
            pushes[i] = new PendingPush(batches.get(i));
        }
    }

    int pushCount() {
        return pushes.length;
    }

    PendingPush push(int index) {
        return pushes[index];
    }

    /** A push is durable somewhere; returns whether the export has ended with it. */
    boolean durable(PendingPush push) {
        return ended(push);
    }

    /** Nobody is left who could make a push durable; returns whether the export has ended with it. */
    boolean failed(PendingPush push) {
        if (failure.isEmpty()) {
            failure = Optional.of(push.reason);
        }
        return ended(push);
    }

    private boolean ended(PendingPush push) {
        push.ended = true;
        missing--;
        if (missing > 0) {
            return false;
        }
        stored.complete(failure);
        return true;
    }

    /** It takes too long. */
    void giveUp() {
        stored.complete(Optional.of(failure.orElse(Refusal.UNAVAILABLE)));
    }
}
