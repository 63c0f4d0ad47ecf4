package tempo.ingester.copies;

import java.util.HashSet;
import java.util.Set;

/**
 * Keeps the facts true of who may hold copies of this node's log. When a holder has gone, what only it held has one copy less: a
 * while later, when all of that is finished, the head block is cut, and then the holder is none any more. Not thread-safe.
 */
final class HolderFacts {
    /** Traces are finished after this, by their age. */
    private static final long FINISHED_MILLIS = 65_000;

    private final Facts facts;
    private final Runnable cut;
    private final Set<String> told = new HashSet<>();
    private long cutAtMillis = -1;
    private Set<String> goneBefore = Set.of();

    HolderFacts(Facts facts, Runnable cut) {
        this.facts = facts;
        this.cut = cut;
    }

    /** A chunk goes to this peer. */
    void sentTo(String peer) {
        if (told.add(peer)) {
            facts.tell(LogFacts.holds(facts.self(), peer));
        }
    }

    /**
     * Looks at the time.
     *
     * @param holders who may hold something that is not in blocks
     * @param reachable who can be reached
     */
    void tick(Set<String> holders, Set<String> reachable, long nowMillis) {
        Set<String> gone = new HashSet<>(holders);
        gone.removeAll(reachable);
        if (!goneBefore.containsAll(gone)) {
            cutAtMillis = nowMillis + FINISHED_MILLIS;
        }
        goneBefore = gone;
        if (cutAtMillis >= 0 && nowMillis >= cutAtMillis) {
            cutAtMillis = -1;
            cut.run();
        }
        for (String holder : facts.known().holders(facts.self())) {
            if (!holders.contains(holder)) {
                told.remove(holder);
                facts.retract(LogFacts.holds(facts.self(), holder));
            }
        }
    }
}
