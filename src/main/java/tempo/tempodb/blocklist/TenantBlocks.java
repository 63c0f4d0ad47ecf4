package tempo.tempodb.blocklist;

import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import tempo.tempodb.block.ArrivalWindow;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.MergedDirectory;

/**
 * The blocks of a tenant at one moment.
 *
 * @param visible blocks to query: committed, and replaced by none of the others
 * @param replaced committed blocks whose content is in another; to be deleted once no query can use them any more
 * @param quarantined as {@code replaced}, but found damaged: they are kept for longer, for who wants to look into it
 * @param bad those of the visible blocks that were found damaged
 * @param unreadable commit records that could not be read, and something is missing for them
 * @param unreadableReplaced the other ones that could not be read: their blocks' content is in another
 * @param tombstones what is deleted, and not to be seen, in whatever block it is
 * @param directories what tells of many blocks at once whether they may hold a key
 */
public record TenantBlocks(
        List<BlockMeta> visible,
        List<BlockMeta> replaced,
        List<BadBlock> quarantined,
        List<BadBlock> bad,
        List<UnreadableMeta> unreadable,
        List<UnreadableMeta> unreadableReplaced,
        Tombstones tombstones,
        List<MergedDirectory> directories) {
    static final TenantBlocks NONE = new TenantBlocks(
            List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), Tombstones.NONE, List.of());

    public TenantBlocks {
        visible = List.copyOf(visible);
        replaced = List.copyOf(replaced);
        quarantined = List.copyOf(quarantined);
        bad = List.copyOf(bad);
        unreadable = List.copyOf(unreadable);
        unreadableReplaced = List.copyOf(unreadableReplaced);
        directories = List.copyOf(directories);
    }

    /** Those of the visible ones with such content, the one with the newest spans first. */
    public List<BlockMeta> newestOf(BlockContent content) {
        return visible.stream()
                .filter(meta -> meta.spec().content() == content)
                .sorted(Comparator.comparingLong(meta -> -meta.summary().startMax()))
                .toList();
    }

    /**
     * These, without the visible ones that are deleted with their tenant, or whose window {@code isOver}: what queries are to
     * see of them.
     */
    public TenantBlocks without(Predicate<ArrivalWindow> isOver) {
        Predicate<BlockMeta> kept = meta -> !tombstones.hides(meta.spec().window())
                && !isOver.test(meta.spec().window());
        if (visible.stream().allMatch(kept)) {
            return this;
        }
        return new TenantBlocks(
                visible.stream().filter(kept).toList(),
                replaced,
                quarantined,
                bad.stream().filter(each -> kept.test(each.meta())).toList(),
                unreadable,
                unreadableReplaced,
                tombstones,
                directories);
    }
}
