package tempo.tempodb;

import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockPart;
import tempo.tempodb.block.BlockSource;
import tempo.tempodb.block.DecodedParts;
import tempo.tempodb.block.MergedDirectory;
import tempo.tempodb.cache.PageCache;
import tempo.tempodb.cache.PageKind;
import tempo.tempodb.cache.RangeReader;

/** Ranges of blocks' data objects, through the page cache if there is one. Thread-safe. */
final class BlockObjects {
    private final ObjectStore store;
    private final Optional<PageCache> cache;
    private final DecodedParts parts;

    /** @param parts what is decoded of the blocks: forgotten with them */
    BlockObjects(ObjectStore store, Optional<PageCache> cache, DecodedParts parts) {
        this.parts = parts;
        this.store = store;
        this.cache = cache;
    }

    /** Reads exactly {@code length} bytes from {@code offset}. */
    byte[] read(BlockMeta meta, BlockPart part, long offset, int length) throws IOException {
        if (cache.isEmpty()) {
            return store.read(meta.spec().dataName(), offset, length);
        }
        return cache.get().read(meta.blockId(), meta.summary().dataBytes(), offset, length, kindOf(part), from(meta));
    }

    /** As {@link #read}, from the store whatever is cached, which is forgotten: for who was given what cannot be right. */
    byte[] reread(BlockMeta meta, BlockPart part, long offset, int length) throws IOException {
        if (cache.isEmpty()) {
            return store.read(meta.spec().dataName(), offset, length);
        }
        return cache.get().reread(meta.blockId(), meta.summary().dataBytes(), offset, length, kindOf(part), from(meta));
    }

    /** Forgets a block that is gone. */
    void forget(UUID block) {
        parts.forget(block);
        cache.ifPresent(pages -> pages.invalidate(block));
    }

    /** Where a reader gets a block's bytes. Thread-safe. */
    BlockSource of(BlockMeta meta) {
        return new BlockSource() {
            @Override
            public byte[] read(long offset, int length) throws IOException {
                return read(BlockPart.GROUP, offset, length);
            }

            @Override
            public byte[] read(BlockPart part, long offset, int length) throws IOException {
                return BlockObjects.this.read(meta, part, offset, length);
            }
        };
    }

    /** Where a reader gets a merged directory's bytes. Thread-safe. */
    BlockSource of(MergedDirectory directory) {
        RangeReader from = (offset, length) -> store.read(directory.name(), offset, length);
        return new BlockSource() {
            @Override
            public byte[] read(long offset, int length) throws IOException {
                return read(BlockPart.DIRECTORY, offset, length);
            }

            @Override
            public byte[] read(BlockPart part, long offset, int length) throws IOException {
                return cache.isEmpty()
                        ? from.read(offset, length)
                        : cache.get().read(directory.id(), directory.bytes(), offset, length, kindOf(part), from);
            }
        };
    }

    private RangeReader from(BlockMeta meta) {
        return (offset, length) -> store.read(meta.spec().dataName(), offset, length);
    }

    private static PageKind kindOf(BlockPart part) {
        return switch (part) {
            case TAIL -> PageKind.TAIL;
            case DIRECTORY -> PageKind.DIRECTORY;
            case SEGMENT -> PageKind.SEGMENT;
            case STRIP -> PageKind.STRIP;
            case GROUP -> PageKind.GROUP;
        };
    }
}
