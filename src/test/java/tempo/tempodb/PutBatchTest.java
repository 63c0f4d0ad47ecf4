package tempo.tempodb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import tempo.span.TraceKey;
import tempo.span.TraceMerge;
import tempo.span.WireWriter;
import tempo.tempodb.backend.FaultyObjectStore;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.spans.RandomOtlp;

class PutBatchTest {
    private static final TraceKey KEY = TraceKey.of(1, 2);

    private final MemoryObjectStore store = new MemoryObjectStore();

    private static List<String> texts(TempoDb db, TraceKey key) {
        return db.find("t", key).values().stream()
                .map(value -> new String(value, UTF_8))
                .sorted()
                .toList();
    }

    private static byte[] span(TraceKey key, long id, long start) {
        WireWriter out = new WireWriter(64);
        int resource = out.begin(1);
        int scope = out.begin(2);
        int span = out.begin(2);
        byte[] ids = ByteBuffer.allocate(24)
                .putLong(key.traceId().high())
                .putLong(key.traceId().low())
                .putLong(id)
                .array();
        out.bytes(1, ids, 0, 16);
        out.bytes(2, ids, 16, 8);
        out.fixed64(7, start);
        out.end(span);
        out.end(scope);
        out.end(resource);
        return out.toByteArray();
    }

    @Property(tries = 30)
    void eachKeyHasWhatWasPutUnderItWhateverTheOrder(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        TempoDb db = TempoDb.open(new MemoryObjectStore());
        boolean spans = random.nextBoolean();
        PutBatch batch = db.batch("t", spans ? BlockContent.SPANS : BlockContent.OPAQUE);
        Map<TraceKey, List<byte[]>> put = new TreeMap<>();
        for (int i = 0; i < 200; i++) {
            // Few upper halves, so that lower halves decide as well.
            TraceKey key = new TraceKey(random.nextInt(4) - 2L, random.nextInt(9) - 4L);
            byte[] value = new byte[random.nextInt(50)];
            random.nextBytes(value);
            if (spans) {
                value = new RandomOtlp(random, true, key).entry(1 + random.nextInt(9));
            }
            batch.put(key, value);
            put.computeIfAbsent(key, unused -> new ArrayList<>()).add(value);
        }
        BlockMeta block = batch.commit().orElseThrow();
        assertEquals(put.size(), block.summary().traces());
        assertEquals(List.of(block), db.blocks("t").visible());
        for (Map.Entry<TraceKey, List<byte[]>> entry : put.entrySet()) {
            List<byte[]> found = db.find("t", entry.getKey()).values();
            if (spans) {
                assertEquals(1, found.size());
                assertArrayEquals(merged(entry.getValue()), merged(found));
            } else {
                assertEquals(hex(entry.getValue()), hex(found));
            }
        }
    }

    private static byte[] merged(List<byte[]> values) {
        return TraceMerge.merge(values).bytes();
    }

    private static List<String> hex(List<byte[]> values) {
        return values.stream()
                .map(value -> java.util.HexFormat.of().formatHex(value))
                .sorted()
                .toList();
    }

    @Test
    void nothingIsFoundBeforeTheCommitAndAllAfterIt() throws IOException {
        TempoDb db = TempoDb.open(store);
        PutBatch batch = db.batch("t", BlockContent.OPAQUE);
        batch.put(KEY, "a".getBytes(UTF_8));
        batch.put(KEY, ByteBuffer.wrap("xbx".getBytes(UTF_8), 1, 1));
        assertEquals(List.of(), texts(db, KEY));
        assertEquals(2, batch.entries());
        batch.commit();
        assertEquals(List.of("a", "b"), texts(db, KEY));
        assertEquals(List.of("a", "b"), texts(TempoDb.open(store), KEY));
        assertEquals(0, batch.entries());
        assertEquals(Optional.empty(), batch.commit());
        batch.put(KEY, "c".getBytes(UTF_8));
        batch.commit();
        assertEquals(List.of("a", "b", "c"), texts(db, KEY));
    }

    @Test
    void countsSpansAndTheirTimesItself() throws IOException {
        TempoDb db = TempoDb.open(store);
        PutBatch batch = db.batch("t", BlockContent.SPANS);
        TraceKey other = TraceKey.of(3, 4);
        batch.put(KEY, span(KEY, 1, 700));
        batch.put(other, span(other, 1, 500));
        batch.put(KEY, span(KEY, 2, 900));
        batch.put(KEY, span(KEY, 1, 700));
        batch.put(TraceKey.of(5, 6), new byte[0]);
        BlockMeta block = batch.commit().orElseThrow();
        assertEquals(3, block.summary().spans());
        assertEquals(2, block.summary().entries());
        assertEquals(500, block.summary().startMin());
        assertEquals(900, block.summary().startMax());
    }

    @Test
    void refusesWhatIsNoTraces() throws IOException {
        PutBatch batch = TempoDb.open(store).batch("t", BlockContent.SPANS);
        byte[] cut = java.util.Arrays.copyOf(span(KEY, 1, 7), 9);
        assertThrows(IllegalArgumentException.class, () -> batch.put(KEY, cut));
        assertThrows(
                IllegalArgumentException.class,
                () -> batch.put(KEY, ByteBuffer.allocate(PutBatch.VALUE_BYTES_MAX + 1)));
        assertEquals(0, batch.entries());
        assertThrows(IllegalArgumentException.class, () -> TempoDb.open(store).batch("a/b", BlockContent.SPANS));
    }

    @Test
    void takesNothingMoreOnceItIsFull() throws IOException {
        TempoDb db = TempoDb.open(store);
        PutBatch batch = db.batch("t", BlockContent.OPAQUE);
        byte[] value = new byte[PutBatch.BYTES_FULL / 4];
        for (int i = 0; i < 4; i++) {
            assertFalse(batch.isFull());
            batch.put(new TraceKey(i, i), value);
        }
        assertTrue(batch.isFull());
        assertThrows(IllegalStateException.class, () -> batch.put(KEY, new byte[0]));
        assertEquals(4, batch.commit().orElseThrow().summary().entries());
        assertFalse(batch.isFull());
    }

    @Test
    void aCommitThatFailedMayBeRepeated() throws IOException {
        FaultyObjectStore faulty = new FaultyObjectStore(store, 1_000, false) {
            private int failures = 1;

            @Override
            public boolean putIfAbsent(String key, ByteBuffer content) throws IOException {
                if (failures-- > 0) {
                    throw new IOException("disk is full");
                }
                return super.putIfAbsent(key, content);
            }
        };
        TempoDb db = TempoDb.open(faulty);
        PutBatch batch = db.batch("t", BlockContent.OPAQUE);
        batch.put(KEY, "a".getBytes(UTF_8));
        assertThrows(IOException.class, batch::commit);
        assertEquals(1, batch.entries());
        assertEquals(List.of(), texts(db, KEY));
        batch.commit();
        assertEquals(List.of("a"), texts(db, KEY));
    }
}
