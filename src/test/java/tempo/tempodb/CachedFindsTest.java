package tempo.tempodb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import tempo.span.TraceKey;
import tempo.tempodb.backend.FaultyObjectStore;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.cache.PageCache;
import tempo.tempodb.cache.PageKind;

/** What the store is asked for when there is a page cache before it. */
final class CachedFindsTest {
    private static final TraceKey KEY = new TraceKey(7, 7);

    private final MemoryObjectStore memory = new MemoryObjectStore();

    /** Flips a bit in the answers to the next reads of data. */
    private final class FlippingStore extends FaultyObjectStore {
        private int flips;

        FlippingStore() {
            super(memory, Integer.MAX_VALUE, false);
        }

        @Override
        public byte[] read(String key, long offset, int length) throws IOException {
            byte[] range = super.read(key, offset, length);
            if (flips > 0 && key.endsWith(".tp")) {
                flips--;
                range[range.length / 2] ^= 1;
            }
            return range;
        }
    }

    private static BlockMeta commit(TempoDb db) throws IOException {
        PutBatch batch = db.batch("t", BlockContent.OPAQUE);
        for (int i = 0; i < 1_000; i++) {
            batch.put(new TraceKey(i, i), ("value of " + i).getBytes(UTF_8));
        }
        return batch.commit().orElseThrow();
    }

    private static TempoDb open(FaultyObjectStore store, long cacheBytes) throws IOException {
        return TempoDb.open(store, new PageCache(cacheBytes), TempoDbConfig.DEFAULT, InstantSource.system());
    }

    private static void assertFound(TempoDb db) {
        FindResult found = db.find("t", KEY);
        assertEquals(List.of(), found.failures());
        assertEquals(
                List.of("value of 7"),
                found.values().stream().map(value -> new String(value, UTF_8)).toList());
    }

    @Test
    void whatWasReadOnceIsNotAskedForAgain() throws IOException {
        TempoDb db = open(new FlippingStore(), 1 << 20);
        commit(db);
        int before = memory.reads();
        assertFound(db);
        int cold = memory.reads() - before;
        assertEquals(1, cold, "a block of one frame is one request");
        assertFound(db);
        db.find("t", new TraceKey(8, 8));
        db.find("t", new TraceKey(8, 9));
        assertEquals(1, memory.reads() - before);
        assertEquals(1, db.cacheStats().orElseThrow().of(PageKind.TAIL).misses());
    }

    @Test
    void wrongBytesAreReadOnceMorePastTheCache() throws IOException {
        FlippingStore store = new FlippingStore();
        TempoDb db = open(store, 1 << 20);
        commit(db);
        store.flips = 1;
        assertFound(db);
        assertEquals(1, db.stats().retriedReads());
        assertEquals(0, db.stats().failedReads());
        assertFound(db);
        assertEquals(1, db.stats().retriedReads(), "what was wrong is not cached");
    }

    @Test
    void aBlockThatIsGoneIsForgotten() throws IOException {
        TempoDb db = open(new FlippingStore(), 1 << 20);
        BlockMeta first = commit(db);
        assertFound(db);
        db.compact(List.of(first));
        db.removeReplaced("t");
        assertFound(db);
        assertEquals(0, db.cacheStats().orElseThrow().total().evictions());
    }
}
