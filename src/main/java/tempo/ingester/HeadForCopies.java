package tempo.ingester;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.util.ByteString;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import tempo.ingester.Ingester.AllCut;
import tempo.ingester.Ingester.CutAll;
import tempo.ingester.Ingester.ToHead;
import tempo.ingester.copies.WalCopies;
import tempo.tempodb.wal.Wal;

/** Where spans of other nodes' logs go: into this node's log, and from there into its head block. */
final class HeadForCopies implements WalCopies.Head {
    private static final Duration CUT_TIMEOUT = Duration.ofSeconds(115);

    private final ActorSystem<?> system;
    private final Wal wal;
    private final ActorRef<ToHead> head;

    HeadForCopies(ActorSystem<?> system, Wal wal, ActorRef<ToHead> head) {
        this.system = system;
        this.wal = wal;
        this.head = head;
    }

    @Override
    public CompletionStage<Boolean> keep(String tenant, ByteString batch) {
        CompletableFuture<Boolean> kept = new CompletableFuture<>();
        wal.append(new PushAppend(
                tenant,
                batch,
                position -> head.tell(new HeadBlock.Keep(tenant, batch, position, () -> kept.complete(true))),
                reason -> kept.complete(false)));
        return kept;
    }

    @Override
    public CompletionStage<Boolean> cut() {
        return AskPattern.<ToHead, AllCut>ask(head, CutAll::new, CUT_TIMEOUT, system.scheduler())
                .thenApply(cut -> cut.failure().isEmpty());
    }
}
