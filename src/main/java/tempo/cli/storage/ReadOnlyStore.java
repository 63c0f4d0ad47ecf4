package tempo.cli.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.function.Consumer;
import tempo.tempodb.backend.ObjectInfo;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.ObjectWriter;

/** A store that is only looked into: whatever is asked of it, nothing in it changes. As thread-safe as the store. */
final class ReadOnlyStore implements ObjectStore {
    private final ObjectStore store;

    ReadOnlyStore(ObjectStore store) {
        this.store = store;
    }

    @Override
    public byte[] read(String key, long offset, int length) throws IOException {
        return store.read(key, offset, length);
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> visitor) throws IOException {
        store.list(prefix, visitor);
    }

    @Override
    public boolean listsInOrder() {
        return store.listsInOrder();
    }

    @Override
    public void listAfter(String prefix, String after, Consumer<ObjectInfo> visitor) throws IOException {
        store.listAfter(prefix, after, visitor);
    }

    @Override
    public ObjectInfo head(String key) throws IOException {
        return store.head(key);
    }

    @Override
    public void put(String key, ByteBuffer content) throws IOException {
        throw refused("put", key);
    }

    @Override
    public boolean putIfAbsent(String key, ByteBuffer content) throws IOException {
        throw refused("put", key);
    }

    @Override
    public ObjectWriter write(String key) throws IOException {
        throw refused("write", key);
    }

    @Override
    public void delete(String key) throws IOException {
        throw refused("delete", key);
    }

    @Override
    public int removeAbandonedWrites(Instant startedBefore) throws IOException {
        throw refused("removal of abandoned writes", "");
    }

    @Override
    public void close() throws IOException {
        store.close();
    }

    private static IOException refused(String what, String key) {
        return new IOException("store is open to be read only: " + what + " of " + key + " was refused");
    }
}
