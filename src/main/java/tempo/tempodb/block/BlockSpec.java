package tempo.tempodb.block;

import java.util.List;
import java.util.UUID;

/**
 * What is known of a block before its first trace.
 *
 * @param level 0 for a block that was cut from a head, one more for each compaction
 * @param writerEpoch rises when the right to write passes to another; fences a worker that was given up
 * @param replaces blocks whose content is in this one; readers that see this one ignore them; at most {@value #REPLACES_MAX}
 * @param content what its values are
 */
public record BlockSpec(
        String tenant,
        UUID blockId,
        ArrivalWindow window,
        int level,
        long writerEpoch,
        List<UUID> replaces,
        BlockContent content) {
    /** So that a commit record stays small. */
    public static final int REPLACES_MAX = 10_000;

    public BlockSpec {
        BlockNames.requireTenant(tenant);
        replaces = List.copyOf(replaces);
        if (level < 0 || writerEpoch < 0) {
            throw new IllegalArgumentException(
                    "level and writer epoch must not be negative but are " + level + " and " + writerEpoch);
        }
        if (replaces.size() > REPLACES_MAX || replaces.contains(blockId)) {
            throw new IllegalArgumentException("block " + blockId + " must replace at most " + REPLACES_MAX
                    + " other blocks and not itself, but replaces " + replaces.size());
        }
    }

    /** A block of level 0 and epoch 0 that replaces none. */
    public static BlockSpec cut(String tenant, UUID blockId, ArrivalWindow window, BlockContent content) {
        return new BlockSpec(tenant, blockId, window, 0, 0, List.of(), content);
    }

    /** Name of the data object. */
    public String dataName() {
        return BlockNames.data(tenant, window, blockId);
    }

    /** Name of the commit record. */
    public String metaName() {
        return BlockNames.meta(tenant, window, blockId);
    }
}
