package tempo.distributor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import tempo.span.MalformedProtobufException;
import tempo.span.Refusal;
import tempo.span.RequestSplitter;
import tempo.span.SpanLimits;
import tempo.span.SplitRequest;
import tempo.telemetry.Metrics;

/**
 * Takes export requests as OTLP bytes: splits them by trace, sends each range's slices to its owner, and says how it ended when
 * every slice is durable or the deadline has passed. Thread-safe.
 */
public final class Distributor {
    /** A request whose actor failed is answered all the same, after this many deadlines. */
    private static final int GIVE_UP_DEADLINES = 3;

    private final ActorRef<PendingExports.Command> pending;
    private final long giveUpMillis;
    private final Metrics metrics;
    private final ThreadLocal<RequestSplitter> splitters;

    private Distributor(
            ActorRef<PendingExports.Command> pending,
            long giveUpMillis,
            Metrics metrics,
            int rangeCount,
            SpanLimits limits) {
        this.pending = pending;
        this.giveUpMillis = giveUpMillis;
        this.metrics = metrics;
        this.splitters = ThreadLocal.withInitial(() -> new RequestSplitter(rangeCount, limits));
    }

    /** Starts the distributor of this node. */
    public static Distributor start(
            ActorSystem<?> system, DistributorConfig config, SpanLimits limits, Metrics metrics) {
        ActorRef<PendingExports.Command> pending =
                system.systemActorOf(PendingExports.create(config), "distributor", Props.empty());
        return new Distributor(
                pending, GIVE_UP_DEADLINES * config.deadlineMillis(), metrics, config.rangeCount(), limits);
    }

    /**
     * Takes one request: an {@code ExportTraceServiceRequest} in {@code bytes[offset..offset + length)}, which may be reused as
     * soon as this returns. The result always comes, and never as a failed stage.
     */
    public CompletionStage<ExportResult> export(String tenant, byte[] bytes, int offset, int length) {
        SplitRequest split;
        try {
            split = splitters.get().split(bytes, offset, length);
        } catch (MalformedProtobufException malformed) {
            return CompletableFuture.completedFuture(
                    ExportResult.failed(Refusal.MALFORMED_REQUEST, String.valueOf(malformed.getMessage())));
        }
        int refused = split.refused();
        long acceptable = length - split.refusedBytes();
        metrics.received(tenant, (long) split.accepted() + refused, length);
        for (Refusal reason : Refusal.values()) {
            int count = split.refusedByReason()[reason.ordinal()];
            if (count > 0) {
                metrics.refused(tenant, reason.label(), count, split.refusedBytesByReason()[reason.ordinal()]);
            }
        }
        if (split.batches().isEmpty()) {
            metrics.accepted(tenant, 0, acceptable);
            return CompletableFuture.completedFuture(new ExportResult(0, refused, split.firstRefusal(), "", false));
        }
        CompletableFuture<Optional<Refusal>> stored = new CompletableFuture<Optional<Refusal>>()
                .completeOnTimeout(Optional.of(Refusal.UNAVAILABLE), giveUpMillis, TimeUnit.MILLISECONDS);
        pending.tell(new PendingExports.Export(tenant, split.batches(), stored));
        return stored.thenApply(failure -> {
            if (failure.isPresent()) {
                metrics.refused(tenant, failure.get().label(), split.accepted(), acceptable);
                return ExportResult.failed(failure.get(), "");
            }
            metrics.accepted(tenant, split.accepted(), acceptable);
            return new ExportResult(split.accepted(), refused, split.firstRefusal(), "", false);
        });
    }
}
