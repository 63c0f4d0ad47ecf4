package tempo.tempodb;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockSource;
import tempo.tempodb.block.BlockTail;

/** Tails of the blocks most recently asked, up to a number of bytes. Thread-safe; two threads may read the same tail at once. */
final class TailCache {
    private final long bytesMax;
    private final Map<UUID, BlockTail> tails = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;
    private long hits;
    private long misses;

    TailCache(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** The block's tail, read from {@code source} if it is not here. */
    BlockTail get(BlockMeta meta, BlockSource source) throws IOException {
        synchronized (this) {
            BlockTail cached = tails.get(meta.blockId());
            if (cached != null) {
                hits++;
                return cached;
            }
            misses++;
        }
        return load(meta, source);
    }

    /** The block's tail if it is here. */
    synchronized @Nullable BlockTail peek(BlockMeta meta) {
        BlockTail cached = tails.get(meta.blockId());
        hits += cached == null ? 0 : 1;
        return cached;
    }

    /** The block's tail, read again from {@code source}. */
    BlockTail load(BlockMeta meta, BlockSource source) throws IOException {
        BlockTail tail = BlockTail.read(meta, source);
        put(tail);
        return tail;
    }

    synchronized long bytes() {
        return bytes;
    }

    synchronized long hits() {
        return hits;
    }

    synchronized long misses() {
        return misses;
    }

    private synchronized void put(BlockTail tail) {
        BlockTail old = tails.put(tail.blockId(), tail);
        bytes += tail.memoryBytes() - (old == null ? 0 : old.memoryBytes());
        Iterator<BlockTail> eldestFirst = tails.values().iterator();
        while (bytes > bytesMax && eldestFirst.hasNext()) {
            bytes -= eldestFirst.next().memoryBytes();
            eldestFirst.remove();
        }
    }
}
