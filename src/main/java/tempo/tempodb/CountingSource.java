package tempo.tempodb;

import java.io.IOException;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockPart;
import tempo.tempodb.block.BlockSource;

/** A block's data object, counting what is read of it. For one thread. */
final class CountingSource implements BlockSource {
    private final BlockObjects objects;
    private final BlockMeta meta;
    private boolean past;
    private long reads;
    private long bytes;

    CountingSource(BlockObjects objects, BlockMeta meta) {
        this.objects = objects;
        this.meta = meta;
    }

    /** From now on, reads go past the cache. */
    void readPastCache() {
        past = true;
    }

    @Override
    public byte[] read(long offset, int length) throws IOException {
        return read(BlockPart.GROUP, offset, length);
    }

    @Override
    public byte[] read(BlockPart part, long offset, int length) throws IOException {
        reads++;
        byte[] range = past ? objects.reread(meta, part, offset, length) : objects.read(meta, part, offset, length);
        bytes += range.length;
        return range;
    }

    long reads() {
        return reads;
    }

    long bytes() {
        return bytes;
    }
}
