package tempo.tempodb.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class DiskTierTest {
    private static final int FRAME = Frames.BYTES;
    private static final UUID BLOCK = new UUID(0x1122, 0x3344);
    private static final long OBJECT = 100L * FRAME + 1000;

    @TempDir
    private Path directory;

    private final List<IOException> reasons = new ArrayList<>();
    private final CountingStore store = new CountingStore();
    private DiskTier disk;

    @BeforeEach
    void open() throws IOException {
        disk = DiskTier.open(directory, 10L * DiskSlot.BYTES, Runnable::run, reasons::add);
    }

    @AfterEach
    void close() throws IOException {
        assertTrue(disk.isAtRest());
        disk.close();
    }

    @Test
    void framesThatLeftMemoryAreReadFromDisk() throws IOException {
        PageCache cache = new PageCache(FRAME, Optional.of(disk));
        for (int frame = 0; frame < 5; frame++) {
            read(cache, frame);
        }
        assertEquals(5, store.taken().size());
        for (int frame = 0; frame < 4; frame++) {
            read(cache, frame);
        }
        assertEquals(List.of(), store.taken());
        assertEquals(4, cache.stats().of(PageKind.GROUP).diskHits());
        // Those that come back stay on disk: only the fifth had to be written for them.
        assertEquals(5, cache.stats().disk().written());
        PageCacheTest.requireAtRest(cache);
    }

    @Test
    void lastFrameOfAnObjectIsShortHereToo() throws IOException {
        PageCache cache = new PageCache(FRAME, Optional.of(disk));
        RangeReader reader = store.of(BLOCK, OBJECT);
        cache.read(BLOCK, OBJECT, OBJECT - 10, 10, PageKind.TAIL, reader);
        read(cache, 0);
        store.taken();
        byte[] read = cache.read(BLOCK, OBJECT, OBJECT - 1000, 1000, PageKind.TAIL, reader);
        assertArrayEquals(CountingStore.bytes(BLOCK, OBJECT - 1000, 1000), read);
        assertEquals(List.of(), store.taken());
    }

    @Test
    void flippedBitAnywhereIsAMiss() throws IOException {
        byte[] frame = CountingStore.bytes(BLOCK, 0, FRAME);
        Path file = directory.resolve("page-cache.frames");
        int corrupt = 0;
        for (int at = 0; at < DiskSlot.BYTES; at += at < DiskSlot.HEADER_BYTES ? 1 : 4099) {
            put(0, frame);
            assertNotNull(disk.read(BLOCK, 0, FRAME, true));
            byte[] bytes = Files.readAllBytes(file);
            bytes[at] ^= (byte) (1 << at % 8);
            Files.write(file, bytes, StandardOpenOption.WRITE);
            assertNull(disk.read(BLOCK, 0, FRAME, true), "byte " + at);
            assertEquals(++corrupt, disk.stats().corrupt());
            assertEquals(0, disk.stats().frames());
        }
        assertTrue(disk.stats().enabled());
    }

    @Test
    void fileThatWasCutIsAMiss() throws IOException {
        put(0, CountingStore.bytes(BLOCK, 0, FRAME));
        Files.write(directory.resolve("page-cache.frames"), new byte[100]);
        assertNull(disk.read(BLOCK, 0, FRAME, true));
        assertEquals(1, disk.stats().corrupt());
        assertTrue(disk.stats().enabled());
    }

    @Test
    void boundIsKept() throws IOException {
        for (int frame = 0; frame < 50; frame++) {
            put(frame, CountingStore.bytes(BLOCK, (long) frame * FRAME, FRAME));
        }
        assertEquals(10L * DiskSlot.BYTES, Files.size(directory.resolve("page-cache.frames")));
        assertEquals(10, disk.stats().frames());
        assertEquals(40, disk.stats().evictions());
    }

    @Test
    void invalidatedBlockIsGoneAndSoIsWhatWasOnItsWay() {
        put(0, new byte[FRAME]);
        long before = disk.generation();
        disk.invalidate(BLOCK);
        assertNull(disk.read(BLOCK, 0, FRAME, true));
        disk.offer(BLOCK, 1, PageKind.GROUP, new byte[FRAME], before);
        assertNull(disk.read(BLOCK, 1, FRAME, true));
        assertEquals(0, disk.stats().frames());
    }

    @Test
    void writesForWhichThereIsNoTimeAreDropped() throws IOException {
        Deque<Runnable> waiting = new ArrayDeque<>();
        try (DiskTier slow = DiskTier.open(directory.resolve("slow"), 1 << 25, waiting::add, reasons::add)) {
            for (int frame = 0; frame < DiskTier.WRITES_WAITING_MAX + 5; frame++) {
                slow.offer(BLOCK, frame, PageKind.GROUP, new byte[FRAME], slow.generation());
            }
            assertEquals(DiskTier.WRITES_WAITING_MAX, waiting.size());
            assertEquals(5, slow.stats().dropped());
            assertFalse(slow.wants(BLOCK, 99));
            waiting.forEach(Runnable::run);
            assertTrue(slow.wants(BLOCK, 99));
            assertFalse(slow.wants(BLOCK, 3));
        }
        DiskTier stopped = DiskTier.open(
                directory.resolve("stopped"),
                1 << 20,
                write -> {
                    throw new RejectedExecutionException("stopped");
                },
                reasons::add);
        stopped.offer(BLOCK, 0, PageKind.GROUP, new byte[FRAME], stopped.generation());
        assertEquals(1, stopped.stats().dropped());
        stopped.close();
    }

    @Test
    void startsEmptyWhateverAnEarlierProcessLeft() throws IOException {
        put(0, new byte[FRAME]);
        try (DiskTier next = DiskTier.open(directory, 10L * DiskSlot.BYTES, Runnable::run, reasons::add)) {
            assertNull(next.read(BLOCK, 0, FRAME, true));
            assertEquals(0, Files.size(directory.resolve("page-cache.frames")));
        }
    }

    @Test
    void interruptedReadIsAMissAndTheDiskWorksOn() {
        put(0, new byte[FRAME]);
        Thread.currentThread().interrupt();
        assertNull(disk.read(BLOCK, 0, FRAME, true));
        assertTrue(Thread.interrupted());
        assertNotNull(disk.read(BLOCK, 0, FRAME, true));
        assertEquals(List.of(), reasons);
    }

    /** The device that is always full. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void fullDiskEndsTheTierAndNoRead() throws IOException {
        Path full = Files.createDirectories(directory.resolve("full"));
        Files.createSymbolicLink(full.resolve("page-cache.frames"), Path.of("/dev/full"));
        DiskTier tier = DiskTier.open(full, 1 << 20, Runnable::run, reasons::add);
        try (PageCache cache = new PageCache(FRAME, Optional.of(tier))) {
            for (int frame = 0; frame < 5; frame++) {
                read(cache, frame);
            }
            assertEquals(1, reasons.size());
            assertFalse(cache.stats().disk().enabled());
            assertEquals(1, cache.stats().disk().failures());
            assertEquals(5, store.taken().size());
        }
    }

    private void put(int frame, byte[] bytes) {
        disk.offer(BLOCK, frame, PageKind.GROUP, bytes, disk.generation());
    }

    private void read(PageCache cache, int frame) throws IOException {
        byte[] read = cache.read(BLOCK, OBJECT, (long) frame * FRAME + 3, 100, PageKind.GROUP, store.of(BLOCK, OBJECT));
        assertArrayEquals(CountingStore.bytes(BLOCK, (long) frame * FRAME + 3, 100), read);
    }
}
