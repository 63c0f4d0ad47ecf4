package tempo.tempodb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import tempo.span.TraceKey;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.ArrivalWindow;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockReader;
import tempo.tempodb.block.BlockSalvage;
import tempo.tempodb.block.BlockSpec;

/** Writes what is kept of some blocks into one that replaces them. Thread-safe. */
final class BlockRewrite {
    private final TempoDb db;
    private final Supplier<UUID> blockIds;
    private final ReplacedBlocks replacedBlocks;

    BlockRewrite(TempoDb db, Supplier<UUID> blockIds, ReplacedBlocks replacedBlocks) {
        this.db = db;
        this.blockIds = blockIds;
        this.replacedBlocks = replacedBlocks;
    }

    /** As {@link #run(List, List, Predicate)}, with readers of these blocks. */
    Optional<BlockMeta> run(List<BlockMeta> blocks, Predicate<TraceKey> keeps) throws IOException {
        List<BlockReader> readers = new ArrayList<>();
        for (BlockMeta meta : blocks) {
            readers.add(db.reader(meta));
        }
        return run(blocks, readers, keeps);
    }

    /** Writes those of these blocks anew that hold a key, without it; returns how many these were. */
    int delete(List<BlockMeta> blocks, TraceKey key) throws IOException {
        int rewritten = 0;
        for (BlockMeta meta : blocks) {
            List<byte[]> values = new ArrayList<>();
            if (meta.summary().covers(key)) {
                db.reader(meta).find(key, values);
            }
            if (!values.isEmpty()) {
                run(List.of(meta), other -> !other.equals(key));
                rewritten++;
            }
        }
        return rewritten;
    }

    /**
     * Writes the new block, one level above the others and in the window of the earliest; if nothing is kept, deletes them.
     *
     * @param readers of these blocks
     * @throws IllegalArgumentException if there is no block, or they are of different tenants
     */
    Optional<BlockMeta> run(List<BlockMeta> blocks, List<BlockReader> readers, Predicate<TraceKey> keeps)
            throws IOException {
        if (blocks.stream().map(BlockMeta::tenant).distinct().count() != 1) {
            throw new IllegalArgumentException("blocks of one tenant are wanted, but there are " + blocks.size());
        }
        BlockSpec first = blocks.get(0).spec();
        int level = first.level();
        ArrivalWindow window = first.window();
        List<UUID> replaces = new ArrayList<>();
        for (BlockMeta meta : blocks) {
            level = Math.max(level, meta.spec().level());
            window = meta.spec().window().startSeconds() < window.startSeconds()
                    ? meta.spec().window()
                    : window;
            replaces.add(meta.blockId());
        }
        BlockSpec spec = new BlockSpec(
                first.tenant(), blockIds.get(), window, level + 1, first.writerEpoch(), replaces, first.content());
        try (BlockBuilder builder = db.newBlock(spec)) {
            builder.addAll(readers, keeps);
            if (builder.entries() > 0) {
                return Optional.of(builder.commit());
            }
        }
        replacedBlocks.removeWithReplaced(blocks);
        return Optional.empty();
    }

    /** Writes what is whole of a damaged block, if anything is. */
    SalvageResult salvage(BlockMeta block, ObjectStore store) throws IOException {
        String name = block.spec().dataName();
        BlockSalvage salvage = BlockSalvage.scan(
                block.blockId(),
                block.spec().content(),
                (offset, length) -> store.read(name, offset, length),
                store.head(name).bytes());
        Optional<BlockReader> reader = salvage.reader();
        Optional<BlockMeta> written =
                reader.isPresent() ? run(List.of(block), List.of(reader.get()), key -> true) : Optional.empty();
        return new SalvageResult(written, salvage.report());
    }
}
