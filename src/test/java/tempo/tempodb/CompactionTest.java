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
import tempo.tempodb.backend.FaultyObjectStore;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockCursor;
import tempo.tempodb.block.BlockMerge;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockReader;
import tempo.tempodb.block.BlockSpec;
import tempo.tempodb.block.CorruptBlockException;
import tempo.tempodb.block.EntryVisitor;
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

    /** A record that replaces others must outlive them. */
    @Test
    void aDeletedTraceStaysGoneWhenItsBlocksWereCompactedBefore() throws IOException {
        TraceKey key = new TraceKey(3, 3);
        byte[] value = new RandomOtlp(new Random(3), false, key).entry(3);
        List<BlockMeta> blocks = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            blocks.add(commit(BlockContent.SPANS, new TreeMap<>(java.util.Map.of(key, List.of(value)))));
        }
        db.compact(blocks);
        assertEquals(1, db.delete("t", key));
        assertEquals(List.of(), db.find("t", key).values());
        assertEquals(List.of(), open().find("t", key).values());
        store.list("", object -> assertEquals("", object.key()));
    }

    @Test
    void onlyReplacedBlocksAreRemovedAndWhatIsFoundStaysTheSame() throws IOException {
        TraceKey key = new TraceKey(3, 3);
        List<BlockMeta> blocks = new ArrayList<>();
        for (String value : List.of("a", "b", "c", "d")) {
            blocks.add(
                    commit(BlockContent.OPAQUE, new TreeMap<>(java.util.Map.of(key, List.of(value.getBytes(UTF_8))))));
        }
        BlockMeta half = db.compact(blocks.subList(0, 2)).orElseThrow();
        BlockMeta most = db.compact(List.of(blocks.get(2), half)).orElseThrow();
        assertEquals(4, db.removeReplaced("t"));
        assertEquals(0, db.removeReplaced("t"));
        assertEquals(4, db.find("t", key).values().size());
        assertEquals(4, open().find("t", key).values().size());
        List<String> left = new ArrayList<>();
        store.list("", object -> left.add(object.key()));
        Collections.sort(left);
        List<String> expected = new ArrayList<>();
        for (BlockMeta meta : List.of(blocks.get(3), most)) {
            expected.add(meta.spec().dataName());
            expected.add(meta.spec().metaName());
        }
        Collections.sort(expected);
        assertEquals(expected, left);
    }

    /** However far a removal comes, nothing that was replaced is seen again. */
    @Test
    void aRemovalThatFailsHalfwayBringsNothingBack() throws IOException {
        TraceKey key = new TraceKey(3, 3);
        for (int calls = 0; calls < 12; calls++) {
            store = new MemoryObjectStore();
            db = open();
            List<BlockMeta> blocks = new ArrayList<>();
            for (String value : List.of("a", "b", "c")) {
                blocks.add(commit(
                        BlockContent.OPAQUE, new TreeMap<>(java.util.Map.of(key, List.of(value.getBytes(UTF_8))))));
            }
            BlockMeta half = db.compact(blocks.subList(0, 2)).orElseThrow();
            db.compact(List.of(blocks.get(2), half));
            int deletes = calls;
            TempoDb failing = TempoDb.open(new FaultyObjectStore(store, 1_000, false) {
                private int left = deletes;

                @Override
                public void delete(String name) throws IOException {
                    if (left-- <= 0) {
                        throw new IOException("store is gone");
                    }
                    super.delete(name);
                }
            });
            try {
                failing.removeReplaced("t");
            } catch (IOException expected) {
                assertEquals("store is gone", expected.getMessage());
            }
            assertEquals(3, open().find("t", key).values().size());
            assertEquals(1, open().blocks("t").visible().size());
        }
    }

    @Test
    void aTraceIsPassedOneValueAfterTheOther() throws IOException {
        TraceKey key = new TraceKey(3, 3);
        commit(BlockContent.OPAQUE, new TreeMap<>(java.util.Map.of(key, List.of("a".getBytes(UTF_8)))));
        BlockMeta bad = commit(BlockContent.OPAQUE, new TreeMap<>(java.util.Map.of(key, List.of("b".getBytes(UTF_8)))));
        BlockMeta cut = commit(BlockContent.OPAQUE, new TreeMap<>(java.util.Map.of(key, List.of("c".getBytes(UTF_8)))));
        List<String> values = new ArrayList<>();
        db.find("t", key, entry -> values.add(UTF_8.decode(entry.value()).toString()));
        Collections.sort(values);
        assertEquals(List.of("a", "b", "c"), values);
        db.find("t", new TraceKey(5, 5), entry -> values.add("of another key"));
        assertEquals(3, values.size());

        byte[] data = store.content(bad.spec().dataName());
        data[data.length - 1] ^= 1;
        store.replace(cut.spec().dataName(), new byte[600]);
        TempoDb again = open();
        assertThrows(CorruptBlockException.class, () -> again.find("t", key, entry -> {}));
        for (boolean scan : new boolean[] {false, true}) {
            values.clear();
            List<UUID> unreadable = new ArrayList<>();
            EntryVisitor bearing = new EntryVisitor() {
                @Override
                public void entry(BlockCursor entry) {
                    values.add(UTF_8.decode(entry.value()).toString());
                }

                @Override
                public void unreadable(CorruptBlockException failure) {
                    unreadable.add(failure.blockId());
                }
            };
            if (scan) {
                again.scan("t", FIRST, LAST, bearing);
            } else {
                again.find("t", key, bearing);
            }
            assertEquals(List.of("a"), values);
            assertEquals(java.util.Set.of(bad.blockId(), cut.blockId()), java.util.Set.copyOf(unreadable));
        }
    }

    /** Too large to be merged in memory: what is in two blocks, cut at other places, is stored once all the same. */
    @Test
    void equalSpansOfALargeTraceAreOne() throws IOException {
        TraceKey key = new TraceKey(3, 3);
        Random random = new Random(4);
        List<byte[]> parts = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            parts.add(new RandomOtlp(random, true, key).entry(3000));
        }
        List<byte[]> pairs = new ArrayList<>();
        for (int i = 1; i + 1 < parts.size(); i += 2) {
            pairs.add(merged(parts.subList(i, i + 2)));
        }
        List<BlockMeta> blocks = new ArrayList<>();
        for (List<byte[]> values : List.of(parts, pairs)) {
            blocks.add(commit(BlockContent.SPANS, new TreeMap<>(java.util.Map.of(key, values))));
        }
        BlockMeta merged = db.compact(blocks).orElseThrow();
        List<byte[]> found = db.find("t", key).values();
        assertTrue(found.stream().mapToInt(value -> value.length).sum() > 8 << 20);
        assertTrue(found.size() > 4);
        assertArrayEquals(merged(parts), merged(found));
        assertEquals(TraceMerge.merge(parts).spanCount(), merged.summary().spans());
    }
}
