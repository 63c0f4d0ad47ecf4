package tempo.tempodb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tempo.span.TraceKey;
import tempo.span.WireWriter;
import tempo.tempodb.backend.FaultyObjectStore;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.backend.ObjectInfo;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockSpec;
import tempo.tempodb.block.SpanColumns;
import tempo.tempodb.cache.PageCache;
import tempo.tempodb.compaction.CompactionJob;
import tempo.tempodb.compaction.CompactionRun;
import tempo.tempodb.scan.DamageListener;
import tempo.tempodb.scan.SpanCounts;
import tempo.tempodb.scan.SpanFilter;
import tempo.tempodb.scan.Spanset;
import tempo.tempodb.scan.TraceSearch;
import tempo.tempodb.spans.SpanField;
import tempo.tempodb.spans.ValueTest;

/** How many requests to the store each operation takes behind the page cache of a node: what it costs, and how often it waits. */
class StoreRequestsTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-22T21:40:00Z"));
    private static final DamageListener NO_DAMAGE = damage -> {
        throw new AssertionError(damage);
    };
    private static final int TRACES = 6_000;
    private static final int SPANS = 20;

    private static final MemoryObjectStore BLOCK = new MemoryObjectStore();
    private static final List<TraceKey> KEYS = new ArrayList<>();

    private final ConcurrentLinkedQueue<String> requests = new ConcurrentLinkedQueue<>();

    /** Remembers what it is asked for. */
    private final class Recording extends FaultyObjectStore {
        Recording(ObjectStore store) {
            super(store, Integer.MAX_VALUE, false);
        }

        @Override
        public byte[] read(String key, long offset, int length) throws IOException {
            requests.add("read " + key.substring(key.lastIndexOf('.') + 1));
            return super.read(key, offset, length);
        }

        @Override
        public void put(String key, ByteBuffer content) throws IOException {
            requests.add("put");
            super.put(key, content);
        }

        @Override
        public boolean putIfAbsent(String key, ByteBuffer content) throws IOException {
            requests.add("put if absent");
            return super.putIfAbsent(key, content);
        }

        @Override
        public ObjectWriter write(String key) throws IOException {
            requests.add("write");
            return super.write(key);
        }

        @Override
        public void list(String prefix, Consumer<ObjectInfo> visitor) throws IOException {
            requests.add("list");
            super.list(prefix, visitor);
        }

        @Override
        public ObjectInfo head(String key) throws IOException {
            requests.add("head");
            return super.head(key);
        }

        @Override
        public void delete(String key) throws IOException {
            requests.add("delete");
            super.delete(key);
        }
    }

    private TempoDb open(ObjectStore store) throws IOException {
        return TempoDb.open(new Recording(store), new PageCache(64 << 20), TempoDbConfig.DEFAULT, CLOCK);
    }

    @BeforeEach
    void writeBlockOnce() throws IOException {
        if (KEYS.isEmpty()) {
            TempoDb db = open(BLOCK);
            requests.clear();
            KEYS.addAll(commit(db, 1, TRACES));
        }
    }

    private static List<TraceKey> commit(TempoDb db, long seed, int traces) throws IOException {
        Random random = new Random(seed);
        TreeMap<TraceKey, byte[]> all = new TreeMap<>();
        for (int i = 0; i < traces; i++) {
            TraceKey key = new TraceKey(random.nextLong(), random.nextLong());
            all.put(key, spans(random, key));
        }
        PutBatch batch = db.batch("t", BlockContent.SPANS);
        for (Map.Entry<TraceKey, byte[]> trace : all.entrySet()) {
            batch.put(trace.getKey(), trace.getValue());
        }
        batch.commit();
        return List.copyOf(all.keySet());
    }

    /** Random ids and a random text, so that the block has many groups. */
    private static byte[] spans(Random random, TraceKey key) {
        WireWriter out = new WireWriter(4096);
        int resource = out.begin(1);
        int scope = out.begin(2);
        for (int i = 0; i < SPANS; i++) {
            int span = out.begin(2);
            byte[] ids = ByteBuffer.allocate(24)
                    .putLong(key.traceId().high())
                    .putLong(key.traceId().low())
                    .putLong(random.nextLong())
                    .array();
            out.bytes(1, ids, 0, 16);
            out.bytes(2, ids, 16, 8);
            out.string(5, "operation " + random.nextInt(5));
            out.fixed64(7, 1_700_000_000_000_000_000L + random.nextInt(1 << 30));
            int attribute = out.begin(9);
            out.string(1, "note");
            int value = out.begin(2);
            out.string(1, Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong()));
            out.end(value);
            out.end(attribute);
            out.end(span);
        }
        out.end(scope);
        out.end(resource);
        return out.toByteArray();
    }

    private void assertRequests(List<String> expected) {
        assertEquals(expected, List.copyOf(requests));
        requests.clear();
    }

    private static List<String> reads(int count) {
        return Collections.nCopies(count, "read tp");
    }

    @Test
    void aStartIsAListingAndTheRecords() throws IOException {
        open(BLOCK);
        assertRequests(List.of("list", "read meta"));
    }

    @Test
    void aTraceThatIsThere() throws IOException {
        TempoDb db = open(BLOCK);
        requests.clear();
        assertEquals(1, db.find("t", KEYS.get(5)).values().size());
        assertRequests(reads(3)); // tail with the directory, group, segment
        assertEquals(1, db.find("t", KEYS.get(TRACES / 2)).values().size());
        assertRequests(reads(1)); // group
        assertEquals(1, db.find("t", KEYS.get(TRACES / 2)).values().size());
        assertRequests(List.of());
    }

    @Test
    void aTraceThatIsNotThere() throws IOException {
        TempoDb db = open(BLOCK);
        requests.clear();
        db.find("t", new TraceKey(1L << 62, 5));
        assertRequests(reads(1)); // tail with the directory
        db.find("t", new TraceKey(1L << 61, 5));
        assertRequests(List.of());
    }

    @Test
    void aTraceInOneOfManyBlocksWithAMergedDirectory() throws IOException {
        MemoryObjectStore store = new MemoryObjectStore();
        TempoDb writer = open(store);
        List<TraceKey> keys = new ArrayList<>();
        for (int block = 0; block < 50; block++) {
            keys.add(commit(writer, block, 20).get(7));
        }
        writer.writeDirectories((tenant, window) -> true, 1);
        TempoDb db = open(store);
        requests.clear();
        db.find("t", new TraceKey(1L << 62, 5));
        assertRequests(List.of("read dir")); // all of it is one page
        db.find("t", keys.get(30));
        assertRequests(reads(1)); // all of the block is one page
        db.find("t", new TraceKey(1L << 61, 5));
        assertRequests(List.of());
    }

    @Test
    void aSearch() throws IOException {
        TempoDb db = open(BLOCK);
        List<SpanColumns> columns = db.columns("t");
        requests.clear();
        SpanFilter name = SpanFilter.where(SpanField.NAME, ValueTest.equalTo("operation 3".getBytes(UTF_8)));
        TraceSearch search = new TraceSearch(columns, Spanset.of(name), NO_DAMAGE);
        assertEquals(20, search.any(20).size());
        int first = requests.size();
        assertTrue(first <= 4, requests.toString()); // segment, strip, a group or two
        requests.clear();
        assertEquals(
                20,
                new TraceSearch(columns, Spanset.of(name), NO_DAMAGE).any(20).size());
        assertRequests(List.of());
        SpanFilter absent = SpanFilter.where(SpanField.NAME, ValueTest.equalTo("operation 9".getBytes(UTF_8)));
        assertEquals(
                0,
                new TraceSearch(columns, Spanset.of(absent), NO_DAMAGE).any(20).size());
        assertRequests(List.of()); // the segment's dictionary has no such name
    }

    @Test
    void aCountOverTime() throws IOException {
        TempoDb db = open(BLOCK);
        List<SpanColumns> columns = db.columns("t");
        requests.clear();
        SpanCounts counts = SpanCounts.byDuration(SpanFilter.ALL, SpanField.NAME, NO_DAMAGE);
        for (SpanColumns block : columns) {
            counts.add(block);
        }
        assertEquals(5, counts.counts().size());
        assertTrue(requests.size() <= 4, requests.toString()); // segment and parts of the strip
    }

    @Test
    void aBlockIsWrittenWithTwo() throws IOException {
        TempoDb db = open(new MemoryObjectStore());
        requests.clear();
        commit(db, 3, 50);
        assertRequests(List.of("write", "put if absent"));
    }

    @Test
    void aMergeReadsEachBlockInLargePieces() throws IOException {
        MemoryObjectStore store = new MemoryObjectStore();
        TempoDb db = open(store);
        for (int block = 0; block < 10; block++) {
            commit(db, block, 200);
        }
        List<BlockMeta> inputs = db.blocks("t").visible();
        BlockMeta first = inputs.get(0);
        BlockSpec output = new BlockSpec(
                "t",
                new UUID(4, 4),
                first.spec().window(),
                1,
                1,
                inputs.stream().map(BlockMeta::blockId).toList(),
                BlockContent.SPANS);
        requests.clear();
        Optional<BlockMeta> merged = new CompactionRun(
                        new CompactionJob(1, output, CLOCK.instant()), db, new Recording(store), CLOCK, Runnable::run)
                .run();
        assertEquals(2_000, merged.orElseThrow().summary().traces());
        long reads = requests.stream().filter("read tp"::equals).count();
        assertTrue(reads <= 20, requests.toString()); // the tail and the rest of each
        assertEquals(1, requests.stream().filter("write"::equals).count());
        assertEquals(1, requests.stream().filter("put if absent"::equals).count());
        assertEquals(reads + 2, requests.size(), requests.toString());
    }
}
