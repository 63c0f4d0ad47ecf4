package tempo.tempodb.blocklist;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** How much each tenant's index lacks, as far as this node knows. Not thread-safe. */
final class IndexChanges {
    private static final int CHANGES_MIN = 64;
    private static final int BLOCKS_PER_CHANGE = 32;

    private final Map<String, Integer> changes = new HashMap<>();
    private Set<String> stored = Set.of();

    /** A block of this tenant came or went. */
    void changed(String tenant) {
        changes.merge(tenant, 1, Integer::sum);
    }

    /**
     * Takes what a poll found.
     *
     * @param indexes tenants that have an index
     * @param lacking by tenant: blocks that were in no index
     */
    void polled(Set<String> indexes, Map<String, Integer> lacking) {
        stored = Set.copyOf(indexes);
        lacking.forEach((tenant, blocks) -> changes.merge(tenant, blocks, Integer::sum));
    }

    /** True if so much has changed that a start is worth a new index: each block is written to 32 of them at most, as a mean. */
    boolean isDue(String tenant, int blocks) {
        return blocks > 0 && changes.getOrDefault(tenant, 0) >= Math.max(CHANGES_MIN, blocks / BLOCKS_PER_CHANGE);
    }

    /** Begins to count anew. Returns what had changed, to be given back if the index cannot be written. */
    int begin(String tenant) {
        Integer before = changes.remove(tenant);
        return before == null ? 0 : before;
    }

    void failed(String tenant, int before) {
        changes.merge(tenant, before, Integer::sum);
    }

    /** Tenants that have an index and are not among those that have blocks. */
    Set<String> needless(Set<String> withBlocks) {
        Set<String> needless = new HashSet<>(stored);
        needless.removeAll(withBlocks);
        return needless;
    }
}
