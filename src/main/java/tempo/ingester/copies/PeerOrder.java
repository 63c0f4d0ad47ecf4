package tempo.ingester.copies;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tempo.placement.Rendezvous;

/**
 * Which peers come first for the copies of a node: in rendezvous order, those of other zones before those of its own, and those of
 * different zones before two of the same.
 */
final class PeerOrder {
    private PeerOrder() {}

    /**
     * The peers in their order.
     *
     * @param node whose copies
     * @param zone where it is; empty if that is not known
     * @param peers by address, with their zones
     */
    static List<String> of(String node, String zone, Map<String, String> peers) {
        List<String> ranked = Rendezvous.order(node, peers.keySet());
        Map<String, Set<String>> byZone = new HashMap<>();
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();
        List<String> last = new ArrayList<>();
        for (String peer : ranked) {
            String theirs = peers.getOrDefault(peer, "");
            boolean another = !theirs.isEmpty() && !theirs.equals(zone);
            Set<String> seen = byZone.computeIfAbsent(theirs, name -> new HashSet<>());
            List<String> list = !another ? last : seen.isEmpty() ? first : second;
            seen.add(peer);
            list.add(peer);
        }
        first.addAll(second);
        first.addAll(last);
        return first;
    }
}
