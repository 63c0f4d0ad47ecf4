package tempo.tempodb.blocklist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tempo.span.TraceKey;
import tempo.tempodb.backend.FaultyObjectStore;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.block.ArrivalWindow;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockNames;
import tempo.tempodb.block.BlockSpec;
import tempo.tempodb.block.BlockSummary;

class TenantIndexTest {
    private final MemoryObjectStore store = new MemoryObjectStore();
    private final Blocklist writer = new Blocklist();

    @Test
    void aStartWithAHundredThousandBlocksTakesFewRequests() throws IOException {
        put("one", 0, 100_000);
        writer.poll(store);
        assertEquals(1, writer.writeIndexes(store));
        put("one", 100_000, 100_100);
        int reads = store.reads();
        Blocklist started = new Blocklist();
        assertEquals(100_100, started.poll(store).added());
        assertEquals(100_100, started.blocks("one").visible().size());
        assertTrue(store.reads() - reads < 150, store.reads() - reads + " reads");
    }

    @Test
    void isWrittenWhenItLacksMuch() throws IOException {
        put("one", 0, 63);
        writer.poll(store);
        assertEquals(0, writer.writeIndexes(store));
        put("one", 63, 64);
        put("two", 0, 1);
        writer.poll(store);
        assertEquals(1, writer.writeIndexes(store));
        assertEquals(0, writer.writeIndexes(store));
        put("one", 64, 4_000);
        writer.poll(store);
        assertEquals(1, writer.writeIndexes(store));
        put("one", 4_000, 4_100);
        writer.poll(store);
        assertEquals(0, writer.writeIndexes(store));
    }

    @Test
    void isWrittenByTheNextTimeIfTheStoreFails() throws IOException {
        put("one", 0, 100);
        writer.poll(store);
        ObjectStore broken = new FaultyObjectStore(store, 0, false) {
            @Override
            public ObjectWriter write(String key) throws IOException {
                throw new IOException("store is away");
            }
        };
        assertThrows(IOException.class, () -> writer.writeIndexes(broken));
        assertEquals(1, writer.writeIndexes(store));
    }

    @Test
    void bringsNoBlockBackThatIsGoneOrAnother() throws IOException {
        List<BlockMeta> blocks = put("one", 0, 100);
        writer.poll(store);
        writer.writeIndexes(store);
        store.delete(blocks.get(3).spec().metaName());
        BlockMeta other = meta("one", 5, List.of(blocks.get(7).blockId()));
        store.replace(other.spec().metaName(), other.encode());
        Blocklist started = new Blocklist();
        started.poll(store);
        List<BlockMeta> expected = new ArrayList<>(blocks);
        expected.set(5, other);
        expected.remove(7);
        expected.remove(3);
        assertEquals(
                new HashSet<>(expected), new HashSet<>(started.blocks("one").visible()));
        assertEquals(List.of(blocks.get(7)), started.blocks("one").replaced());
    }

    @Test
    void damageCostsNothingButReads() throws IOException {
        List<BlockMeta> blocks = put("one", 0, 200);
        writer.poll(store);
        writer.writeIndexes(store);
        String name = BlockNames.index("one");
        byte[] whole = store.content(name).clone();
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            store.replace(name, i % 2 == 0 ? damaged : Arrays.copyOf(whole, random.nextInt(whole.length)));
            Blocklist started = new Blocklist();
            PollResult result = started.poll(store);
            assertEquals(List.of(), result.unreadable());
            assertEquals(
                    new HashSet<>(blocks), new HashSet<>(started.blocks("one").visible()));
        }
    }

    @Test
    void isOfItsTenantAlone() throws IOException {
        put("one", 0, 100);
        List<BlockMeta> others = put("two", 0, 100);
        writer.poll(store);
        writer.writeIndexes(store);
        store.replace(BlockNames.index("two"), store.content(BlockNames.index("one")));
        Blocklist started = new Blocklist();
        started.poll(store);
        assertEquals(new HashSet<>(others), new HashSet<>(started.blocks("two").visible()));
    }

    @Test
    void goesWithTheLastBlock() throws IOException {
        List<BlockMeta> blocks = put("one", 0, 100);
        writer.poll(store);
        writer.writeIndexes(store);
        for (BlockMeta block : blocks) {
            store.delete(block.spec().metaName());
        }
        writer.poll(store);
        writer.writeIndexes(store);
        assertThrows(NoSuchFileException.class, () -> store.head(BlockNames.index("one")));
    }

    private List<BlockMeta> put(String tenant, int from, int to) throws IOException {
        List<BlockMeta> metas = new ArrayList<>();
        for (int i = from; i < to; i++) {
            BlockMeta meta = meta(tenant, i, List.of());
            store.put(meta.spec().metaName(), ByteBuffer.wrap(meta.encode()));
            metas.add(meta);
        }
        return metas;
    }

    private static BlockMeta meta(String tenant, int number, List<UUID> replaces) {
        BlockSpec spec = new BlockSpec(
                tenant,
                new UUID(tenant.hashCode(), number),
                new ArrivalWindow(3600L * (1 + number / 100), 3600),
                0,
                0,
                replaces,
                BlockContent.SPANS);
        TraceKey key = new TraceKey(1, number);
        return new BlockMeta(spec, new BlockSummary(key, key, 1, 2, 1, 1, 1, 1, 9000, 8192, 124, 0));
    }
}
