package tempo.tempodb.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tempo.span.TraceKey;
import tempo.span.TraceMerge;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.spans.RandomOtlp;

class BlockSalvageTest {
    private final MemoryObjectStore store = new MemoryObjectStore();

    /** What is read of salvaged bytes must be some of what was written, in its order. */
    private record Salvaged(BlockSalvage.Report report, List<Blocks.Entry> entries) {}

    private static BlockSource source(byte[] bytes) {
        return (offset, length) -> {
            if (offset + length > bytes.length) {
                throw new EOFException("ends at " + bytes.length);
            }
            return Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
        };
    }

    private static Salvaged salvage(BlockContent content, byte[] bytes) throws IOException {
        BlockSalvage salvage = BlockSalvage.scan(Blocks.ID, content, source(bytes), bytes.length);
        List<Blocks.Entry> entries = new ArrayList<>();
        Optional<BlockReader> reader = salvage.reader();
        if (reader.isPresent()) {
            reader.get().scan(Blocks.FIRST, Blocks.LAST, entry -> {
                byte[] value = new byte[entry.value().remaining()];
                entry.value().get(value);
                entries.add(new Blocks.Entry(entry.key(), value, entry.spans(), entry.startMin(), entry.startMax()));
            });
            for (Blocks.Entry entry : List.of(entries.get(0), entries.get(entries.size() - 1))) {
                assertEquals(1, Blocks.find(reader.get(), entry.key()).size());
            }
        }
        assertEquals(salvage.report().entries(), entries.size());
        return new Salvaged(salvage.report(), entries);
    }

    private byte[] written(BlockContent content, List<Blocks.Entry> entries) throws IOException {
        return store.content(Blocks.write(store, content, entries).spec().dataName())
                .clone();
    }

    private static List<Blocks.Entry> spans(long seed, int traces) {
        Random random = new Random(seed);
        TreeMap<TraceKey, byte[]> values = new TreeMap<>();
        for (int i = 0; i < traces; i++) {
            TraceKey key = new TraceKey(random.nextLong(), random.nextLong());
            values.put(key, merged(new RandomOtlp(random, i % 3 == 0, key).entry(1 + random.nextInt(80))));
        }
        List<Blocks.Entry> entries = new ArrayList<>();
        values.forEach((key, value) -> entries.add(Blocks.Entry.of(key, value)));
        return entries;
    }

    private static void assertSame(BlockContent content, List<Blocks.Entry> expected, List<Blocks.Entry> actual) {
        assertEquals(
                expected.stream().map(Blocks.Entry::key).toList(),
                actual.stream().map(Blocks.Entry::key).toList());
        for (int i = 0; i < expected.size(); i++) {
            byte[] value = expected.get(i).value();
            byte[] found = actual.get(i).value();
            if (content == BlockContent.SPANS) {
                assertArrayEquals(value, merged(found));
            } else {
                assertArrayEquals(value, found);
            }
        }
    }

    private static byte[] merged(byte[] value) {
        return TraceMerge.merge(List.of(value)).bytes();
    }

    private GroupTable groups(byte[] block, BlockContent content, List<Blocks.Entry> entries) throws IOException {
        BlockMeta meta = Blocks.write(store, content, entries);
        return BlockReader.open(meta, source(block)).tail().groups();
    }

    /** The entries whose group is one of those that {@code kept} says. */
    private static List<Blocks.Entry> entriesOf(
            GroupTable groups, List<Blocks.Entry> entries, java.util.function.IntPredicate kept) {
        return entries.stream()
                .filter(entry -> kept.test(groups.firstEndingAtLeast(
                        entry.key().high(), entry.key().low())))
                .toList();
    }

    @Test
    void everyGroupBeforeACutIsRecoveredWhereverTheCutIs() throws IOException {
        List<Blocks.Entry> entries = Blocks.entries(new Random(1), 28, 40_000, 0.9);
        byte[] block = written(BlockContent.OPAQUE, entries);
        GroupTable groups = groups(block, BlockContent.OPAQUE, entries);
        assertTrue(groups.groups() >= 4, groups.groups() + " groups");
        int tail = (int) (groups.offset(groups.groups() - 1) + groups.length(groups.groups() - 1));
        assertTrue(block.length - tail < 5000, "the tail is of " + (block.length - tail));
        for (int length = tail; length < block.length; length++) {
            byte[] cut = Arrays.copyOf(block, length);
            BlockSalvage.Report report = BlockSalvage.scan(Blocks.ID, BlockContent.OPAQUE, source(cut), length)
                    .report();
            assertEquals(groups.groups(), report.groups());
            assertEquals(entries.size(), report.entries());
            if (length % 50 == 0) {
                assertSame(
                        BlockContent.OPAQUE,
                        entries,
                        salvage(BlockContent.OPAQUE, cut).entries());
            }
        }
        for (int i = 0; i < groups.groups(); i++) {
            int group = i;
            for (int length : new int[] {(int) groups.offset(i), (int) groups.offset(i) + groups.length(i) - 1}) {
                Salvaged salvaged = salvage(BlockContent.OPAQUE, Arrays.copyOf(block, length));
                assertSame(BlockContent.OPAQUE, entriesOf(groups, entries, each -> each < group), salvaged.entries());
            }
        }
    }

    private static int segmentAt(byte[] block) {
        int at = 0;
        while (ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN).getInt(at) != BlockLayout.SEGMENT_MAGIC) {
            at += BlockLayout.ALIGNMENT;
        }
        return at;
    }

    /** Their segment is written behind them. */
    @Test
    void groupsOfSpansAreRecoveredAsLongAsTheirSegmentIsThere() throws IOException {
        List<Blocks.Entry> entries = spans(2, 300);
        byte[] block = written(BlockContent.SPANS, entries);
        BlockMeta meta = Blocks.write(store, BlockContent.SPANS, entries);
        int segmentAt = segmentAt(block);
        int segmentEnd = segmentAt
                + BlockLayout.SEGMENT_HEADER_BYTES
                + ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN).getInt(segmentAt + 4);
        for (int length = segmentEnd; length < block.length; length += 1 + (length - segmentEnd) / 8) {
            Salvaged salvaged = salvage(BlockContent.SPANS, Arrays.copyOf(block, length));
            assertSame(BlockContent.SPANS, entries, salvaged.entries());
            assertEquals(meta.summary().spans(), salvaged.report().spans());
            assertEquals(meta.summary().traces(), salvaged.report().traces());
            assertEquals(Set.of(), salvaged.report().groupsLost());
        }
        Salvaged nothing = salvage(BlockContent.SPANS, Arrays.copyOf(block, segmentEnd - 1));
        assertEquals(0, nothing.report().groups());
        assertEquals(Set.of(0), nothing.report().segmentsLost());
        assertTrue(nothing.report().groupsLost().size() >= 2);
    }

    @Test
    void aDamagedGroupCostsNothingButItself() throws IOException {
        for (BlockContent content : BlockContent.values()) {
            Random random = new Random(3);
            List<Blocks.Entry> entries =
                    content == BlockContent.SPANS ? spans(3, 500) : Blocks.entries(random, 60, 30_000, 0.9);
            byte[] block = written(content, entries);
            GroupTable groups = groups(block, content, entries);
            assertTrue(groups.groups() >= 4, groups.groups() + " groups");
            for (int round = 0; round < 12; round++) {
                int damaged = random.nextInt(groups.groups());
                byte[] bad = block.clone();
                int at = (int) groups.offset(damaged) + random.nextInt(round % 2 == 0 ? 120 : groups.length(damaged));
                bad[at] ^= (byte) (1 << random.nextInt(8));
                Arrays.fill(bad, bad.length - 100, bad.length, (byte) 0);
                Salvaged salvaged = salvage(content, bad);
                assertSame(content, entriesOf(groups, entries, each -> each != damaged), salvaged.entries());
                boolean known = damaged < groups.groups() - 1
                        || salvaged.report().groupsLost().contains(damaged);
                assertEquals(
                        known ? Set.of(damaged) : Set.of(), salvaged.report().groupsLost());
            }
        }
    }

    @Test
    void bytesThatAreMissingInTheMiddleCostOnlyWhatTheyHeld() throws IOException {
        List<Blocks.Entry> entries = Blocks.entries(new Random(4), 60, 30_000, 0.9);
        byte[] block = written(BlockContent.OPAQUE, entries);
        GroupTable groups = groups(block, BlockContent.OPAQUE, entries);
        int from = (int) groups.offset(1) + 4096;
        int to = (int) groups.offset(2) + 4096;
        byte[] bad = new byte[block.length - (to - from)];
        System.arraycopy(block, 0, bad, 0, from);
        System.arraycopy(block, to, bad, from, block.length - to);
        Salvaged salvaged = salvage(BlockContent.OPAQUE, bad);
        assertSame(BlockContent.OPAQUE, entriesOf(groups, entries, each -> each != 1 && each != 2), salvaged.entries());
        assertEquals(Set.of(1, 2), salvaged.report().groupsLost());
    }

    @Test
    void groupsAndSegmentsOfAnotherBlockAreNotTaken() throws IOException {
        List<Blocks.Entry> others = spans(5, 200);
        byte[] other = written(BlockContent.SPANS, others);
        for (int i = 0; i + 16 <= other.length; i++) {
            // The same block under another id, with checksums that are right.
            if (i % BlockLayout.ALIGNMENT == 8) {
                renamed(other, i - 8);
            }
        }
        List<Blocks.Entry> entries = spans(6, 200);
        byte[] block = written(BlockContent.SPANS, entries);
        for (boolean first : new boolean[] {true, false}) {
            byte[] before = first ? other : block;
            byte[] behind = first ? block : other;
            byte[] both = Arrays.copyOf(before, (int) BlockLayout.align(before.length) + behind.length);
            System.arraycopy(behind, 0, both, both.length - behind.length, behind.length);
            Salvaged salvaged = salvage(BlockContent.SPANS, both);
            assertSame(BlockContent.SPANS, entries, salvaged.entries());
            assertEquals(Set.of(), salvaged.report().groupsLost());
        }
        assertEquals(0, salvage(BlockContent.SPANS, other).report().groups());
    }

    private static void renamed(byte[] block, int at) {
        ByteBuffer bytes = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
        boolean group = bytes.getInt(at) == BlockLayout.GROUP_MAGIC;
        if (group || bytes.getInt(at) == BlockLayout.SEGMENT_MAGIC) {
            int end = at + (group ? bytes.getInt(at + 4) : BlockLayout.SEGMENT_HEADER_BYTES) - BlockLayout.CRC_BYTES;
            Keys.put(bytes.position(at + 8), new UUID(7, 7));
            bytes.putInt(end, BlockLayout.crc(block, at, end - at));
        }
    }

    /** A value that holds the header of a group of this very block, at a multiple of 512; taken only if the checksum is right. */
    @Test
    void whatOnlyLooksLikeAGroupIsNotTaken() throws IOException {
        for (int magic : new int[] {BlockLayout.GROUP_MAGIC, BlockLayout.SEGMENT_MAGIC}) {
            byte[] value = new byte[300_000];
            new Random(7).nextBytes(value);
            List<Blocks.Entry> entries = List.of(Blocks.Entry.of(new TraceKey(1, 1), value));
            int at = positionOf(Arrays.copyOfRange(value, 2000, 2032), written(BlockContent.OPAQUE, entries));
            int shifted = 2000 + BlockLayout.ALIGNMENT - at % BlockLayout.ALIGNMENT;
            ByteBuffer fake = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
            fake.putInt(shifted, magic).putInt(shifted + 4, BlockLayout.GROUP_FIXED_BYTES + 68);
            Keys.put(fake.position(shifted + 8), Blocks.ID);
            fake.putInt(7).putInt(2);
            byte[] block = written(BlockContent.OPAQUE, entries);
            at = positionOf(Arrays.copyOfRange(value, shifted, shifted + 32), block);
            assertEquals(0, at % BlockLayout.ALIGNMENT);
            Salvaged salvaged = salvage(BlockContent.OPAQUE, block);
            assertSame(BlockContent.OPAQUE, entries, salvaged.entries());
            assertEquals(Set.of(), salvaged.report().groupsLost());
        }
    }

    private static int positionOf(byte[] wanted, byte[] bytes) {
        for (int at = 0; at + wanted.length <= bytes.length; at++) {
            if (Arrays.equals(wanted, 0, wanted.length, bytes, at, at + wanted.length)) {
                return at;
            }
        }
        throw new AssertionError("the value is not stored as it is");
    }

    @Test
    void groupsThatWereCopiedAboutAreTakenOnce() throws IOException {
        List<Blocks.Entry> entries = Blocks.entries(new Random(8), 40, 30_000, 0.9);
        byte[] block = written(BlockContent.OPAQUE, entries);
        int half = (int) BlockLayout.align(block.length);
        byte[] twice = Arrays.copyOf(block, half + block.length);
        System.arraycopy(block, 0, twice, half, block.length);
        twice[1500] ^= 1;
        Salvaged salvaged = salvage(BlockContent.OPAQUE, twice);
        assertSame(BlockContent.OPAQUE, entries, salvaged.entries());
        assertEquals(Set.of(), salvaged.report().groupsLost());
    }

    /** Any damage gives right data, of which there may be less, and no other error. */
    @Test
    void salvageOfAnyBytesIsRightData() throws IOException {
        List<Blocks.Entry> entries = spans(9, 150);
        byte[] block = written(BlockContent.SPANS, entries);
        TreeMap<TraceKey, byte[]> values = new TreeMap<>();
        entries.forEach(entry -> values.put(entry.key(), entry.value()));
        Random random = new Random(10);
        int taken = 0;
        for (int round = 0; round < 200; round++) {
            byte[] bad = Arrays.copyOf(block, block.length - random.nextInt(random.nextInt(8) == 0 ? 3000 : 100));
            for (int damage = random.nextInt(4); damage > 0; damage--) {
                int at = random.nextInt(bad.length);
                int length = Math.min(1 + random.nextInt(2000), bad.length - at);
                if (random.nextBoolean()) {
                    Arrays.fill(bad, at, at + length, (byte) random.nextInt());
                } else {
                    System.arraycopy(block, random.nextInt(block.length - length), bad, at, length);
                }
            }
            for (Blocks.Entry entry : salvage(BlockContent.SPANS, bad).entries()) {
                assertArrayEquals(values.get(entry.key()), merged(entry.value()));
                taken++;
            }
        }
        assertTrue(taken > 2000, taken + " entries were salvaged");
    }

    @Test
    void nothingIsFoundInAnEmptyObject() throws IOException {
        assertEquals(0, salvage(BlockContent.SPANS, new byte[0]).report().groups());
        assertEquals(0, salvage(BlockContent.SPANS, new byte[511]).report().groups());
        assertEquals(0, salvage(BlockContent.OPAQUE, new byte[3 << 20]).report().groups());
    }
}
