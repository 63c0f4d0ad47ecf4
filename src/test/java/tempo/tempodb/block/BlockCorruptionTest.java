package tempo.tempodb.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tempo.tempodb.backend.MemoryObjectStore;

class BlockCorruptionTest {
    private static final int FLIPS = 6000;

    private final MemoryObjectStore store = new MemoryObjectStore();
    private final Random random = new Random(11);
    private final List<Blocks.Entry> entries = Blocks.entries(random, 600, 1500, 0.9);
    private BlockMeta meta = new BlockMeta(
            BlockSpec.cut("t", Blocks.ID, Blocks.WINDOW, BlockContent.OPAQUE),
            new BlockSummary(Blocks.FIRST, Blocks.LAST, 0, 0, 1, 1, 0, 0, 8192, 4096, 108, 0));

    @BeforeEach
    void writeBlock() throws IOException {
        meta = Blocks.write(store, entries);
    }

    @Test
    void neverGivesWrongDataWhateverBitIsFlipped() throws IOException {
        byte[] data = store.content(meta.spec().dataName());
        BlockReader reader = Blocks.open(store, meta);
        GroupTable groups = reader.tail().groups();
        assertTrue(groups.groups() >= 3, "the block has " + groups.groups() + " groups");
        BlockFooter.Section copy = copyOfRecord(data);
        int typedErrors = 0;
        for (int flip = 0; flip < FLIPS; flip++) {
            int offset = offsetToFlip(groups, data.length, flip);
            int bit = 1 << random.nextInt(8);
            data[offset] ^= (byte) bit;
            if (copy.offset() <= offset && offset < copy.offset() + copy.length()) {
                assertThrows(CorruptBlockException.class, this::readCopy);
                assertEquals(Blocks.ID, Blocks.open(store, meta).tail().blockId());
                typedErrors++;
            } else if (offset >= meta.summary().tailOffset()) {
                CorruptBlockException error = assertThrows(CorruptBlockException.class, () -> Blocks.open(store, meta));
                assertEquals(Blocks.ID, error.blockId());
                typedErrors++;
            } else {
                typedErrors += findAroundFlip(reader, offset) ? 0 : 1;
            }
            data[offset] ^= (byte) bit;
        }
        assertTrue(typedErrors > FLIPS / 4, typedErrors + " flips were noticed");
    }

    private BlockFooter.Section copyOfRecord(byte[] data) throws IOException {
        int tailOffset = (int) meta.summary().tailOffset();
        return BlockFooter.decode(
                        Arrays.copyOfRange(data, tailOffset, data.length),
                        tailOffset,
                        meta.summary().footerBytes(),
                        BlockPlace.block(Blocks.ID))
                .sections()
                .stream()
                .filter(section -> section.type() == BlockLayout.SECTION_COMMIT_RECORD)
                .findFirst()
                .orElseThrow();
    }

    private BlockMeta readCopy() throws IOException {
        return RecordCopy.read(
                meta.spec().metaName(),
                Blocks.source(store, meta),
                meta.summary().dataBytes());
    }

    @Test
    void scansPastBadFramesAndGroups() throws IOException {
        byte[] data = store.content(meta.spec().dataName());
        BlockReader reader = Blocks.open(store, meta);
        GroupTable groups = reader.tail().groups();
        OpaqueGroup second = (OpaqueGroup) reader.readGroup(1);
        data[(int) groups.offset(0) + 40] ^= 1;
        data[(int) groups.offset(1) + groups.length(1) - 1] ^= 1;
        int firstGroup = entriesBefore(reader, 1);
        int lastPage = second.pageCount() - 1;
        int lost = firstGroup + second.endRow(lastPage) - second.firstRow(lastPage);
        List<CorruptBlockException> failures = new ArrayList<>();
        int[] seen = {0};
        reader.scan(Blocks.FIRST, Blocks.LAST, new EntryVisitor() {
            @Override
            public void entry(BlockCursor entry) {
                seen[0]++;
            }

            @Override
            public void unreadable(CorruptBlockException failure) {
                failures.add(failure);
            }
        });
        assertEquals(entries.size() - lost, seen[0]);
        assertEquals(2, failures.size());
        assertEquals(0, failures.get(0).group());
        assertEquals(CorruptBlockException.NONE, failures.get(0).page());
        assertEquals(1, failures.get(1).group());
        assertEquals(lastPage, failures.get(1).page());
    }

    @Test
    void namesBlockGroupAndPage() throws IOException {
        byte[] data = store.content(meta.spec().dataName());
        BlockReader reader = Blocks.open(store, meta);
        GroupTable groups = reader.tail().groups();
        data[(int) groups.offset(0) + groups.length(0) - 1] ^= 1;
        OpaqueGroup group = (OpaqueGroup) reader.readGroup(0);
        int page = group.pageCount() - 1;
        Blocks.Entry entry = entries.get(group.firstRow(page));
        CorruptBlockException error = assertThrows(CorruptBlockException.class, () -> Blocks.find(reader, entry.key()));
        assertEquals(Blocks.ID, error.blockId());
        assertEquals(0, error.group());
        assertEquals(page, error.page());
        String place = ", block " + Blocks.ID + " group 0 page " + page;
        assertTrue(error.toString().endsWith(place), error.toString());
    }

    @Test
    void refusesATruncatedObject() throws IOException {
        byte[] data = store.content(meta.spec().dataName());
        BlockReader open = Blocks.open(store, meta);
        for (int i = 0; i < 200; i++) {
            store.replace(meta.spec().dataName(), Arrays.copyOf(data, random.nextInt(data.length)));
            assertThrows(EOFException.class, () -> Blocks.open(store, meta));
        }
        store.replace(meta.spec().dataName(), Arrays.copyOf(data, (int)
                open.tail().groups().offset(2)));
        assertThrows(
                CorruptBlockException.class,
                () -> Blocks.find(open, entries.get(entries.size() - 1).key()));
        assertEquals(1, Blocks.find(open, entries.get(0).key()).size());
    }

    @Test
    void refusesAnotherBlocksData() throws IOException {
        BlockSpec other = BlockSpec.cut("tenant", new UUID(1, 2), Blocks.WINDOW, BlockContent.OPAQUE);
        BlockMeta claimed = new BlockMeta(other, meta.summary());
        CorruptBlockException error =
                assertThrows(CorruptBlockException.class, () -> BlockReader.open(claimed, Blocks.source(store, meta)));
        assertEquals("footer belongs to block " + Blocks.ID + ", block " + other.blockId(), error.getMessage());
    }

    @Test
    void refusesAGroupThatStandsInTheWrongPlace() throws IOException {
        BlockReader reader = Blocks.open(store, meta);
        GroupTable groups = reader.tail().groups();
        byte[] second = Blocks.source(store, meta).read(groups.offset(1), groups.length(1));
        CorruptBlockException error = assertThrows(
                CorruptBlockException.class, () -> OpaqueGroup.decode(second, BlockPlace.group(Blocks.ID, 0)));
        assertEquals(
                "group belongs elsewhere, to block " + Blocks.ID + " group 1, block " + Blocks.ID + " group 0",
                error.getMessage());
    }

    @Test
    void refusesNewerMajorsAndUnknownRequiredFeaturesButNotOptionalOnes() throws IOException {
        assertThrows(UnsupportedBlockException.class, () -> openWithFooter(0, 2));
        assertThrows(UnsupportedBlockException.class, () -> openWithFooter(8, 2));
        assertThrows(UnsupportedBlockException.class, () -> openWithFooter(4, 2));
        BlockReader reader = openWithFooter(16, 0x80);
        assertEquals(1, Blocks.find(reader, entries.get(5).key()).size());
        assertEquals(1, Blocks.find(openWithFooter(2, 9), entries.get(5).key()).size());
    }

    /** Opens a copy of the block whose footer has another byte at {@code offset}, and right checksums. */
    private BlockReader openWithFooter(int offset, int value) throws IOException {
        byte[] data = store.content(meta.spec().dataName()).clone();
        BlockSummary summary = meta.summary();
        int footer = data.length - summary.footerBytes();
        data[footer + offset] = (byte) value;
        int crc = BlockFooter.crc(data, footer, summary.footerBytes());
        ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).putInt(data.length - BlockLayout.FOOTER_END_BYTES, crc);
        BlockSummary changed = new BlockSummary(
                summary.keyMin(),
                summary.keyMax(),
                summary.startMin(),
                summary.startMax(),
                summary.traces(),
                summary.entries(),
                summary.spans(),
                summary.rawBytes(),
                summary.dataBytes(),
                summary.tailOffset(),
                summary.footerBytes(),
                crc);
        return BlockReader.open(
                new BlockMeta(meta.spec(), changed),
                (start, length) -> Arrays.copyOfRange(data, (int) start, (int) start + length));
    }

    /** Headers, trace tables and tails are small, so a uniform choice would nearly never hit them. */
    private int offsetToFlip(GroupTable groups, int bytes, int flip) {
        int group = random.nextInt(groups.groups());
        int tail = (int) meta.summary().tailOffset();
        return switch (flip % 5) {
            case 0 -> (int) groups.offset(group) + random.nextInt(600);
            case 1 -> (int) groups.offset(group) + random.nextInt(6000);
            case 2 -> tail + random.nextInt(bytes - tail);
            default -> random.nextInt(bytes);
        };
    }

    /** True if the flip in a group or between groups did no harm to the trace looked for. */
    private boolean findAroundFlip(BlockReader reader, int offset) throws IOException {
        GroupTable groups = reader.tail().groups();
        int hit = 0;
        while (hit + 1 < groups.groups() && groups.offset(hit + 1) <= offset) {
            hit++;
        }
        boolean unharmed = true;
        for (int i = 0; i < 3; i++) {
            Blocks.Entry entry = entries.get(random.nextInt(entries.size()));
            int group =
                    groups.firstEndingAtLeast(entry.key().high(), entry.key().low());
            try {
                List<byte[]> found = Blocks.find(reader, entry.key());
                assertEquals(1, found.size());
                assertArrayEquals(entry.value(), found.get(0));
            } catch (CorruptBlockException e) {
                assertEquals(hit, group, "a group that was not hit could not be read");
                assertEquals(hit, e.group());
                assertEquals(Blocks.ID, e.blockId());
                unharmed = false;
            }
        }
        return unharmed;
    }

    private int entriesBefore(BlockReader reader, int group) {
        return (int) entries.stream()
                .filter(entry -> reader.tail()
                                .groups()
                                .firstEndingAtLeast(
                                        entry.key().high(), entry.key().low())
                        < group)
                .count();
    }
}
