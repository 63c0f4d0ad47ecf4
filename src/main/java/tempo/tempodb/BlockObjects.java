package tempo.tempodb;

import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.cache.PageCache;
import tempo.tempodb.cache.PageKind;
import tempo.tempodb.cache.RangeReader;

/** Ranges of blocks' data objects, through the page cache if there is one. Thread-safe. */
final class BlockObjects {
    private final ObjectStore store;
    private final Optional<PageCache> cache;

    BlockObjects(ObjectStore store, Optional<PageCache> cache) {
        this.store = store;
        this.cache = cache;
    }

    /** Reads exactly {@code length} bytes from {@code offset}. */
    byte[] read(BlockMeta meta, long offset, int length) throws IOException {
        if (cache.isEmpty()) {
            return store.read(meta.spec().dataName(), offset, length);
        }
        return cache.get()
                .read(meta.blockId(), meta.summary().dataBytes(), offset, length, kindOf(meta, offset), from(meta));
    }

    /** As {@link #read}, from the store whatever is cached, which is forgotten: for who was given what cannot be right. */
    byte[] reread(BlockMeta meta, long offset, int length) throws IOException {
        if (cache.isEmpty()) {
            return store.read(meta.spec().dataName(), offset, length);
        }
        return cache.get()
                .reread(meta.blockId(), meta.summary().dataBytes(), offset, length, kindOf(meta, offset), from(meta));
    }

    /** Forgets a block that is gone. */
    void forget(UUID block) {
        cache.ifPresent(pages -> pages.invalidate(block));
    }

    private RangeReader from(BlockMeta meta) {
        return (offset, length) -> store.read(meta.spec().dataName(), offset, length);
    }

    /** Segments and strips stand between groups: of these nobody can tell by the offset. */
    private static PageKind kindOf(BlockMeta meta, long offset) {
        return offset >= meta.summary().tailOffset() ? PageKind.TAIL : PageKind.GROUP;
    }
}
