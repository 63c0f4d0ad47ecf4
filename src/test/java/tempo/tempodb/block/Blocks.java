package tempo.tempodb.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import tempo.span.TraceKey;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.backend.ObjectWriter;

/** A block in memory, for tests: what was put in, and its objects. */
final class Blocks {
    static final UUID ID = new UUID(0x1122334455667788L, 0x99aabbccddeeff00L);
    static final ArrivalWindow WINDOW = new ArrivalWindow(1_800_000_000, 1800);
    static final TraceKey FIRST = new TraceKey(0, 0);
    static final TraceKey LAST = new TraceKey(-1, -1);

    private Blocks() {}

    record Entry(TraceKey key, byte[] value, int spans, long oldest, long newest) {
        static Entry of(TraceKey key, byte[] value) {
            return new Entry(key, value, 1, 1000, 2000);
        }
    }

    /** Writes {@code entries} to {@code store} and commits them. */
    static BlockMeta write(MemoryObjectStore store, List<Entry> entries) throws IOException {
        return write(store, BlockContent.OPAQUE, entries);
    }

    /** As {@link #write(MemoryObjectStore, List)}, of any content. */
    static BlockMeta write(MemoryObjectStore store, BlockContent content, List<Entry> entries) throws IOException {
        return write(store, ID, content, entries);
    }

    /** As {@link #write(MemoryObjectStore, List)}, of any id. */
    static BlockMeta write(MemoryObjectStore store, UUID id, List<Entry> entries) throws IOException {
        return write(store, id, BlockContent.OPAQUE, entries);
    }

    private static BlockMeta write(MemoryObjectStore store, UUID id, BlockContent content, List<Entry> entries)
            throws IOException {
        BlockSpec spec = BlockSpec.cut("tenant", id, WINDOW, content);
        try (ObjectWriter data = store.write(spec.dataName())) {
            BlockWriter writer = new BlockWriter(spec, data);
            for (Entry entry : entries) {
                writer.add(entry.key, ByteBuffer.wrap(entry.value), entry.spans, entry.oldest, entry.newest);
            }
            BlockMeta meta = new BlockMeta(spec, writer.finish());
            data.commit();
            store.put(spec.metaName(), ByteBuffer.wrap(meta.encode()));
            return meta;
        }
    }

    static BlockSource source(MemoryObjectStore store, BlockMeta meta) {
        return (offset, length) -> store.read(meta.spec().dataName(), offset, length);
    }

    static BlockReader open(MemoryObjectStore store, BlockMeta meta) throws IOException {
        return BlockReader.open(meta, source(store, meta));
    }

    static List<byte[]> find(BlockReader reader, TraceKey key) throws IOException {
        List<byte[]> values = new ArrayList<>();
        reader.find(key, values);
        return values;
    }

    /** Entries with distinct keys in order, one value each of {@code bytes} that compress to about {@code density}. */
    static List<Entry> entries(Random random, int count, int bytes, double density) {
        TraceKey[] keys = new TraceKey[count];
        for (int i = 0; i < count; i++) {
            keys[i] = new TraceKey(random.nextLong(), random.nextLong());
        }
        Arrays.sort(keys);
        List<Entry> entries = new ArrayList<>();
        for (TraceKey key : keys) {
            entries.add(Entry.of(key, value(random, bytes, density)));
        }
        return entries;
    }

    static byte[] value(Random random, int bytes, double density) {
        byte[] value = new byte[bytes];
        random.nextBytes(value);
        Arrays.fill(value, (int) (bytes * density), bytes, (byte) 'a');
        return value;
    }
}
