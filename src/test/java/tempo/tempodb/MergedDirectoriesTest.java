package tempo.tempodb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tempo.span.TraceKey;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;

/** What finds ask the store for when the blocks of a window have a merged directory. */
class MergedDirectoriesTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-22T21:40:00Z"));
    private static final int BLOCKS = 40;
    private static final int TRACES = 200;

    private final MemoryObjectStore store = new MemoryObjectStore();
    private final List<List<TraceKey>> keys = new ArrayList<>();

    private TempoDb open() throws IOException {
        return TempoDb.open(store, TempoDbConfig.DEFAULT, CLOCK);
    }

    private TempoDb written(int blocks) throws IOException {
        TempoDb db = open();
        Random random = new Random(6);
        for (int i = 0; i < blocks; i++) {
            PutBatch batch = db.batch("t", BlockContent.OPAQUE);
            List<TraceKey> own = new ArrayList<>();
            for (int trace = 0; trace < TRACES; trace++) {
                own.add(new TraceKey(random.nextLong(), random.nextLong()));
                batch.put(own.get(trace), new byte[] {(byte) i, (byte) trace});
            }
            keys.add(own);
            batch.commit();
        }
        return db;
    }

    private static int write(TempoDb db) throws IOException {
        return db.writeDirectories((tenant, window) -> true, 10);
    }

    private List<String> directories() throws IOException {
        List<String> names = new ArrayList<>();
        store.list("", object -> {
            if (object.key().endsWith(".dir")) {
                names.add(object.key());
            }
        });
        return names;
    }

    /** A node that knows nothing but the commit records. */
    private void assertAllFound(TempoDb db) {
        for (int block = 0; block < keys.size(); block++) {
            for (int trace = 0; trace < TRACES; trace += 41) {
                FindResult found = db.find("t", keys.get(block).get(trace));
                assertEquals(List.of(), found.failures());
                assertEquals(1, found.values().size());
                assertEquals(block, found.values().get(0)[0]);
            }
        }
    }

    @Test
    void aTraceIsFoundWithoutTouchingEachBlock() throws IOException {
        assertEquals(1, write(written(BLOCKS)));
        TempoDb cold = open();
        int before = store.reads();
        FindResult found = cold.find("t", keys.get(17).get(5));
        assertEquals(1, found.values().size());
        assertEquals(4, store.reads() - before, "tail and frame of the directory, tail and group of the block");
        before = store.reads();
        assertEquals(0, cold.find("t", new TraceKey(1, 1)).values().size());
        assertEquals(0, store.reads() - before, "a small window's directory has one frame");
        assertTrue(cold.findWithoutReading("t", new TraceKey(1, 1)).isPresent());
        assertAllFound(cold);
    }

    @Test
    void isOneObjectForAllBlocksAndWrittenOnce() throws IOException {
        TempoDb db = written(BLOCKS);
        assertEquals(1, write(db));
        assertEquals(0, write(db));
        assertEquals(1, directories().size());
        assertEquals(0, write(open()), "another node knows of it");
    }

    @Test
    void openWindowsAndFewBlocksHaveNone() throws IOException {
        TempoDb db = written(3);
        assertEquals(0, write(db));
        TempoDb more = written(BLOCKS);
        assertEquals(0, more.writeDirectories((tenant, window) -> false, 10));
        assertEquals(0, more.writeDirectories((tenant, window) -> true, 0));
    }

    @Test
    void whatIsDamagedOrMissingCostsNothingButReads() throws IOException {
        write(written(BLOCKS));
        String name = directories().get(0);
        byte[] whole = store.content(name).clone();
        for (int damaged : new int[] {whole.length - 20, 40, whole.length - 1}) {
            byte[] bytes = whole.clone();
            bytes[damaged] ^= 4;
            store.replace(name, bytes);
            assertAllFound(open());
        }
        store.replace(name, whole);
        TempoDb told = open();
        store.delete(name);
        assertAllFound(told);
        assertEquals(List.of(), told.blocks("t").directories());
    }

    @Test
    void aDamagedOneIsWrittenAnew() throws IOException {
        write(written(BLOCKS));
        String name = directories().get(0);
        store.content(name)[store.content(name).length - 20] ^= 4;
        TempoDb db = open();
        assertEquals(1, write(db));
        assertEquals(1, directories().size());
        assertFalse(directories().contains(name));
        assertAllFound(db);
    }

    @Test
    void aBlockWhoseOwnDirectoryIsDamagedIsLeftOut() throws IOException {
        TempoDb db = written(BLOCKS);
        BlockMeta damaged = db.blocks("t").visible().get(3);
        byte[] data = store.content(damaged.spec().dataName());
        data[data.length - 3] ^= 4;
        assertEquals(1, write(db));
        assertEquals(0, write(db));
        int failures = 0;
        for (List<TraceKey> block : keys) {
            failures += open().find("t", block.get(0)).failures().size();
        }
        assertTrue(failures >= 1, "who asks for what may be in the damaged block hears of it");
    }

    @Test
    void goesWithItsBlocksAndMissesNoneThatReplaceThem() throws IOException {
        TempoDb db = written(BLOCKS);
        write(db);
        TempoDb other = open();
        db.compact(db.blocks("t").visible());
        other.poll();
        assertAllFound(other);
        assertEquals(0, write(db));
        assertEquals(List.of(), directories());
        db.removeReplaced("t");
        db.remove(db.blocks("t").visible());
        assertEquals(0, write(db));
    }

    @Test
    void ofATenantThatIsGoneIsDeleted() throws IOException {
        TempoDb db = written(BLOCKS);
        write(db);
        db.remove(db.blocks("t").visible());
        TempoDb later = open();
        write(later);
        assertEquals(List.of(), directories());
    }
}
