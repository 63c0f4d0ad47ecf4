package tempo.tempodb.backend;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * A store that fails from its n-th call on, as it looks to a process that crashes or loses its connection there. The failing
 * call itself may have taken effect or not.
 */
public class FaultyObjectStore implements ObjectStore {
    private final ObjectStore store;
    private final boolean failingCallTakesEffect;
    private int callsLeft;
    private int calls;

    /** @param callsUntilFailure calls that succeed */
    public FaultyObjectStore(ObjectStore store, int callsUntilFailure, boolean failingCallTakesEffect) {
        this.store = store;
        this.callsLeft = callsUntilFailure;
        this.failingCallTakesEffect = failingCallTakesEffect;
    }

    /** Calls so far, those of writers included. */
    public int calls() {
        return calls;
    }

    private interface Call<T> {
        T run() throws IOException;
    }

    private interface Action {
        void run() throws IOException;
    }

    private <T> T call(String what, Call<T> call) throws IOException {
        calls++;
        if (callsLeft > 0) {
            callsLeft--;
            return call.run();
        }
        if (callsLeft == 0 && failingCallTakesEffect) {
            call.run();
        }
        callsLeft = -1;
        throw new IOException("store is gone at " + what);
    }

    private void act(String what, Action action) throws IOException {
        call(what, () -> {
            action.run();
            return true;
        });
    }

    @Override
    public byte[] read(String key, long offset, int length) throws IOException {
        return call("read", () -> store.read(key, offset, length));
    }

    @Override
    public void put(String key, ByteBuffer content) throws IOException {
        act("put", () -> store.put(key, content));
    }

    @Override
    public boolean putIfAbsent(String key, ByteBuffer content) throws IOException {
        return call("put if absent", () -> store.putIfAbsent(key, content));
    }

    @Override
    public ObjectWriter write(String key) throws IOException {
        ObjectWriter writer = call("write", () -> store.write(key));
        return new ObjectWriter() {
            @Override
            public void write(ByteBuffer piece) throws IOException {
                act("write of a piece", () -> writer.write(piece));
            }

            @Override
            public void commit() throws IOException {
                act("commit", writer::commit);
            }

            @Override
            public void abort() {
                writer.abort();
            }
        };
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> visitor) throws IOException {
        act("list", () -> store.list(prefix, visitor));
    }

    @Override
    public ObjectInfo head(String key) throws IOException {
        return call("head", () -> store.head(key));
    }

    @Override
    public void delete(String key) throws IOException {
        act("delete", () -> store.delete(key));
    }

    @Override
    public int removeAbandonedWrites(Instant startedBefore) throws IOException {
        return call("removal of abandoned writes", () -> store.removeAbandonedWrites(startedBefore));
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
