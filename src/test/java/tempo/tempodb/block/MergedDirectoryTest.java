package tempo.tempodb.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import tempo.span.TraceKey;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.block.MergedDirectoryReader.Answer;

class MergedDirectoryTest {
    private static final UUID ID = new UUID(9, 9);

    private final MemoryObjectStore store = new MemoryObjectStore();
    private int reads;

    @Property(tries = 40)
    void neverDeniesAKeyThatIsThere(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 12) int blocks,
            @ForAll @IntRange(min = 0, max = 60) int skew)
            throws IOException {
        Random random = new Random(seed);
        List<BlockReader> readers = new ArrayList<>();
        List<List<TraceKey>> keys = new ArrayList<>();
        for (int block = 0; block < blocks; block++) {
            keys.add(keys(random, 1 + random.nextInt(200), skew));
            readers.add(block(block, keys.get(block)));
        }
        MergedDirectoryReader directory = open(write(readers));
        assertEquals(blocks, directory.blocks().size());
        for (int block = 0; block < blocks; block++) {
            for (TraceKey key : keys.get(block)) {
                Answer answer = directory.ask(key);
                assertTrue(answer.possible().contains(new UUID(1, block)));
                assertFalse(answer.excludes(new UUID(1, block)));
                assertFalse(answer.excludes(new UUID(1, blocks)), "a block that is not covered");
            }
        }
    }

    @Test
    void saysOfOthersThatTheyAreAbsent() throws IOException {
        Random random = new Random(3);
        List<BlockReader> readers = new ArrayList<>();
        for (int block = 0; block < 20; block++) {
            readers.add(block(block, keys(random, 3_000, 0)));
        }
        MergedDirectory written = write(readers);
        assertTrue(written.bytes() < 60_000 * 7 / 2, written.bytes() + " bytes");
        MergedDirectoryReader directory = open(written);
        int possible = 0;
        for (int i = 0; i < 10_000; i++) {
            possible +=
                    directory.ask(new TraceKey(random.nextLong(), 1)).possible().size();
        }
        assertTrue(possible <= 5, possible + " errors");
    }

    @Test
    void aKeyIsOneReadAndThenNone() throws IOException {
        Random random = new Random(4);
        List<BlockReader> readers = new ArrayList<>();
        for (int block = 0; block < 20; block++) {
            readers.add(block(block, keys(random, 3_000, 0)));
        }
        MergedDirectory written = write(readers);
        DecodedParts parts = new DecodedParts(1 << 20);
        TraceKey key = new TraceKey(1L << 60, 5);
        assertEquals(null, MergedDirectoryReader.peek(written, key, parts));
        MergedDirectoryReader directory = MergedDirectoryReader.open(written, counted(written), parts);
        assertEquals(1, reads);
        assertEquals(null, MergedDirectoryReader.peek(written, key, parts));
        Answer answer = directory.ask(key);
        assertEquals(2, reads);
        assertEquals(answer, MergedDirectoryReader.peek(written, key, parts));
        assertEquals(
                answer,
                MergedDirectoryReader.open(written, counted(written), parts).ask(key));
        assertEquals(2, reads);
    }

    /** Whoever asks gets the right answer or an error, whatever is damaged. */
    @Test
    void damageIsNoticed() throws IOException {
        Random random = new Random(5);
        List<TraceKey> keys = keys(random, 300, 0);
        MergedDirectory written = write(List.of(block(0, keys), block(1, keys(random, 300, 0))));
        byte[] whole = store.content(written.name()).clone();
        int noticed = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            store.replace(written.name(), damaged);
            try {
                MergedDirectoryReader directory = open(written);
                for (int each = 0; each < keys.size(); each += 10) {
                    assertTrue(directory.ask(keys.get(each)).possible().contains(new UUID(1, 0)));
                }
            } catch (CorruptBlockException e) {
                noticed++;
            }
        }
        assertTrue(noticed > 1_900, noticed + " noticed");
        for (int length = 0; length < whole.length; length += 7) {
            store.replace(written.name(), Arrays.copyOf(whole, length));
            MergedDirectory cut = new MergedDirectory("tenant", 0, ID, length);
            assertThrows(CorruptBlockException.class, () -> open(cut).ask(keys.get(0)));
        }
    }

    @Test
    void aNameIsReadAsWritten() {
        MergedDirectory directory = new MergedDirectory("tenant", 1_795_000_200, ID, 77);
        assertEquals(directory, BlockNames.mergedDirectory(directory.name(), 77).orElseThrow());
        assertTrue(BlockNames.mergedDirectory(directory.name() + "x", 77).isEmpty());
        assertTrue(BlockNames.mergedDirectory("tenant/TTTTTTTTZ0000000/" + ID + ".dir", 77)
                .isEmpty());
    }

    private BlockReader block(int number, List<TraceKey> keys) throws IOException {
        List<Blocks.Entry> entries = new ArrayList<>();
        for (TraceKey key : keys) {
            entries.add(Blocks.Entry.of(key, new byte[] {1}));
        }
        return Blocks.open(store, Blocks.write(store, new UUID(1, number), entries));
    }

    private static List<TraceKey> keys(Random random, int count, int skew) {
        Set<TraceKey> keys = new HashSet<>();
        while (keys.size() < count) {
            keys.add(new TraceKey(random.nextLong() >>> skew, random.nextLong()));
        }
        return keys.stream().sorted().toList();
    }

    private MergedDirectory write(List<BlockReader> readers) throws IOException {
        MergedDirectory empty = new MergedDirectory("tenant", 0, ID, 0);
        try (ObjectWriter target = store.write(empty.name())) {
            long bytes = MergedDirectoryWriter.write(ID, readers, target);
            target.commit();
            return new MergedDirectory("tenant", 0, ID, bytes);
        }
    }

    private BlockSource counted(MergedDirectory directory) {
        return (offset, length) -> {
            reads++;
            return store.read(directory.name(), offset, length);
        };
    }

    private MergedDirectoryReader open(MergedDirectory directory) throws IOException {
        return MergedDirectoryReader.open(directory, counted(directory), new DecodedParts(1 << 20));
    }
}
