package tempo.ingester.copies;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts what is held of logs whose nodes are gone into this node's head block, some chunks at a time, has that cut, and then says that
 * it is done. Also has the head block cut for this node's own earlier logs, which were replayed into it. Not thread-safe: the end of
 * each step comes back through {@link #onStep}.
 */
final class Adoption {
    private static final Logger LOG = LoggerFactory.getLogger(Adoption.class);
    private static final int CHUNKS_AT_A_TIME = 16;
    private static final long RETRY_MILLIS = 2_000;

    /** What comes back. */
    sealed interface Step permits Kept, Cut {}

    /** The last chunks of a log are in the head block, or are not. */
    record Kept(String log, long[] positions, boolean kept) implements Step {}

    /** The head block is cut, or is not. */
    record Cut(List<String> adopted, List<String> earlier, boolean cut) implements Step {}

    private final String node;
    private final Facts facts;
    private final HeldCopies held;
    private final HeldRecords records;
    private final WalCopies.Head head;
    private final Executor disk;
    private final Consumer<Step> ended;
    private boolean underWay;
    private long notBeforeMillis;

    /**
     * Of a node with that id.
     *
     * @param ended is told of each step's end, in any thread; it is to be handed to {@link #onStep}
     */
    Adoption(
            String node,
            Facts facts,
            HeldCopies held,
            HeldRecords records,
            WalCopies.Head head,
            Executor disk,
            Consumer<Step> ended) {
        this.node = node;
        this.facts = facts;
        this.held = held;
        this.records = records;
        this.head = head;
        this.disk = disk;
        this.ended = ended;
    }

    /** Begins what is to be done, if nothing is under way. */
    void tick(long nowMillis) {
        if (underWay || nowMillis < notBeforeMillis) {
            return;
        }
        for (String log : held.known()) {
            HeldLog theirs = held.log(log);
            if (theirs.closed() && theirs.count() > 0 && !theirs.pending()) {
                keep(log, theirs.last(CHUNKS_AT_A_TIME));
                return;
            }
        }
        LogFacts known = facts.known();
        List<String> adopted = known.toFinish(node, facts.self(), facts.memberLogs(), held::hasSeen).stream()
                .filter(held::holdsNothingOf)
                .toList();
        List<String> earlier = known.earlier(node, facts.self());
        if (!adopted.isEmpty() || !earlier.isEmpty()) {
            underWay = true;
            head.cut().whenComplete((cut, failure) -> ended.accept(new Cut(adopted, earlier, failure == null && cut)));
        }
    }

    private void keep(String log, long[] positions) {
        underWay = true;
        disk.execute(() -> {
            List<CompletableFuture<Boolean>> kept = new ArrayList<>();
            for (long position : positions) {
                try {
                    for (CopiedRecord record : records.read(position)) {
                        kept.add(head.keep(record.tenant(), record.batch()).toCompletableFuture());
                    }
                } catch (IOException e) {
                    LOG.error("a copy of {} cannot be read, its spans may be missing: {}", log, e.toString());
                }
            }
            CompletableFuture.allOf(kept.toArray(CompletableFuture[]::new)).whenComplete((all, failure) -> {
                boolean every = failure == null && kept.stream().allMatch(CompletableFuture::join);
                ended.accept(new Kept(log, positions, every));
            });
        });
    }

    /** A step has ended. */
    void onStep(Step step, long nowMillis) {
        underWay = false;
        if (step instanceof Kept kept) {
            onKept(kept, nowMillis);
        } else if (step instanceof Cut cut) {
            onCut(cut, nowMillis);
        }
        tick(nowMillis);
    }

    private void onKept(Kept kept, long nowMillis) {
        if (!kept.kept()) {
            notBeforeMillis = nowMillis + RETRY_MILLIS;
            return;
        }
        held.log(kept.log()).dropLast(kept.positions().length);
        for (long position : kept.positions()) {
            records.release(position);
        }
    }

    private void onCut(Cut cut, long nowMillis) {
        if (!cut.cut()) {
            notBeforeMillis = nowMillis + RETRY_MILLIS;
            return;
        }
        for (String log : cut.adopted()) {
            LOG.info("all that this node held of {} is in blocks", log);
            facts.tell(LogFacts.done(log, node));
        }
        cut.earlier().forEach(facts::tellEnded);
    }
}
