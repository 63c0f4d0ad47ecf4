package tempo.tempodb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import tempo.span.TraceKey;
import tempo.span.TraceMerge;
import tempo.span.WireWriter;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMerge;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockReader;
import tempo.tempodb.block.BlockSpec;
import tempo.tempodb.spans.RandomOtlp;

/** What blocks hold together stays the same when they are merged, whatever the order, and a trace that is deleted is gone. */
class CompactionTest {
    private static final TraceKey FIRST = new TraceKey(0, 0);
    private static final TraceKey LAST = new TraceKey(-1, -1);

    private MemoryObjectStore store = new MemoryObjectStore();
    private TempoDb db = open();

    private TempoDb open() {
        try {
            return TempoDb.open(store, TempoDbConfig.DEFAULT, InstantSource.system());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private BlockMeta commit(BlockContent content, TreeMap<TraceKey, List<byte[]>> traces) throws IOException {
        try (BlockBuilder block = db.newBlock("t", content)) {
            for (var trace : traces.entrySet()) {
                for (byte[] value : trace.getValue()) {
                    block.add(trace.getKey(), ByteBuffer.wrap(value), 1, 5, 6);
                }
            }
            return block.commit();
        }
    }

    /** Spans as plain as can be, so that one segment has room for very many. */
    private static byte[] plain(Random random, TraceKey key, int spans) {
        WireWriter out = new WireWriter(1024);
        int resource = out.begin(1);
        int scope = out.begin(2);
        for (int i = 0; i < spans; i++) {
            int span = out.begin(2);
            byte[] ids = ByteBuffer.allocate(24)
                    .putLong(key.traceId().high())
                    .putLong(key.traceId().low())
                    .putLong(random.nextLong())
                    .array();
            out.bytes(1, ids, 0, 16);
            out.bytes(2, ids, 16, 8);
            out.string(5, "operation " + (char) ('a' + random.nextInt(5)));
            out.fixed64(7, 1_700_000_000_000_000_000L + random.nextInt(1 << 30));
            out.end(span);
        }
        out.end(scope);
        out.end(resource);
        return out.toByteArray();
    }

    private static byte[] merged(List<byte[]> values) {
        return TraceMerge.merge(values).bytes();
    }

    @Property(tries = 40)
    void theSpansOfEachTraceStayTheSame(@ForAll long seed) throws IOException {
        store = new MemoryObjectStore();
        db = open();
        Random random = new Random(seed);
        List<TraceKey> keys = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            keys.add(new TraceKey(random.nextLong(), random.nextLong()));
        }
        TreeMap<TraceKey, List<byte[]>> all = new TreeMap<>();
        List<BlockMeta> blocks = new ArrayList<>();
        for (int block = 0; block < 4; block++) {
            TreeMap<TraceKey, List<byte[]>> traces = new TreeMap<>();
            for (int i = 0; i < 15; i++) {
                TraceKey key = keys.get(random.nextInt(keys.size()));
                byte[] value = new RandomOtlp(random, random.nextBoolean(), key).entry(1 + random.nextInt(30));
                if (all.containsKey(key) && random.nextBoolean()) {
                    value = all.get(key).get(0);
                }
                traces.computeIfAbsent(key, unused -> new ArrayList<>()).add(value);
                all.computeIfAbsent(key, unused -> new ArrayList<>()).add(value);
            }
            blocks.add(commit(BlockContent.SPANS, traces));
        }
        Collections.shuffle(blocks, random);
        BlockMeta half = db.compact(blocks.subList(0, 2)).orElseThrow();
        BlockMeta whole =
                db.compact(List.of(blocks.get(2), half, blocks.get(3))).orElseThrow();
        assertEquals(List.of(whole), db.blocks("t").visible());
        assertEquals(2, whole.spec().level());
        assertEquals(all.size(), whole.summary().traces());
        for (var trace : all.entrySet()) {
            FindResult found = db.find("t", trace.getKey());
            assertEquals(1, found.values().size());
            assertArrayEquals(merged(trace.getValue()), merged(found.values()));
        }
    }

    @Test
    void groupsThatMeetNoOtherAreCopied() throws IOException {
        Random random = new Random(1);
        TreeMap<TraceKey, List<byte[]>> all = new TreeMap<>();
        List<BlockMeta> blocks = new ArrayList<>();
        for (int block = 0; block < 2; block++) {
            TreeMap<TraceKey, List<byte[]>> traces = new TreeMap<>();
            long spans = 0;
            while (spans < 70_000) {
                // Every second interval of the keys is this block's, so whole groups lie apart.
                long high = random.nextLong() & ~(1L << 61) | (long) block << 61;
                TraceKey key = new TraceKey(high, random.nextLong());
                int count = 1 + random.nextInt(80);
                traces.put(key, List.of(plain(random, key, count)));
                spans += count;
            }
            all.putAll(traces);
            blocks.add(commit(BlockContent.SPANS, traces));
        }
        TraceKey both = all.firstKey();
        byte[] more = new RandomOtlp(random, true, both).entry(5);
        blocks.add(commit(BlockContent.SPANS, new TreeMap<>(java.util.Map.of(both, List.of(more)))));
        List<BlockReader> readers = new ArrayList<>();
        for (BlockMeta meta : blocks) {
            readers.add(db.reader(meta));
        }
        BlockSpec spec = new BlockSpec(
                "t",
                UUID.randomUUID(),
                blocks.get(0).spec().window(),
                1,
                0,
                blocks.stream().map(BlockMeta::blockId).toList(),
                BlockContent.SPANS);
        try (BlockBuilder builder = db.newBlock(spec)) {
            BlockMerge.Result result = builder.addAll(readers, key -> true);
            assertTrue(result.groupsCopied() > 20, result.toString());
            assertTrue(result.spansCopied() > 90_000, result.toString());
            builder.commit();
        }
        for (var trace : all.entrySet()) {
            List<byte[]> expected = new ArrayList<>(trace.getValue());
            if (trace.getKey().equals(both)) {
                expected.add(more);
            }
            assertArrayEquals(
                    merged(expected), merged(db.find("t", trace.getKey()).values()));
        }
        int[] seen = {0};
        db.scan("t", FIRST, LAST, entry -> seen[0]++);
        assertEquals(all.size(), seen[0]);
    }

    @Test
    void opaqueValuesOfAKeyStayAsTheyAre() throws IOException {
        TraceKey key = new TraceKey(1, 1);
        List<BlockMeta> blocks = new ArrayList<>();
        for (String value : List.of("a", "b", "a")) {
            blocks.add(
                    commit(BlockContent.OPAQUE, new TreeMap<>(java.util.Map.of(key, List.of(value.getBytes(UTF_8))))));
        }
        db.compact(blocks);
        List<byte[]> values = db.find("t", key).values();
        assertEquals(2, values.size());
        assertThrows(IllegalArgumentException.class, () -> db.compact(List.of()));
    }

    @Test
    void aDeletedTraceIsGoneAndOthersAreNot() throws IOException {
        Random random = new Random(2);
        TreeMap<TraceKey, List<byte[]>> traces = new TreeMap<>();
        for (int i = 0; i < 20; i++) {
            TraceKey key = new TraceKey(random.nextLong(), random.nextLong());
            traces.put(key, List.of(new RandomOtlp(random, true, key).entry(9)));
        }
        commit(BlockContent.SPANS, traces);
        TraceKey gone = traces.firstKey();
        commit(BlockContent.SPANS, new TreeMap<>(java.util.Map.of(gone, traces.get(gone))));
        assertEquals(2, db.delete("t", gone));
        assertEquals(List.of(), db.find("t", gone).values());
        assertEquals(0, db.delete("t", gone));
        assertEquals(1, db.blocks("t").visible().size());
        traces.remove(gone);
        for (var trace : traces.entrySet()) {
            assertArrayEquals(
                    merged(trace.getValue()),
                    merged(db.find("t", trace.getKey()).values()));
        }
    }

    @Test
    void nothingIsLeftOfBlocksWithoutContent() throws IOException {
        TraceKey key = new TraceKey(3, 3);
        byte[] value = new RandomOtlp(new Random(3), false, key).entry(3);
        commit(BlockContent.SPANS, new TreeMap<>(java.util.Map.of(key, List.of(value))));
        assertEquals(1, db.delete("t", key));
        store.list("", object -> assertEquals("", object.key()));
        assertEquals(Optional.empty(), db.blocks("t").visible().stream().findAny());
    }
}
