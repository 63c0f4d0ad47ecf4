package tempo.tempodb.compaction;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.backend.ObjectInfo;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.ObjectWriter;

/**
 * The store as one process of an {@link Interleaving} sees it: each call is a step, at which it may crash, before or after the call has
 * taken effect. After that nothing that the process does has any effect.
 */
final class SimulatedStore implements ObjectStore {
    private final Shared shared;
    private boolean dead;

    /** What all processes share. */
    static final class Shared {
        final MemoryObjectStore objects = new MemoryObjectStore();
        final Map<String, Instant> modified = new ConcurrentHashMap<>();
        final List<String> history = new ArrayList<>();
        final Interleaving time;

        Shared(Interleaving time) {
            this.time = time;
        }

        /** The store as a process sees it from its start on. */
        SimulatedStore open() {
            return new SimulatedStore(this);
        }
    }

    private SimulatedStore(Shared shared) {
        this.shared = shared;
    }

    private interface Call<T> {
        T run() throws IOException;
    }

    private <T> T call(Call<T> call) throws IOException {
        if (!dead) {
            try {
                shared.time.step();
            } catch (Interleaving.Crash end) {
                dead = true;
                throw end;
            }
        }
        if (dead || shared.time.crashes()) {
            boolean takesEffect = !dead && shared.time.random().nextBoolean();
            dead = true;
            if (takesEffect) {
                call.run();
            }
            throw new Interleaving.Crash();
        }
        return call.run();
    }

    private ObjectInfo dated(ObjectInfo object) {
        return new ObjectInfo(object.key(), object.bytes(), shared.modified.getOrDefault(object.key(), Instant.EPOCH));
    }

    /** For who has to find out what went wrong. */
    private void note(String what, String key) {
        String content = key.endsWith(".tp")
                ? ""
                : UTF_8.decode(ByteBuffer.wrap(shared.objects.contentOrEmpty(key)))
                        .toString()
                        .replaceAll("\\s+", " ");
        shared.history.add(
                shared.time.now() + " " + Thread.currentThread().getName() + " " + what + " " + key + " " + content);
    }

    private boolean written(String key) {
        note("write", key);
        shared.modified.put(key, shared.time.now());
        return true;
    }

    @Override
    public byte[] read(String key, long offset, int length) throws IOException {
        return call(() -> shared.objects.read(key, offset, length));
    }

    @Override
    public void put(String key, ByteBuffer content) throws IOException {
        call(() -> {
            shared.objects.put(key, content);
            return written(key);
        });
    }

    @Override
    public boolean putIfAbsent(String key, ByteBuffer content) throws IOException {
        return call(() -> shared.objects.putIfAbsent(key, content) && written(key));
    }

    @Override
    public ObjectWriter write(String key) {
        ObjectWriter writer = shared.objects.write(key);
        return new ObjectWriter() {
            @Override
            public void write(ByteBuffer piece) throws IOException {
                if (!dead) {
                    writer.write(piece);
                }
            }

            @Override
            public void commit() throws IOException {
                call(() -> {
                    writer.commit();
                    return written(key);
                });
            }

            @Override
            public void abort() {
                writer.abort();
            }
        };
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> visitor) throws IOException {
        List<ObjectInfo> listed = call(() -> {
            List<ObjectInfo> all = new ArrayList<>();
            shared.objects.list(prefix, object -> all.add(dated(object)));
            return all;
        });
        listed.forEach(visitor);
    }

    @Override
    public ObjectInfo head(String key) throws IOException {
        return call(() -> dated(shared.objects.head(key)));
    }

    @Override
    public void delete(String key) throws IOException {
        call(() -> {
            note("delete", key);
            shared.objects.delete(key);
            return true;
        });
    }

    @Override
    public int removeAbandonedWrites(Instant startedBefore) {
        return 0;
    }

    @Override
    public void close() {}
}
