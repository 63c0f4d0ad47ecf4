package tempo.tempodb.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tempo.span.TraceKey;
import tempo.tempodb.backend.MemoryObjectStore;

/** Directories of several frames. */
class TraceDirectoryTest {
    private static final int TRACES = 3 * BlockLayout.DIRECTORY_FRAME_TRACES - 1000;

    private final MemoryObjectStore store = new MemoryObjectStore();
    private int reads;

    /** From key 1,000 to key 60,000, all have the same upper half: frames end and begin with it. */
    private BlockMeta write() throws IOException {
        long[] highs = new Random(5)
                .longs(TRACES)
                .map(high -> high - Long.MIN_VALUE)
                .sorted()
                .toArray();
        List<Blocks.Entry> entries = new ArrayList<>();
        for (int i = 0; i < TRACES; i++) {
            long high = (i < 1000 || i > 60_000 ? highs[i] : highs[1000]) + Long.MIN_VALUE;
            entries.add(Blocks.Entry.of(new TraceKey(high, i), new byte[] {(byte) i}));
        }
        return Blocks.write(store, entries);
    }

    private BlockSource counted(BlockMeta meta) {
        return (offset, length) -> {
            reads++;
            return store.read(meta.spec().dataName(), offset, length);
        };
    }

    @Test
    void keysAreFoundAcrossFrames() throws IOException {
        BlockMeta meta = write();
        BlockReader reader = BlockReader.open(meta, counted(meta));
        assertEquals(3, reader.tail().directory().frames());
        for (int i = 0; i < TRACES; i += i > 990 && i < 1010 || i > 49_000 && i < 61_000 ? 1 : 97) {
            TraceKey key = keyOf(reader, i);
            assertTrue(reader.mayHold(key), "key " + i);
            assertArrayEquals(new byte[] {(byte) i}, Blocks.find(reader, key).get(0));
        }
    }

    private static TraceKey keyOf(BlockReader reader, int index) throws IOException {
        if (KEYS.isEmpty()) {
            BlockCursor all = reader.cursor(Blocks.FIRST, Blocks.LAST);
            while (all.next()) {
                KEYS.add(all.key());
            }
        }
        return KEYS.get(index);
    }

    private static final List<TraceKey> KEYS = new ArrayList<>();

    /** The last frame is read with the tail, the others when a key of theirs is asked for. */
    @Test
    void aFrameIsReadOnce() throws IOException {
        BlockMeta meta = write();
        BlockReader reader = BlockReader.open(meta, counted(meta));
        assertEquals(1, reads);
        assertFalse(reader.mayHold(new TraceKey(-2, 5)));
        assertEquals(1, reads);
        for (int i = 0; i < 100; i++) {
            reader.mayHold(new TraceKey(keyOf(reader, 10).high() + 1 + i, 5));
        }
        int before = reads;
        for (int i = 0; i < 100; i++) {
            reader.mayHold(new TraceKey(keyOf(reader, 10).high() + 1 + i, 5));
        }
        assertEquals(before, reads);
    }

    @Test
    void whatIsKnownWithoutReadingIsSaid() throws IOException {
        BlockMeta meta = write();
        DecodedParts parts = new DecodedParts(1 << 20);
        TraceKey early = new TraceKey(meta.summary().keyMin().high() + 1, 1);
        assertEquals(BlockReader.Presence.UNKNOWN, BlockReader.presence(meta, early, parts));
        BlockReader reader = BlockReader.open(meta, counted(meta), parts);
        assertEquals(BlockReader.Presence.UNKNOWN, BlockReader.presence(meta, early, parts));
        assertEquals(
                reader.mayHold(early) ? BlockReader.Presence.POSSIBLE : BlockReader.Presence.ABSENT,
                BlockReader.presence(meta, early, parts));
        assertEquals(
                BlockReader.Presence.POSSIBLE,
                BlockReader.presence(meta, meta.summary().keyMin(), parts));
        parts.forget(meta.blockId());
        assertEquals(0, parts.bytes());
        assertEquals(BlockReader.Presence.UNKNOWN, BlockReader.presence(meta, early, parts));
    }

    /** Nothing is missing in the answer, but it is told. */
    @Test
    void aDamagedFrameHidesNothing() throws IOException {
        BlockMeta meta = write();
        BlockReader whole = Blocks.open(store, meta);
        TraceKey key = keyOf(whole, 10);
        byte[] data = store.content(meta.spec().dataName());
        data[(int) whole.tail().directory().start() + 40] ^= 1;
        BlockReader damaged = BlockReader.open(meta, Damage.source(data));
        List<byte[]> found = new ArrayList<>();
        assertThrows(CorruptBlockException.class, () -> damaged.find(key, found));
        assertEquals(1, found.size());
        assertArrayEquals(new byte[] {10}, found.get(0));
    }
}
