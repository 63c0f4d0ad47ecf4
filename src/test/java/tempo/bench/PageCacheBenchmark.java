package tempo.bench;

import java.io.IOException;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import tempo.tempodb.cache.PageCache;
import tempo.tempodb.cache.PageKind;

/**
 * Time of a read that is served from memory, at random places of 256 MiB that are all cached; with {@code -t 2} that of two threads
 * at once. To compare: the same bytes copied from an array of the heap.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgs = "-Xmx1g")
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class PageCacheBenchmark {
    private static final UUID BLOCK = new UUID(1, 2);
    private static final int OBJECT_BYTES = 256 << 20;
    private static final int STEP = 8 << 20;

    @Param({"4096", "65536", "358400"})
    public int length;

    private final PageCache cache = new PageCache(OBJECT_BYTES);
    private final byte[] heap = new byte[OBJECT_BYTES];

    /** Of one thread. */
    @State(Scope.Thread)
    public static class Places {
        private final SplittableRandom random = new SplittableRandom(1);

        int next(int length) {
            return random.nextInt(OBJECT_BYTES - length);
        }
    }

    @Setup
    public void fill() throws IOException {
        for (int at = 0; at < OBJECT_BYTES; at += STEP) {
            cache.read(BLOCK, OBJECT_BYTES, at, STEP, PageKind.GROUP, (offset, count) -> new byte[count]);
        }
        long misses = cache.stats().total().misses();
        if (cache.stats().memoryFrames() != misses) {
            throw new IllegalStateException("not all is cached: " + cache.stats());
        }
        System.out.println(cache.stats().overheadBytes() / misses + " bytes of heap a frame");
    }

    @Benchmark
    public byte[] hit(Places places) throws IOException {
        return cache.read(BLOCK, OBJECT_BYTES, places.next(length), length, PageKind.GROUP, (offset, count) -> {
            throw new IOException("a miss");
        });
    }

    @Benchmark
    public byte[] copyOfHeap(Places places) {
        int at = places.next(length);
        byte[] copy = new byte[length];
        System.arraycopy(heap, at, copy, 0, length);
        return copy;
    }
}
