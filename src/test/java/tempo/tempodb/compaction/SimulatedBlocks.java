package tempo.tempodb.compaction;

import java.util.List;
import java.util.UUID;
import tempo.span.TraceKey;
import tempo.tempodb.block.ArrivalWindow;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockSpec;
import tempo.tempodb.block.BlockSummary;

/** Commit records of blocks that are nowhere. */
final class SimulatedBlocks {
    private static final int FOOTER_BYTES = 200;
    private static final int TAIL_BYTES = 4096;
    private static final int LEAST_BYTES = 8192;

    private long count;

    UUID nextId() {
        return new UUID(0, ++count);
    }

    /** A block of level 0 whose keys are of one of so many equal ranges. */
    BlockMeta cut(String tenant, ArrivalWindow window, int range, int ranges, long bytes) {
        BlockSpec spec = BlockSpec.cut(tenant, nextId(), window, BlockContent.SPANS);
        long width = Long.divideUnsigned(-1, ranges);
        return block(spec, new TraceKey(range * width, 0), new TraceKey(range * width + width - 1, -1), bytes);
    }

    /** What a merge makes of its inputs, if it saves nothing. */
    BlockMeta merged(Merge merge) {
        List<BlockMeta> inputs = merge.inputs();
        TraceKey min = inputs.get(0).summary().keyMin();
        TraceKey max = inputs.get(0).summary().keyMax();
        for (BlockMeta input : inputs) {
            min = input.summary().keyMin().compareTo(min) < 0 ? input.summary().keyMin() : min;
            max = input.summary().keyMax().compareTo(max) > 0 ? input.summary().keyMax() : max;
        }
        return block(merge.output(nextId(), 0), min, max, merge.bytes());
    }

    private static BlockMeta block(BlockSpec spec, TraceKey min, TraceKey max, long bytes) {
        long start = spec.window().startSeconds() * 1_000_000_000;
        long dataBytes = Math.max(LEAST_BYTES, bytes);
        return new BlockMeta(
                spec,
                new BlockSummary(
                        min, max, start, start, 1, 1, 1, bytes, dataBytes, dataBytes - TAIL_BYTES, FOOTER_BYTES, 0));
    }
}
