package tempo.tempodb;

import java.io.IOException;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.BlockSource;
import tempo.tempodb.block.BlockSpec;

/** A block's data object in the store, counting what is read of it. For one thread. */
final class CountingSource implements BlockSource {
    private final ObjectStore store;
    private final BlockSpec spec;

    /** Made when first wanted, which for most blocks is never; empty before. */
    private String name = "";

    private long reads;
    private long bytes;

    CountingSource(ObjectStore store, BlockSpec spec) {
        this.store = store;
        this.spec = spec;
    }

    @Override
    public byte[] read(long offset, int length) throws IOException {
        reads++;
        name = name.isEmpty() ? spec.dataName() : name;
        byte[] range = store.read(name, offset, length);
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
