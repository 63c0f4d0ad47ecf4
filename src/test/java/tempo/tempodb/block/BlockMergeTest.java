package tempo.tempodb.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import tempo.span.MergedTrace;
import tempo.span.OtlpFields;
import tempo.span.TraceKey;
import tempo.span.TraceMerge;
import tempo.span.WireWriter;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.spans.RandomOtlp;

/** Blocks whose keys interleave, as those of one node do, become one block that says the same. */
class BlockMergeTest {
    private final MemoryObjectStore store = new MemoryObjectStore();
    private final Map<TraceKey, List<byte[]>> all = new TreeMap<>();

    private BlockReader write(Map<TraceKey, List<byte[]>> traces) throws IOException {
        UUID id = UUID.randomUUID();
        BlockSpec spec = BlockSpec.cut("tenant", id, Blocks.WINDOW, BlockContent.SPANS);
        try (ObjectWriter data = store.write(spec.dataName())) {
            BlockWriter writer = new BlockWriter(spec, data);
            for (var trace : traces.entrySet()) {
                for (byte[] value : trace.getValue()) {
                    writer.add(trace.getKey(), ByteBuffer.wrap(value), 1, 1000, 2000);
                }
            }
            BlockMeta meta = new BlockMeta(spec, writer.finish());
            data.commit();
            return Blocks.open(store, meta);
        }
    }

    private record Merged(BlockReader block, BlockSummary summary) {}

    private Merged merge(List<BlockReader> readers) throws IOException {
        return merge(readers, key -> true);
    }

    private Merged merge(List<BlockReader> readers, Predicate<TraceKey> kept) throws IOException {
        UUID id = UUID.randomUUID();
        BlockSpec spec = BlockSpec.cut("tenant", id, Blocks.WINDOW, BlockContent.SPANS);
        try (ObjectWriter data = store.write(spec.dataName())) {
            BlockWriter writer = new BlockWriter(spec, data);
            BlockMerge.Result result = BlockMerge.run(readers, writer, kept);
            assertEquals(0, result.groupsCopied());
            BlockSummary summary = writer.finish();
            data.commit();
            return new Merged(Blocks.open(store, new BlockMeta(spec, summary)), summary);
        }
    }

    /** Three blocks with traces of their own, and a few that are in two of them or in all. */
    private List<BlockReader> interleaved(long seed, int tracesEach, int spans) throws IOException {
        Random random = new Random(seed);
        List<TraceKey> shared = new ArrayList<>();
        for (int i = 0; i < tracesEach / 20; i++) {
            shared.add(new TraceKey(random.nextLong(), random.nextLong()));
        }
        List<BlockReader> readers = new ArrayList<>();
        for (int block = 0; block < 3; block++) {
            Map<TraceKey, List<byte[]>> traces = new TreeMap<>();
            for (int i = 0; i < tracesEach; i++) {
                boolean common = random.nextInt(20) == 0;
                TraceKey key = common
                        ? shared.get(random.nextInt(shared.size()))
                        : new TraceKey(random.nextLong(), random.nextLong());
                List<byte[]> values = traces.computeIfAbsent(key, unused -> new ArrayList<>());
                boolean odd = random.nextInt(10) == 0;
                values.add(new RandomOtlp(random, odd, key).entry(1 + random.nextInt(spans)));
                if (common && random.nextBoolean() && all.containsKey(key)) {
                    values.add(all.get(key).get(0));
                }
            }
            traces.forEach((key, values) ->
                    all.computeIfAbsent(key, unused -> new ArrayList<>()).addAll(values));
            readers.add(write(traces));
        }
        return readers;
    }

    private static MergedTrace merged(List<byte[]> values) {
        MergedTrace merged = TraceMerge.merge(values);
        assertEquals(List.of(), merged.failures());
        return merged;
    }

    private void assertHoldsAll(Merged whole) throws IOException {
        BlockReader block = whole.block();
        int entries = 0;
        long spans = 0;
        for (var trace : all.entrySet()) {
            MergedTrace expected = merged(trace.getValue());
            List<byte[]> found = Blocks.find(block, trace.getKey());
            assertEquals(1, found.size());
            assertArrayEquals(
                    expected.bytes(), merged(found).bytes(), trace.getKey().toString());
            entries++;
            spans += expected.spanCount();
        }
        BlockCursor cursor = block.cursor(Blocks.FIRST, Blocks.LAST);
        while (cursor.next()) {
            entries--;
        }
        assertEquals(0, entries);
        assertEquals(all.size(), whole.summary().traces());
        assertEquals(spans, whole.summary().spans());
    }

    @Test
    void eachSpanIsKeptOnce() throws IOException {
        List<BlockReader> readers = interleaved(1, 700, 50);
        Merged whole = merge(readers);
        assertTrue(whole.block().tail().groups().groups() > 8);
        assertHoldsAll(whole);
        long oldest = Long.MAX_VALUE;
        long newest = Long.MIN_VALUE;
        for (BlockReader reader : readers) {
            BlockCursor cursor = reader.cursor(Blocks.FIRST, Blocks.LAST);
            while (cursor.next()) {
                oldest = Math.min(oldest, BlockWriter.clampedToSigned(cursor.startMin()));
                newest = Math.max(newest, BlockWriter.clampedToSigned(cursor.startMax()));
            }
        }
        assertEquals(oldest, whole.summary().startMin());
        assertEquals(newest, whole.summary().startMax());
    }

    @Test
    void theOrderOfTheBlocksDoesNotMatter() throws IOException {
        List<BlockReader> readers = interleaved(2, 60, 30);
        for (int rotation = 0; rotation < 3; rotation++) {
            Collections.rotate(readers, 1);
            assertHoldsAll(merge(readers));
            List<BlockReader> reversed = new ArrayList<>(readers);
            Collections.reverse(reversed);
            assertHoldsAll(merge(reversed));
            BlockReader half = merge(readers.subList(0, 2)).block();
            assertHoldsAll(merge(List.of(readers.get(2), half)));
        }
    }

    /** An entry's length is not stored, but the sum over a group is: copied entries have their share of it. */
    @Test
    void copiedTracesCountWithTheLengthOfTheirValues() throws IOException {
        Random random = new Random(3);
        long bytes = 0;
        List<BlockReader> readers = new ArrayList<>();
        for (int block = 0; block < 3; block++) {
            Map<TraceKey, List<byte[]>> traces = new TreeMap<>();
            for (int i = 0; i < 300; i++) {
                TraceKey key = new TraceKey(random.nextLong(), random.nextLong());
                byte[] value = new RandomOtlp(random, false, key).entry(1 + random.nextInt(40));
                traces.put(key, List.of(value));
                bytes += value.length;
            }
            readers.add(write(traces));
        }
        assertEquals(bytes, merge(readers).summary().rawBytes());
    }

    @Test
    void aDamagedPageIsNamedWithItsBlockAndGroup() throws IOException {
        List<BlockReader> readers = interleaved(4, 200, 60);
        BlockReader whole = readers.get(1);
        int group = whole.tail().groups().groups() - 1;
        assertTrue(group > 0);
        long offset = whole.tail().groups().offset(group);
        int length = whole.tail().groups().length(group);
        BlockSource source = (from, count) -> {
            byte[] bytes = store.read(name(whole), from, count);
            if (from == offset && count == length) {
                bytes[length - 5] ^= 4;
            }
            return bytes;
        };
        readers.set(1, whole.withSource(source));
        CorruptBlockException failure = assertThrows(CorruptBlockException.class, () -> merge(readers));
        assertEquals(whole.tail().blockId(), failure.blockId());
        assertTrue(String.valueOf(failure.getMessage()).contains("group " + group), failure.getMessage());
    }

    private static String name(BlockReader reader) {
        return BlockSpec.cut("tenant", reader.tail().blockId(), Blocks.WINDOW, BlockContent.SPANS)
                .dataName();
    }

    /** Six times 12,000 keys, each with so many values that it is a column: more than a group may have pages. */
    @Test
    void blocksWithManyKeysEachAreMerged() throws IOException {
        List<BlockReader> readers = new ArrayList<>();
        for (int block = 0; block < 6; block++) {
            Map<TraceKey, List<byte[]>> traces = new TreeMap<>();
            for (int trace = 0; trace < 60; trace++) {
                TraceKey key = new TraceKey(trace, block);
                traces.put(key, List.of(manyKeys(key, block, trace)));
            }
            readers.add(write(traces));
            all.putAll(traces);
        }
        Predicate<TraceKey> kept = key -> key.high() < 5;
        all.keySet().removeIf(kept.negate());
        assertHoldsAll(merge(readers, kept));
    }

    private static byte[] manyKeys(TraceKey key, int block, int trace) {
        WireWriter out = new WireWriter(1 << 18);
        int resource = out.begin(1);
        int scope = out.begin(2);
        for (int i = 0; i < 12; i++) {
            int span = out.begin(2);
            OtlpFields.id(out, 1, key.traceId().high(), key.traceId().low());
            OtlpFields.id(out, 2, i + 1);
            for (int k = 0; k < 1000; k++) {
                OtlpFields.attribute(out, 9, "k" + (block * 12_000 + i * 1000 + k), trace);
            }
            out.end(span);
        }
        out.end(scope);
        out.end(resource);
        return out.toByteArray();
    }
}
