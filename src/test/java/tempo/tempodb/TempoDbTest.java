package tempo.tempodb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tempo.span.TraceKey;
import tempo.tempodb.backend.FaultyObjectStore;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.ArrivalWindow;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockSpec;
import tempo.tempodb.blocklist.Tombstone;

class TempoDbTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-22T21:59:59Z"));
    private static final TraceKey KEY = TraceKey.of(1, 2);

    private final MemoryObjectStore store = new MemoryObjectStore();

    @Test
    void findsAKeyInAllBlocksOfItsTenantOnly() throws IOException {
        TempoDb db = open(store);
        commit(db, "one", "a");
        commit(db, "one", "b");
        commit(db, "two", "c");
        assertEquals(List.of("a", "b"), find(db, "one"));
        assertEquals(List.of("c"), find(db, "two"));
        assertEquals(List.of(), find(db, "three"));
        assertEquals(2, db.find("one", KEY).blocksInspected());
        assertEquals(2, db.stats().tenants());
        assertEquals(3, db.stats().blocks());
    }

    @Test
    void readsOneRangeForEachBlockThatHoldsTheKeyOnceTailsAreCached() throws IOException {
        TempoDb db = open(store);
        commit(db, "one", "a");
        commit(db, "one", "b");
        find(db, "one");
        int before = store.reads();
        assertTrue(db.find("one", KEY).bytesRead() > 0);
        assertEquals(2, store.reads() - before);
        before = store.reads();
        assertEquals(0, db.find("one", new TraceKey(5, 5)).bytesRead());
        assertEquals(0, store.reads() - before);
        assertEquals(2, db.stats().tailCacheMisses());
    }

    @Test
    void knowsWithoutReadingThatAKeyIsInNoBlockOnceTailsAreCached() throws IOException {
        TempoDb db = open(store);
        TraceKey last = new TraceKey(-1, -1);
        UUID id = new UUID(3, 3);
        try (BlockBuilder builder =
                db.newBlock(BlockSpec.cut("one", id, new ArrivalWindow(0, 60), BlockContent.OPAQUE))) {
            builder.add(new TraceKey(1, 1), ByteBuffer.wrap("a".getBytes(UTF_8)), 1, 1, 2);
            builder.add(last, ByteBuffer.wrap("b".getBytes(UTF_8)), 1, 1, 2);
            builder.commit();
        }
        TraceKey between = new TraceKey(1L << 62, 5);
        assertEquals(Optional.empty(), db.findWithoutReading("one", between), "tail is not cached");
        db.find("one", between);
        int before = store.reads();
        FindResult absent = db.findWithoutReading("one", between).orElseThrow();
        assertEquals(List.of(), absent.values());
        assertTrue(absent.isComplete());
        assertEquals(1, absent.blocksInspected());
        assertEquals(Optional.empty(), db.findWithoutReading("one", last));
        assertEquals(0, store.reads() - before);
        assertTrue(db.findWithoutReading("two", last).isPresent(), "a tenant without blocks");
    }

    private void damageRecordAndItsCopy(BlockMeta meta) {
        store.content(meta.spec().metaName())[5] ^= 1;
        byte[] data = store.content(meta.spec().dataName());
        data[data.length - 1] ^= 1;
    }

    @Test
    void findsWhatADamagedCommitRecordSaid() throws IOException {
        BlockMeta meta = commit(open(store), "one", "a");
        store.content(meta.spec().metaName())[5] ^= 1;
        assertEquals(List.of("a"), find(open(store), "one"));
    }

    @Test
    void readsForAKeyWhereACommitRecordIsUnreadable() throws IOException {
        BlockMeta bad = commit(open(store), "one", "a");
        damageRecordAndItsCopy(bad);
        assertEquals(Optional.empty(), open(store).findWithoutReading("one", new TraceKey(5, 5)));
    }

    @Test
    void keepsTailsWithinTheirBytes() throws IOException {
        TempoDb db = TempoDb.open(store, new TempoDbConfig(Duration.ofMinutes(1), 1000, Retention.FOREVER, 0), CLOCK);
        for (int i = 0; i < 10; i++) {
            commit(db, "one", "a" + i);
        }
        assertEquals(10, find(db, "one").size());
        assertEquals(10, find(db, "one").size());
        assertTrue(db.stats().tailCacheBytes() > 0 && db.stats().tailCacheBytes() <= 1000);
    }

    @Test
    void namesABadBlockAndAnswersFromTheOthers() throws IOException {
        TempoDb db = open(store);
        BlockMeta bad = commit(db, "one", "a");
        commit(db, "one", "b");
        byte[] data = store.content(bad.spec().dataName());
        data[512 + 50] ^= 1;
        FindResult result = db.find("one", KEY);
        assertEquals(List.of("b"), texts(result));
        assertFalse(result.isComplete());
        assertEquals(
                List.of(new BlockFailure(
                        bad.blockId(), "group header does not match its crc, block " + bad.blockId() + " group 0")),
                result.failures());
        assertEquals(1, db.stats().failedReads());
    }

    @Test
    void namesABlockWhoseDataIsGone() throws IOException {
        TempoDb db = open(store);
        BlockMeta gone = commit(db, "one", "a");
        store.delete(gone.spec().dataName());
        FindResult result = db.find("one", KEY);
        assertEquals(gone.blockId(), result.failures().get(0).blockId());
    }

    @Test
    void triesAFailedReadOnceMore() throws IOException {
        commit(open(store), "one", "a");
        TempoDb db = open(new FaultyObjectStore(store, 1_000, false) {
            private int failures = 1;

            @Override
            public byte[] read(String key, long offset, int length) throws IOException {
                if (key.endsWith(".tp") && failures-- > 0) {
                    throw new IOException("connection reset");
                }
                return super.read(key, offset, length);
            }
        });
        assertEquals(List.of("a"), find(db, "one"));
        assertEquals(1, db.stats().retriedReads());
        assertEquals(0, db.stats().failedReads());
    }

    @Test
    void countsATenantsUnreadableCommitRecordAsFailure() throws IOException {
        TempoDb db = open(store);
        BlockMeta bad = commit(db, "one", "a");
        commit(db, "two", "b");
        damageRecordAndItsCopy(bad);
        TempoDb other = open(store);
        assertEquals(bad.blockId(), other.find("one", KEY).failures().get(0).blockId());
        assertTrue(other.find("two", KEY).isComplete());
        assertEquals(1, other.stats().unreadableMetas());
    }

    @Test
    void showsTheWholeBlockOrNothingWhereverACommitCrashes() throws IOException {
        int calls = commitCalls();
        assertTrue(calls >= 6, calls + " calls");
        for (int crash = 0; crash < calls; crash++) {
            for (boolean takesEffect : new boolean[] {false, true}) {
                MemoryObjectStore survivor = new MemoryObjectStore();
                // One call more: opening lists the store.
                TempoDb crashing = open(new FaultyObjectStore(survivor, crash + 1, takesEffect));
                assertThrows(IOException.class, () -> commit(crashing, "one", "a"));
                TempoDb after = open(survivor);
                FindResult result = after.find("one", KEY);
                assertTrue(result.isComplete(), "crash at call " + crash + ": " + result.failures());
                boolean visible = after.blocks("one").visible().size() == 1;
                assertEquals(visible ? List.of("a") : List.of(), texts(result), "crash at call " + crash);
                assertEquals(visible, crash == calls - 1 && takesEffect, "crash at call " + crash);
            }
        }
    }

    @Test
    void commitsAgainWhenOnlyTheRecordFailed() throws IOException {
        for (boolean takesEffect : new boolean[] {false, true}) {
            MemoryObjectStore target = new MemoryObjectStore();
            TempoDb db = open(new FaultyObjectStore(target, 1_000, false) {
                private boolean failed;

                @Override
                public boolean putIfAbsent(String key, ByteBuffer content) throws IOException {
                    if (failed) {
                        return super.putIfAbsent(key, content);
                    }
                    failed = true;
                    if (takesEffect) {
                        super.putIfAbsent(key, content);
                    }
                    throw new IOException("connection reset");
                }
            });
            BlockBuilder block = db.newBlock("one", BlockContent.OPAQUE);
            block.add(KEY, ByteBuffer.wrap("a".getBytes(UTF_8)), 1, 5, 6);
            assertThrows(IOException.class, block::commit);
            assertEquals(List.of(), find(db, "one"));
            BlockMeta meta = block.commit();
            assertEquals(meta, block.commit());
            assertEquals(List.of("a"), find(db, "one"));
            assertEquals(List.of("a"), find(open(target), "one"));
        }
    }

    @Test
    void refusesToCommitOverAnotherBlock() throws IOException {
        TempoDb db = TempoDb.open(store, TempoDbConfig.DEFAULT, CLOCK, () -> new UUID(1, 1));
        commit(db, "one", "a");
        assertThrows(IOException.class, () -> commit(db, "one", "other"));
    }

    @Test
    void ignoresBlocksThatAreReplaced() throws IOException {
        TempoDb db = open(store);
        BlockMeta first = commit(db, "one", "a");
        BlockMeta second = commit(db, "one", "b");
        ArrivalWindow window = first.spec().window();
        List<UUID> replaced = List.of(first.blockId(), second.blockId());
        try (BlockBuilder merged =
                db.newBlock(new BlockSpec("one", new UUID(7, 7), window, 1, 1, replaced, BlockContent.OPAQUE))) {
            merged.add(KEY, ByteBuffer.wrap("ab".getBytes(UTF_8)), 2, 5, 6);
            merged.commit();
        }
        assertEquals(List.of("ab"), find(db, "one"));
        assertEquals(List.of("ab"), find(open(store), "one"));
        assertEquals(2, db.blocks("one").replaced().size());
    }

    @Test
    void dropsABlockThatIsAborted() throws IOException {
        TempoDb db = open(store);
        BlockBuilder block = db.newBlock("one", BlockContent.OPAQUE);
        block.add(KEY, ByteBuffer.allocate(10), 1, 5, 6);
        block.abort();
        store.list("", object -> assertEquals("", object.key()));
        assertThrows(IllegalStateException.class, () -> db.newBlock("one", BlockContent.OPAQUE)
                .commit());
    }

    @Test
    void refusesTenantsThatAreNoPlainName() throws IOException {
        TempoDb db = open(store);
        for (String tenant : List.of("", "..", "a/b", "../x")) {
            assertThrows(IllegalArgumentException.class, () -> db.find(tenant, KEY));
            assertThrows(IllegalArgumentException.class, () -> db.newBlock(tenant, BlockContent.OPAQUE));
        }
    }

    @Test
    void learnsOfBlocksAndDeletionsWithoutTheStore() throws IOException {
        MemoryObjectStore shared = new MemoryObjectStore();
        TempoDb other = open(shared);
        TempoDb here = open(shared);
        TraceKey key = new TraceKey(1, 1);
        PutBatch batch = other.batch("t", BlockContent.OPAQUE);
        batch.put(key, new byte[] {1});
        BlockMeta block = batch.commit().orElseThrow();
        int reads = shared.reads();
        here.learn(block.spec().metaName(), block.encode());
        assertEquals(List.of(block), here.blocks("t").visible());
        Tombstone tombstone = other.deleteTrace("t", key);
        here.learn(tombstone.name(), tombstone.encode());
        assertTrue(here.hides("t", key));
        assertEquals(reads, shared.reads());
        assertThrows(IOException.class, () -> here.learn("t/else", new byte[0]));
        assertThrows(IOException.class, () -> here.learn(block.spec().metaName(), new byte[5]));
    }

    private static TempoDb open(ObjectStore store) throws IOException {
        return TempoDb.open(store, TempoDbConfig.DEFAULT, CLOCK);
    }

    private static BlockMeta commit(TempoDb db, String tenant, String value) throws IOException {
        try (BlockBuilder block = db.newBlock(tenant, BlockContent.OPAQUE)) {
            block.add(KEY, ByteBuffer.wrap(value.getBytes(UTF_8)), 1, 5, 6);
            return block.commit();
        }
    }

    private static int commitCalls() throws IOException {
        FaultyObjectStore counted = new FaultyObjectStore(new MemoryObjectStore(), 1_000, false);
        TempoDb db = open(counted);
        int before = counted.calls();
        commit(db, "one", "a");
        return counted.calls() - before;
    }

    private static List<String> find(TempoDb db, String tenant) {
        FindResult result = db.find(tenant, KEY);
        assertEquals(List.of(), result.failures());
        return texts(result);
    }

    private static List<String> texts(FindResult result) {
        return result.values().stream()
                .map(value -> new String(value, UTF_8))
                .sorted()
                .toList();
    }
}
