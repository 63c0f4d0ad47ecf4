package tempo.tempodb.blocklist;

import java.util.List;
import tempo.tempodb.block.BlockMeta;

/**
 * The blocks of a tenant at one moment.
 *
 * @param visible blocks to query: committed and replaced by none of the others
 * @param replaced committed blocks whose content is in another; to be deleted once no query can use them any more
 * @param unreadable commit records that could not be read
 */
public record TenantBlocks(List<BlockMeta> visible, List<BlockMeta> replaced, List<UnreadableMeta> unreadable) {
    static final TenantBlocks NONE = new TenantBlocks(List.of(), List.of(), List.of());

    public TenantBlocks {
        visible = List.copyOf(visible);
        replaced = List.copyOf(replaced);
        unreadable = List.copyOf(unreadable);
    }
}
