package tempo.placement;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Highest random weight hashing (Thaler and Ravishankar, 1998): everybody who knows the same nodes puts them into the same order for a
 * subject, each order is as likely as any other, and a node that comes or goes leaves the order of the others as it is.
 */
public final class Rendezvous {
    private Rendezvous() {}

    /** The nodes in their order for a subject. */
    public static List<String> order(String subject, Collection<String> nodes) {
        List<String> ordered = new ArrayList<>(nodes);
        long seed = hash(subject);
        ordered.sort(Comparator.comparingLong((String node) -> mix(seed ^ hash(node)))
                .thenComparing(Comparator.naturalOrder()));
        return ordered;
    }

    /** FNV-1a: the same on every machine and in every version. */
    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return mix(hash);
    }

    /** The finalizer of MurmurHash3. */
    private static long mix(long value) {
        long mixed = value;
        mixed = (mixed ^ mixed >>> 33) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ mixed >>> 33;
    }
}
