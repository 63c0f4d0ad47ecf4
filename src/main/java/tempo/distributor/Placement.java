package tempo.distributor;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tempo.placement.Rendezvous;

/**
 * Which node a push goes to. The owner of a range is learned from its replies; a range whose owner does not answer goes straight to
 * the head block of another ingester, until its owner answers again. Owning a range saves work, and is never a condition for an OK.
 * Not thread-safe.
 */
final class Placement {
    /** Ingesters asked for one push, the owner included: where all of them are full, so are the others. */
    static final int ATTEMPTS_MAX = 4;

    private final String self;
    private final String[] owners;
    private final BitSet away = new BitSet();

    /** The ingesters in the order of a range, for the ranges that needed it since the ingesters changed. */
    private final Map<Integer, List<String>> orders = new HashMap<>();

    private Set<String> ingesters = new TreeSet<>();

    /** Ways of a push to a node. */
    enum Way {
        /** Through the shard region, which knows the owner or finds out. */
        REGION,
        /** To the node that owned the range when it was last heard of. */
        OWNER,
        /** To a node that does not own the range: into its log and its head block. */
        HEAD,
        /** There is nobody left to ask. */
        NOWHERE
    }

    /**
     * Where to.
     *
     * @param node its name; empty where the way does not need one
     */
    record Target(Way way, String node) {
        private static final Target REGION = new Target(Way.REGION, "");
        private static final Target NOWHERE = new Target(Way.NOWHERE, "");
    }

    /** Of so many ranges, whose owners are not known yet, as this node sees it. */
    Placement(String self, int rangeCount) {
        this.self = self;
        this.owners = new String[rangeCount];
        Arrays.fill(owners, "");
    }

    /** These ingesters can be reached now. */
    void ingesters(Set<String> reachable) {
        ingesters = new TreeSet<>(reachable);
        orders.clear();
    }

    /** A reply came from the owner of a range; an empty name says nothing. */
    void learned(int range, String owner) {
        if (!owner.isEmpty()) {
            owners[range] = owner;
            answers(range);
        }
    }

    /** The range has an owner that answers, whoever it is. */
    void answers(int range) {
        away.clear(range);
    }

    /** The owner of a range did not answer in time. */
    void late(int range) {
        owners[range] = "";
        away.set(range);
    }

    /** Ranges whose owners are to be asked whether they are back. */
    List<Integer> rangesAway() {
        return away.stream().boxed().toList();
    }

    /** Where a push of this range goes first. */
    Target first(int range) {
        if (away.get(range)) {
            Target target = next(range, Set.of());
            return target.way() == Way.NOWHERE ? Target.REGION : target;
        }
        String owner = owners[range];
        if (owner.isEmpty() || owner.equals(self)) {
            return Target.REGION;
        }
        if (ingesters.contains(owner)) {
            return new Target(Way.OWNER, owner);
        }
        late(range);
        return first(range);
    }

    /**
     * Where a push of this range goes after it went to others in vain.
     *
     * @param tried the nodes that it went to
     */
    Target next(int range, Set<String> tried) {
        if (ingesters.size() > 1 && tried.size() < ATTEMPTS_MAX) {
            for (String node : order(range)) {
                if (!tried.contains(node)) {
                    return new Target(Way.HEAD, node);
                }
            }
        }
        return Target.NOWHERE;
    }

    private List<String> order(int range) {
        return orders.computeIfAbsent(range, subject -> Rendezvous.order(subject.toString(), ingesters));
    }

    /** Whom a push through the region went to, as far as that is known. */
    String owner(int range) {
        return owners[range];
    }
}
