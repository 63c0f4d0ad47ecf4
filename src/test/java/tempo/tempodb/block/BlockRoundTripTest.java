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
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import tempo.span.TraceKey;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.backend.ObjectWriter;

class BlockRoundTripTest {
    private final MemoryObjectStore store = new MemoryObjectStore();

    @Property(tries = 200)
    void givesBackWhatWentIn(@ForAll long seed, @ForAll @IntRange(min = 1, max = 300) int count) throws IOException {
        Random random = new Random(seed);
        List<Blocks.Entry> entries = new ArrayList<>();
        for (Blocks.Entry entry : Blocks.entries(random, count, 0, 0)) {
            int parts = random.nextInt(4) == 0 ? 1 + random.nextInt(4) : 1;
            for (int part = 0; part < parts; part++) {
                int bytes = random.nextInt(20) == 0 ? random.nextInt(200_000) : random.nextInt(3000);
                long oldest = random.nextLong();
                long newest = random.nextBoolean() ? oldest : Math.max(oldest, random.nextLong());
                byte[] value = Blocks.value(random, bytes, random.nextDouble());
                int spans = random.nextInt() >>> 1;
                entries.add(new Blocks.Entry(entry.key(), value, spans, oldest, newest));
            }
        }
        BlockMeta meta = Blocks.write(store, entries);
        BlockReader reader = Blocks.open(store, meta);
        assertScan(entries, reader, Blocks.FIRST, Blocks.LAST);
        for (int i = 0; i < entries.size(); i += 1 + entries.size() / 10) {
            assertFound(entries, reader, entries.get(i).key());
        }
        assertEquals(entries.size(), meta.summary().entries());
        assertEquals(
                entries.stream().mapToLong(entry -> entry.value().length).sum(),
                meta.summary().rawBytes());
        assertEquals(
                entries.stream().mapToLong(Blocks.Entry::spans).sum(),
                meta.summary().spans());
        assertEquals(
                entries.stream().mapToLong(Blocks.Entry::oldest).min().orElseThrow(),
                meta.summary().startMin());
    }

    @Property(tries = 50)
    void scansExactlyTheKeysAskedFor(
            @ForAll @LongRange(min = 0, max = 1000) long seed,
            @ForAll @IntRange(min = 0, max = 999) int from,
            @ForAll @IntRange(min = 0, max = 999) int to)
            throws IOException {
        List<Blocks.Entry> entries = Blocks.entries(new Random(seed), 1000, 1000, 0.8);
        BlockReader reader = Blocks.open(store, Blocks.write(store, entries));
        TraceKey first = entries.get(Math.min(from, to)).key();
        TraceKey last = entries.get(Math.max(from, to)).key();
        assertScan(entries.subList(Math.min(from, to), Math.max(from, to) + 1), reader, first, last);
    }

    @Test
    void findsTracesThatGoOnOverGroupsInAsManyReads() throws IOException {
        Random random = new Random(2);
        List<Blocks.Entry> entries = new ArrayList<>(Blocks.entries(random, 200, 3000, 1));
        TraceKey large = entries.get(100).key();
        for (int i = 0; i < 60; i++) {
            entries.add(101 + i, Blocks.Entry.of(large, Blocks.value(random, 50_000, 1)));
        }
        BlockReader reader = Blocks.open(store, Blocks.write(store, entries));
        int before = store.reads();
        assertFound(entries, reader, large);
        int reads = store.reads() - before;
        assertTrue(
                reads >= 3 && reads <= 5,
                "3 MB in groups of at most 1 MiB and a bit were found in " + reads + " reads");
        assertFound(entries, reader, entries.get(99).key());
        assertFound(entries, reader, entries.get(161).key());
        assertScan(entries, reader, Blocks.FIRST, Blocks.LAST);
    }

    @Test
    void storesAValueOfSixtyFourMebibytesAndKeepsItFromItsNeighbours() throws IOException {
        Random random = new Random(3);
        List<Blocks.Entry> entries = new ArrayList<>(Blocks.entries(random, 3, 100, 1));
        entries.add(2, Blocks.Entry.of(entries.get(1).key(), Blocks.value(random, BlockWriter.VALUE_BYTES_MAX, 0.1)));
        BlockReader reader = Blocks.open(store, Blocks.write(store, entries));
        assertFound(entries, reader, entries.get(1).key());
        assertEquals(3, reader.tail().groups().groups());
        assertTrue(reader.tail().groups().length(0) < 10_000);
    }

    @Test
    void refusesWhatCannotBeStored() throws IOException {
        ObjectWriter data = store.write("t/w/a.tp");
        BlockWriter writer = new BlockWriter(BlockSpec.cut("t", Blocks.ID, Blocks.WINDOW, BlockContent.OPAQUE), data);
        assertThrows(IllegalStateException.class, writer::finish);
        TraceKey key = new TraceKey(5, 5);
        ByteBuffer tooLarge = ByteBuffer.allocate(BlockWriter.VALUE_BYTES_MAX + 1);
        assertThrows(IllegalArgumentException.class, () -> writer.add(key, tooLarge, 1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> writer.add(key, ByteBuffer.allocate(1), -1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> writer.add(key, ByteBuffer.allocate(1), 1, 2, 1));
        writer.add(key, ByteBuffer.allocate(1), 1, 1, 1);
        IllegalArgumentException descending = assertThrows(
                IllegalArgumentException.class, () -> writer.add(new TraceKey(5, 4), ByteBuffer.allocate(1), 1, 1, 1));
        assertEquals(
                "keys must not decrease but after 00000000000000050000000000000005 came 00000000000000050000000000000004",
                descending.getMessage());
        assertEquals(1, writer.finish().entries());
        assertThrows(IllegalStateException.class, () -> writer.add(key, ByteBuffer.allocate(1), 1, 1, 1));
    }

    @Test
    void ordersKeysAsUnsignedNumbers() throws IOException {
        List<Blocks.Entry> entries = List.of(
                Blocks.Entry.of(new TraceKey(0, 1), new byte[] {1}),
                Blocks.Entry.of(new TraceKey(0, -1), new byte[] {2}),
                Blocks.Entry.of(new TraceKey(Long.MAX_VALUE, 0), new byte[] {3}),
                Blocks.Entry.of(new TraceKey(Long.MIN_VALUE, 0), new byte[] {4}),
                Blocks.Entry.of(new TraceKey(-1, -1), new byte[] {5}));
        BlockReader reader = Blocks.open(store, Blocks.write(store, entries));
        for (Blocks.Entry entry : entries) {
            assertFound(entries, reader, entry.key());
        }
    }

    @Test
    void readsOnceForAPresentKeyAndNotAtAllForNearlyAllAbsentOnes() throws IOException {
        List<Blocks.Entry> entries = Blocks.entries(new Random(4), 5000, 400, 0.5);
        BlockMeta meta = Blocks.write(store, entries);
        int before = store.reads();
        BlockReader reader = Blocks.open(store, meta);
        assertEquals(1, store.reads() - before, "reads to open");
        for (Blocks.Entry entry : entries.subList(0, 100)) {
            before = store.reads();
            assertFound(entries, reader, entry.key());
            assertEquals(1, store.reads() - before, "reads for a present key");
        }
        Random absent = new Random(5);
        before = store.reads();
        for (int i = 0; i < 10_000; i++) {
            TraceKey key = new TraceKey(absent.nextLong(), absent.nextLong());
            assertEquals(0, Blocks.find(reader, key).size());
            assertTrue(reader.mayHold(key) || store.reads() >= before);
        }
        int reads = store.reads() - before;
        assertTrue(reads <= 3, reads + " reads for 10,000 absent keys");
    }

    private static void assertFound(List<Blocks.Entry> entries, BlockReader reader, TraceKey key) throws IOException {
        List<byte[]> expected = entries.stream()
                .filter(entry -> entry.key().equals(key))
                .map(Blocks.Entry::value)
                .toList();
        List<byte[]> actual = Blocks.find(reader, key);
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i));
        }
    }

    private static void assertScan(List<Blocks.Entry> expected, BlockReader reader, TraceKey from, TraceKey to)
            throws IOException {
        int[] count = {0};
        reader.scan(from, to, cursor -> {
            Blocks.Entry entry = expected.get(count[0]++);
            assertEquals(entry.key(), cursor.key());
            assertEquals(ByteBuffer.wrap(entry.value()), cursor.value());
            assertEquals(entry.spans(), cursor.spans());
            assertEquals(entry.oldest(), cursor.startMin());
            assertEquals(entry.newest(), cursor.startMax());
        });
        assertEquals(expected.size(), count[0]);
    }
}
