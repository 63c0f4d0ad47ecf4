package tempo.tempodb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockNames;
import tempo.tempodb.blocklist.Blocklist;
import tempo.tempodb.blocklist.TenantBlocks;

/**
 * Deletes blocks whose content is in others. A record that replaces others must outlive them, or they would be visible again: so
 * they go in the order of their levels, lowest first.
 */
final class ReplacedBlocks {
    private final ObjectStore store;
    private final Blocklist blocklist;
    private final BlockObjects objects;

    ReplacedBlocks(ObjectStore store, Blocklist blocklist, BlockObjects objects) {
        this.objects = objects;
        this.store = store;
        this.blocklist = blocklist;
    }

    /** Deletes all blocks of a tenant that are replaced; returns how many. */
    int removeAll(String tenant) throws IOException {
        List<BlockMeta> replaced = replaced(tenant);
        remove(replaced);
        return replaced.size();
    }

    /** Deletes these blocks, and before them those that they replace, directly or not. */
    void removeWithReplaced(List<BlockMeta> blocks) throws IOException {
        List<BlockMeta> known = replaced(blocks.get(0).tenant());
        List<BlockMeta> all = new ArrayList<>(blocks);
        Set<UUID> replaced = new HashSet<>();
        for (int i = 0; i < all.size(); i++) {
            replaced.addAll(all.get(i).spec().replaces());
            for (BlockMeta meta : known) {
                if (replaced.contains(meta.blockId()) && !all.contains(meta)) {
                    all.add(meta);
                }
            }
        }
        remove(all);
    }

    private List<BlockMeta> replaced(String tenant) {
        TenantBlocks blocks = blocklist.blocks(tenant);
        List<BlockMeta> all = new ArrayList<>(blocks.replaced());
        blocks.quarantined().forEach(bad -> all.add(bad.meta()));
        return all;
    }

    private void remove(List<BlockMeta> blocks) throws IOException {
        List<BlockMeta> byLevel = new ArrayList<>(blocks);
        byLevel.sort(Comparator.comparingInt(meta -> meta.spec().level()));
        for (BlockMeta meta : byLevel) {
            boolean marked = blocklist.isMarked(meta);
            blocklist.forget(meta);
            store.delete(meta.spec().metaName());
            store.delete(meta.spec().dataName());
            objects.forget(meta.blockId());
            if (marked) {
                store.delete(BlockNames.bad(meta.tenant(), meta.spec().window(), meta.blockId()));
            }
        }
    }
}
