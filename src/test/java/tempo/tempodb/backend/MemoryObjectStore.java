package tempo.tempodb.backend;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Objects in the heap, counting the ranged reads; and the place where tests damage them. */
public final class MemoryObjectStore implements ObjectStore {
    private final Map<String, byte[]> objects = new ConcurrentSkipListMap<>();
    private final Map<String, Instant> modified = new ConcurrentHashMap<>();
    private final AtomicInteger reads = new AtomicInteger();
    private final InstantSource clock;

    /** Without a clock: all was modified at the beginning of 1970. */
    public MemoryObjectStore() {
        this(InstantSource.fixed(Instant.EPOCH));
    }

    /** With a clock of the store's own. */
    public MemoryObjectStore(InstantSource clock) {
        this.clock = clock;
    }

    /** Ranged reads so far. */
    public int reads() {
        return reads.get();
    }

    /** The content itself, to look at or to damage. */
    public byte[] content(String key) {
        byte[] content = objects.get(key);
        if (content == null) {
            throw new AssertionError("no object " + key);
        }
        return content;
    }

    /** As {@link #content}, but nothing if there is no such object. */
    public byte[] contentOrEmpty(String key) {
        return objects.getOrDefault(key, new byte[0]);
    }

    /** Replaces an object past all rules. */
    public void replace(String key, byte[] content) {
        objects.put(key, content);
    }

    @Override
    public byte[] read(String key, long offset, int length) throws IOException {
        reads.incrementAndGet();
        byte[] content = existing(key);
        if (offset + length > content.length) {
            throw new EOFException("object " + key + " ends at " + content.length + ", read to " + (offset + length));
        }
        return Arrays.copyOfRange(content, (int) offset, (int) offset + length);
    }

    @Override
    public void put(String key, ByteBuffer content) {
        modified.put(key, clock.instant());
        objects.put(ObjectKeys.require(key), bytes(content));
    }

    @Override
    public boolean putIfAbsent(String key, ByteBuffer content) {
        modified.putIfAbsent(key, clock.instant());
        return objects.putIfAbsent(ObjectKeys.require(key), bytes(content)) == null;
    }

    @Override
    public ObjectWriter write(String key) {
        ObjectKeys.require(key);
        return new Writer(key);
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> visitor) {
        ObjectKeys.requirePrefix(prefix);
        objects.forEach((key, content) -> {
            if (key.startsWith(prefix)) {
                visitor.accept(new ObjectInfo(key, content.length, modified.getOrDefault(key, Instant.EPOCH)));
            }
        });
    }

    @Override
    public boolean listsInOrder() {
        return true;
    }

    @Override
    public ObjectInfo head(String key) throws IOException {
        return new ObjectInfo(key, existing(key).length, modified.getOrDefault(key, Instant.EPOCH));
    }

    @Override
    public void delete(String key) {
        modified.remove(key);
        objects.remove(ObjectKeys.require(key));
    }

    /** Nothing is left of a writer that is gone. */
    @Override
    public int removeAbandonedWrites(Instant startedBefore) {
        return 0;
    }

    @Override
    public void close() {}

    private byte[] existing(String key) throws IOException {
        byte[] content = objects.get(ObjectKeys.require(key));
        if (content == null) {
            throw new NoSuchFileException(key);
        }
        return content;
    }

    private static byte[] bytes(ByteBuffer content) {
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        return bytes;
    }

    private final class Writer implements ObjectWriter {
        private final String key;
        private final ByteArrayOutputStream pieces = new ByteArrayOutputStream();
        private boolean finished;

        Writer(String key) {
            this.key = key;
        }

        @Override
        public void write(ByteBuffer piece) {
            requireUnfinished();
            pieces.writeBytes(bytes(piece));
        }

        @Override
        public void commit() {
            requireUnfinished();
            finished = true;
            objects.put(key, pieces.toByteArray());
        }

        @Override
        public void abort() {
            finished = true;
        }

        private void requireUnfinished() {
            if (finished) {
                throw new IllegalStateException("object " + key + " is already committed or aborted");
            }
        }
    }
}
