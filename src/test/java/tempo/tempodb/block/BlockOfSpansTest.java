package tempo.tempodb.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tempo.span.MergedTrace;
import tempo.span.TraceKey;
import tempo.span.TraceMerge;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.spans.RandomOtlp;

class BlockOfSpansTest {
    private final MemoryObjectStore store = new MemoryObjectStore();

    private static List<Blocks.Entry> entries(long seed, int traces) {
        Random random = new Random(seed);
        TreeMap<TraceKey, byte[]> values = new TreeMap<>();
        for (int i = 0; i < traces; i++) {
            TraceKey key = new TraceKey(random.nextLong(), random.nextLong());
            values.put(key, new RandomOtlp(random, i % 3 == 0, key).entry(1 + random.nextInt(i % 50 == 0 ? 400 : 40)));
        }
        List<Blocks.Entry> entries = new ArrayList<>();
        values.forEach((key, value) -> entries.add(Blocks.Entry.of(key, value)));
        return entries;
    }

    private static byte[] merged(byte[] value) {
        MergedTrace merged = TraceMerge.merge(List.of(value));
        assertEquals(List.of(), merged.failures());
        return merged.bytes();
    }

    private static byte[] merged(List<byte[]> values) {
        return TraceMerge.merge(values).bytes();
    }

    /** And the segment, which they share, with another one, once. */
    @Test
    void everyTraceIsFoundWithOneRead() throws IOException {
        List<Blocks.Entry> entries = entries(1, 1000);
        BlockMeta meta = Blocks.write(store, BlockContent.SPANS, entries);
        int[] reads = {0};
        BlockSource source = (offset, length) -> {
            reads[0]++;
            return store.read(meta.spec().dataName(), offset, length);
        };
        BlockReader reader = BlockReader.open(meta, source);
        assertTrue(reader.tail().groups().groups() > 3);
        assertEquals(1, reads[0]);
        Blocks.find(reader, entries.get(0).key());
        assertEquals(3, reads[0]);
        for (Blocks.Entry entry : entries) {
            reads[0] = 0;
            assertArrayEquals(merged(entry.value()), merged(Blocks.find(reader, entry.key())));
            assertEquals(1, reads[0]);
        }
        assertEquals(List.of(), Blocks.find(reader, new TraceKey(5, 5)));
        assertEquals(
                BlockContent.SPANS,
                BlockMeta.decode(meta.spec().metaName(), meta.encode()).spec().content());
    }

    @Test
    void aScanPassesAllEntriesInOrder() throws IOException {
        List<Blocks.Entry> entries = entries(2, 500);
        BlockReader reader = Blocks.open(store, Blocks.write(store, BlockContent.SPANS, entries));
        BlockCursor cursor =
                reader.cursor(entries.get(3).key(), entries.get(490).key());
        for (int i = 3; i <= 490; i++) {
            assertTrue(cursor.next());
            assertEquals(entries.get(i).key(), cursor.key());
            byte[] value = new byte[cursor.value().remaining()];
            cursor.value().get(value);
            assertArrayEquals(merged(entries.get(i).value()), merged(value));
            assertEquals(TraceMerge.merge(List.of(value)).spanCount(), cursor.spans());
        }
        assertEquals(false, cursor.next());
        assertEquals(false, cursor.next());
    }

    @Test
    void partsOfATraceAreEntriesOfTheirOwnAndMayGoOnInTheNextGroup() throws IOException {
        TraceKey key = new TraceKey(7, 7);
        Random random = new Random(3);
        List<Blocks.Entry> entries = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            entries.add(Blocks.Entry.of(key, new RandomOtlp(random, false, key).entry(1500)));
        }
        BlockReader reader = Blocks.open(store, Blocks.write(store, BlockContent.SPANS, entries));
        assertTrue(reader.tail().groups().groups() > 1);
        List<byte[]> found = Blocks.find(reader, key);
        assertEquals(12, found.size());
        assertArrayEquals(merged(entries.stream().map(Blocks.Entry::value).toList()), merged(found));
    }

    @Test
    void aValueThatIsNoTraceIsRefusedAndCostsNothingElse() throws IOException {
        BlockSpec spec = BlockSpec.cut("tenant", Blocks.ID, Blocks.WINDOW, BlockContent.SPANS);
        BlockWriter writer = new BlockWriter(spec, store.write(spec.dataName()));
        List<Blocks.Entry> entries = entries(4, 2);
        ByteBuffer cut =
                ByteBuffer.wrap(entries.get(0).value(), 0, entries.get(0).value().length - 1);
        assertThrows(
                IllegalArgumentException.class, () -> writer.add(entries.get(0).key(), cut, 1, 5, 6));
        for (Blocks.Entry entry : entries) {
            writer.add(entry.key(), ByteBuffer.wrap(entry.value()), 1, 5, 6);
        }
        assertEquals(2, writer.finish().entries());
    }

    /** Any damage gives the right data or an error that names the block. */
    @Test
    void damageIsNeverWrongData() throws IOException {
        List<Blocks.Entry> entries = entries(5, 300);
        BlockMeta meta = Blocks.write(store, BlockContent.SPANS, entries);
        String name = meta.spec().dataName();
        byte[] good = store.read(name, 0, (int) meta.summary().dataBytes());
        Random random = new Random(6);
        int refused = 0;
        for (int round = 0; round < 10_000; round++) {
            BlockSource source = Damage.source(Damage.of(good, random));
            Blocks.Entry entry = entries.get(random.nextInt(entries.size()));
            try {
                List<byte[]> found = Blocks.find(BlockReader.open(meta, source), entry.key());
                assertArrayEquals(merged(entry.value()), merged(found));
            } catch (CorruptBlockException e) {
                assertEquals(Blocks.ID, e.blockId());
                refused++;
            } catch (java.io.EOFException e) {
                refused++;
            }
        }
        assertTrue(refused > 500, refused + " refused");
    }
}
