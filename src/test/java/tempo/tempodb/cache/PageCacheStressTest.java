package tempo.tempodb.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many threads on a cache that is much too small, with a store that fails and blocks that are invalidated. */
final class PageCacheStressTest {
    private static final int THREADS = 8;
    private static final int READS = 800;
    private static final int BLOCKS = 3;
    private static final int OBJECT_BYTES = 20 * Frames.BYTES + 777;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 7, 24})
    void everyReadIsRightAndNoFrameIsLost(int capacity) throws Exception {
        ExecutorService disk = Executors.newSingleThreadExecutor();
        DiskTier tier = DiskTier.open(directory, 20L * DiskSlot.BYTES, disk, reason -> {});
        PageCache cache = new PageCache((long) capacity * Frames.BYTES, Optional.of(tier));
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<Integer>> failures = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Random random = new Random(100L * capacity + i);
                failures.add(threads.submit(() -> readAtRandom(cache, random)));
            }
            int failed = 0;
            for (Future<Integer> each : failures) {
                failed += each.get();
            }
            assertTrue(failed > 0, "no read failed, though the store did");
            assertTrue(failed < THREADS * READS / 2, failed + " reads failed");
        } finally {
            threads.shutdownNow();
        }
        disk.shutdown();
        assertTrue(disk.awaitTermination(1, TimeUnit.MINUTES));
        PageCacheTest.requireAtRest(cache);
        assertTrue(tier.isAtRest());
        assertTrue(cache.stats().disk().enabled());
        assertEquals(0, cache.stats().disk().corrupt());
        cache.close();
    }

    private static int readAtRandom(PageCache cache, Random random) throws IOException {
        int failed = 0;
        for (int n = 0; n < READS; n++) {
            UUID block = new UUID(1, random.nextInt(BLOCKS));
            int offset = random.nextInt(OBJECT_BYTES);
            int length = random.nextInt(Math.min(3 * Frames.BYTES, OBJECT_BYTES - offset));
            RangeReader store = (from, count) -> {
                if (random.nextInt(20) == 0) {
                    throw new IOException("store is gone");
                }
                return CountingStore.bytes(block, from, count);
            };
            PageKind kind = PageKind.ALL.get(random.nextInt(PageKind.ALL.size()));
            try {
                byte[] read = random.nextInt(50) == 0
                        ? cache.reread(block, OBJECT_BYTES, offset, length, kind, store)
                        : cache.read(block, OBJECT_BYTES, offset, length, kind, store);
                assertArrayEquals(CountingStore.bytes(block, offset, length), read);
            } catch (IOException e) {
                assertTrue("store is gone".equals(e.getMessage()), e.toString());
                failed++;
            }
            if (random.nextInt(100) == 0) {
                cache.invalidate(block);
            }
        }
        return failed;
    }
}
