package tempo.ingester.copies;

import akka.actor.typed.ActorRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.ingester.copies.Copies.ToKeeper;
import tempo.tempodb.wal.WalReader;

/**
 * Puts what is held of logs whose nodes are gone into this node's head block, some records at a time, has that cut, and then says that
 * it is done. Also has the head block cut for this node's own earlier logs, which were replayed into it. Used by one actor, to which its
 * steps come back as messages.
 */
final class Adoption {
    private static final Logger LOG = LoggerFactory.getLogger(Adoption.class);
    private static final int RECORDS_AT_A_TIME = 64;
    private static final long RETRY_MILLIS = 2_000;

    /** What comes back. */
    sealed interface Step extends CopyKeeper.Internal permits Kept, Cut {}

    /** The last records of a log are in the head block, or are not. */
    record Kept(String log, long[] positions, boolean kept) implements Step {}

    /** The head block is cut, or is not. */
    record Cut(List<String> adopted, List<String> earlier, boolean cut) implements Step {}

    private final WalCopies.Parts parts;
    private final HeldCopies held;
    private final ActorRef<ToKeeper> keeper;
    private boolean underWay;
    private long notBeforeMillis;

    Adoption(WalCopies.Parts parts, HeldCopies held, ActorRef<ToKeeper> keeper) {
        this.parts = parts;
        this.held = held;
        this.keeper = keeper;
    }

    /** Begins what is to be done, if nothing is under way. */
    void tick(long nowMillis) {
        if (underWay || nowMillis < notBeforeMillis) {
            return;
        }
        for (String log : held.known()) {
            HeldLog records = held.log(log);
            if (records.closed() && records.count() > 0 && !records.pending()) {
                keep(log, records.last(RECORDS_AT_A_TIME));
                return;
            }
        }
        LogFacts facts = parts.owed().facts();
        List<String> adopted = facts
                .toFinish(parts.identity().node(), parts.owed().memberLogs())
                .stream()
                .filter(held::holdsNothingOf)
                .toList();
        List<String> earlier =
                facts.earlier(parts.identity().node(), parts.owed().self());
        if (!adopted.isEmpty() || !earlier.isEmpty()) {
            underWay = true;
            parts.head()
                    .cut()
                    .whenComplete((cut, failure) -> keeper.tell(new Cut(adopted, earlier, failure == null && cut)));
        }
    }

    private void keep(String log, long[] positions) {
        underWay = true;
        parts.disk().execute(() -> {
            List<CompletableFuture<Boolean>> kept = new ArrayList<>();
            WalReader reader = parts.wal().reader();
            for (long position : positions) {
                try {
                    CopiedRecord record = read(reader, position);
                    kept.add(parts.head().keep(record.tenant(), record.batch()).toCompletableFuture());
                } catch (IOException e) {
                    LOG.error("a copy of {} cannot be read, its spans may be missing: {}", log, e.toString());
                }
            }
            CompletableFuture.allOf(kept.toArray(CompletableFuture[]::new)).whenComplete((all, failure) -> {
                boolean every = failure == null && kept.stream().allMatch(CompletableFuture::join);
                keeper.tell(new Kept(log, positions, every));
            });
        });
    }

    private static CopiedRecord read(WalReader reader, long position) throws IOException {
        ByteBuffer payload = reader.read(position);
        return CopyLabel.record(reader.tenant(), payload);
    }

    /** A step has ended. */
    void onStep(Step step, long nowMillis) {
        underWay = false;
        if (step instanceof Kept kept) {
            if (kept.kept()) {
                held.log(kept.log()).dropLast(kept.positions().length);
                for (long position : kept.positions()) {
                    release(position);
                }
            } else {
                notBeforeMillis = nowMillis + RETRY_MILLIS;
            }
        } else if (step instanceof Cut cut) {
            if (cut.cut()) {
                cut.adopted().forEach(log -> {
                    LOG.info("all that this node held of {} is in blocks", log);
                    parts.owed().add(LogFacts.done(log, parts.identity().node()));
                });
                cut.earlier().forEach(parts.owed()::ended);
            } else {
                notBeforeMillis = nowMillis + RETRY_MILLIS;
            }
        }
        tick(nowMillis);
    }

    /** A record of another's log is not needed here any more. */
    void release(long position) {
        try {
            parts.wal().releaseGuest(position, 1);
        } catch (IllegalStateException miscounted) {
            LOG.error("write-ahead log keeps a segment until the next start: {}", miscounted.getMessage());
        }
    }
}
