package tempo.tempodb.blocklist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import tempo.span.TraceKey;
import tempo.tempodb.backend.FaultyObjectStore;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.backend.ObjectInfo;
import tempo.tempodb.block.ArrivalWindow;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockSpec;
import tempo.tempodb.block.BlockSummary;

class BlocklistTest {
    private final MemoryObjectStore store = new MemoryObjectStore();
    private final Blocklist blocklist = new Blocklist();

    @Test
    void learnsAndForgetsByPolling() throws IOException {
        BlockMeta first = put("one", 1);
        BlockMeta second = put("two", 2);
        assertEquals(new PollResult(2, 0, List.of(), List.of()), blocklist.poll(store));
        assertEquals(List.of(first), blocklist.blocks("one").visible());
        assertEquals(List.of(second), blocklist.blocks("two").visible());
        TenantBlocks before = blocklist.blocks("one");
        store.delete(first.spec().metaName());
        assertEquals(new PollResult(0, 1, List.of(), List.of()), blocklist.poll(store));
        assertEquals(Set.of("two"), blocklist.tenants());
        assertEquals(List.of(first), before.visible());
    }

    @Test
    void readsEachCommitRecordOnce() throws IOException {
        put("one", 1);
        blocklist.poll(store);
        int reads = store.reads();
        blocklist.poll(store);
        assertEquals(reads, store.reads());
    }

    @Test
    void reportsBadRecordsAndGoesOn() throws IOException {
        BlockMeta good = put("one", 1);
        BlockMeta bad = put("one", 2);
        store.content(bad.spec().metaName())[3] ^= 1;
        store.put("one/20261122T213000Z/notes.txt", ByteBuffer.allocate(3));
        store.put("stray.meta", ByteBuffer.allocate(3));
        PollResult result = blocklist.poll(store);
        assertEquals(1, result.added());
        assertEquals(bad.blockId(), result.unreadable().get(0).blockId());
        assertEquals(List.of(good), blocklist.blocks("one").visible());
        assertEquals(result.unreadable(), blocklist.blocks("one").unreadable());
        store.replace(bad.spec().metaName(), bad.encode());
        assertEquals(new PollResult(1, 0, List.of(), List.of()), blocklist.poll(store));
    }

    @Test
    void doesNotMissABadRecordOfAReplacedBlock() throws IOException {
        BlockMeta bad = put("one", 1);
        put("one", 2, bad.blockId());
        store.content(bad.spec().metaName())[3] ^= 1;
        assertEquals(1, blocklist.poll(store).unreadable().size());
        assertEquals(List.of(), blocklist.blocks("one").unreadable());
    }

    @Test
    void refusesAnOversizedRecordBeforeReadingIt() throws IOException {
        BlockMeta large = put("one", 1);
        store.replace(large.spec().metaName(), new byte[BlockMeta.BYTES_MAX + 1]);
        int reads = store.reads();
        assertEquals(1, blocklist.poll(store).unreadable().size());
        assertEquals(reads, store.reads());
    }

    @Test
    void keepsABlockThatWasAddedWhileTheStoreWasListed() throws IOException {
        BlockMeta added = meta("one", 1);
        FaultyObjectStore listing = new FaultyObjectStore(store, 1_000, false) {
            @Override
            public void list(String prefix, Consumer<ObjectInfo> visitor) throws IOException {
                super.list(prefix, visitor);
                blocklist.add(added);
            }
        };
        assertEquals(new PollResult(0, 0, List.of(), List.of()), blocklist.poll(listing));
        assertEquals(List.of(added), blocklist.blocks("one").visible());
        assertEquals(1, blocklist.poll(store).forgotten());
    }

    @Test
    void hidesReplacedBlocksAlsoInChains() throws IOException {
        BlockMeta a = put("one", 1);
        BlockMeta b = put("one", 2, a.blockId());
        BlockMeta c = put("one", 3, b.blockId());
        blocklist.poll(store);
        assertEquals(List.of(c), blocklist.blocks("one").visible());
        assertEquals(2, blocklist.blocks("one").replaced().size());
        blocklist.forget(c);
        assertEquals(List.of(b), blocklist.blocks("one").visible());
    }

    @Test
    void keepsTheListWhenTheStoreCannotBeListed() throws IOException {
        BlockMeta meta = put("one", 1);
        blocklist.poll(store);
        assertThrows(IOException.class, () -> blocklist.poll(new FaultyObjectStore(store, 0, false)));
        assertEquals(List.of(meta), blocklist.blocks("one").visible());
    }

    private BlockMeta put(String tenant, long id, UUID... replaces) {
        BlockMeta meta = meta(tenant, id, replaces);
        store.put(meta.spec().metaName(), ByteBuffer.wrap(meta.encode()));
        return meta;
    }

    private static BlockMeta meta(String tenant, long id, UUID... replaces) {
        BlockSpec spec = new BlockSpec(
                tenant, new UUID(0, id), new ArrivalWindow(1800, 1800), 0, 0, List.of(replaces), BlockContent.SPANS);
        TraceKey key = new TraceKey(1, 1);
        return new BlockMeta(spec, new BlockSummary(key, key, 1, 2, 1, 1, 1, 1, 9000, 8192, 124, 0));
    }
}
