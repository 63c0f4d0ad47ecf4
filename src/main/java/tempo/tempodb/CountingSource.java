package tempo.tempodb;

import java.io.IOException;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.BlockSource;

/** A block's data object in the store, counting what is read of it. For one thread. */
final class CountingSource implements BlockSource {
    private final ObjectStore store;
    private final String name;
    private long reads;
    private long bytes;

    CountingSource(ObjectStore store, String name) {
        this.store = store;
        this.name = name;
    }

    @Override
    public byte[] read(long offset, int length) throws IOException {
        reads++;
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
