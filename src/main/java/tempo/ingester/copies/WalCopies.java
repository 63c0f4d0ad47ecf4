package tempo.ingester.copies;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.receptionist.Receptionist;
import akka.util.ByteString;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import tempo.ingester.copies.Copies.ToKeeper;
import tempo.telemetry.Metrics;
import tempo.tempodb.wal.Wal;

/**
 * The copies of this node's write-ahead log in other nodes' logs, and what it holds of theirs. Every ingester holds copies for
 * others, whatever its own settings. Thread-safe.
 */
public final class WalCopies {
    private final ActorRef<ToKeeper> keeper;

    private WalCopies(ActorRef<ToKeeper> keeper) {
        this.keeper = keeper;
    }

    /** Where spans go whose node is gone. */
    public interface Head {
        /** Logs a batch here and puts it into the head block; completes with false if that could not be done now. */
        CompletionStage<Boolean> keep(String tenant, ByteString batch);

        /** Cuts all that is in the head block; completes with false if that could not be done now. */
        CompletionStage<Boolean> cut();
    }

    /**
     * What it is made of.
     *
     * @param wal this node's log
     * @param copies in how many logs each record is, this one included
     * @param found copies that the log held when it was opened
     * @param owed what is known of all logs
     * @param disk threads that may block
     * @param clock milliseconds that never go back
     */
    public record Parts(
            Wal wal,
            int copies,
            NodeIdentity identity,
            FoundCopies found,
            Head head,
            OwedLogs owed,
            Executor disk,
            LongSupplier clock,
            Metrics metrics) {}

    /** Starts it on an ingester. */
    public static WalCopies start(ActorSystem<?> system, Parts parts) {
        Facts facts = parts.owed().facts();
        facts.tell(LogFacts.open(facts.self(), parts.identity().node(), parts.copies()));
        ActorRef<ToKeeper> keeper = system.systemActorOf(CopyKeeper.create(parts), "copy-keeper", Props.empty());
        system.receptionist().tell(Receptionist.register(Copies.KEEPER, keeper));
        return new WalCopies(keeper);
    }

    /**
     * Has a record of this node's log copied.
     *
     * @param result hears how it went, in another thread
     */
    public void copy(String tenant, long position, ByteString batch, Consumer<CopyResult> result) {
        keeper.tell(new CopyKeeper.Copy(new CopiedRecord(tenant, position, batch), result));
    }

    /** Whether a record that was found in the log is a copy of another's: then it is for {@link FoundCopies}. */
    public static boolean isCopy(String tenant) {
        return CopyLabel.is(tenant);
    }

    /** Copies that the log held when it was opened. */
    public static final class FoundCopies {
        private final HeldCopies held = new HeldCopies();

        /** Takes a record for which {@link #isCopy} is true. */
        public void add(String label, long position, ByteBuffer payload) {
            held.log(CopyLabel.log(label)).found(CopiedRecords.lastPosition(payload), position);
        }

        HeldCopies held() {
            return held;
        }
    }
}
