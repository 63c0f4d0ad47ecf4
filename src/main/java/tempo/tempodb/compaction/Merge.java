package tempo.tempodb.compaction;

import java.util.List;
import java.util.UUID;
import tempo.tempodb.block.ArrivalWindow;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockSpec;

/**
 * Blocks that are to become one.
 *
 * @param window the one of the block that they become
 * @param inputs at least one, of one tenant and of the same content; one alone is written anew for what is left of it
 */
record Merge(ArrivalWindow window, List<BlockMeta> inputs) {
    Merge {
        inputs = List.copyOf(inputs);
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("a merge needs a block");
        }
    }

    String tenant() {
        return inputs.get(0).tenant();
    }

    long bytes() {
        long bytes = 0;
        for (BlockMeta input : inputs) {
            bytes += input.summary().dataBytes();
        }
        return bytes;
    }

    /** What the new block is, one level above the others. */
    BlockSpec output(UUID blockId, long writerEpoch) {
        int level = 0;
        for (BlockMeta input : inputs) {
            level = Math.max(level, input.spec().level() + 1);
        }
        return new BlockSpec(
                tenant(),
                blockId,
                window,
                level,
                writerEpoch,
                inputs.stream().map(BlockMeta::blockId).toList(),
                inputs.get(0).spec().content());
    }
}
