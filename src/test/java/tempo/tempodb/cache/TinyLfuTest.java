package tempo.tempodb.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The policy against plain LRU, on traces of frame numbers. */
final class TinyLfuTest {
    private static final UUID BLOCK = new UUID(1, 2);
    private static final int CAPACITY = 500;
    private static final int KEYS = 20_000;

    @Test
    void scanDoesNotSweepOutTheHotSet() {
        int[] hot = zipf(new Random(1), 50_000);
        int[] scan = new int[10 * CAPACITY];
        Arrays.setAll(scan, i -> KEYS + i);
        int[] after = zipf(new Random(2), 1000);

        FrameIndex index = new FrameIndex(CAPACITY);
        hits(index, hot);
        double before = (double) hits(index, zipf(new Random(3), 1000)) / 1000;
        assertEquals(0, hits(index, scan));
        double rate = (double) hits(index, after) / 1000;
        assertTrue(rate > before - 0.05, "hit rate fell from " + before + " to " + rate);

        Map<Integer, Boolean> lru = lru();
        hits(lru, hot);
        hits(lru, scan);
        double plain = (double) hits(lru, after) / 1000;
        assertTrue(plain < rate - 0.1, "plain LRU has " + plain + ", this " + rate);
    }

    @Test
    void hitsMoreThanLruWhereScansAndPopularFramesMix() {
        Random random = new Random(4);
        int[] hot = zipf(random, 100_000);
        int[] mixed = new int[2 * hot.length];
        for (int i = 0; i < hot.length; i++) {
            mixed[2 * i] = hot[i];
            mixed[2 * i + 1] = KEYS + i;
        }
        int ours = hits(new FrameIndex(CAPACITY), mixed);
        int plain = hits(lru(), mixed);
        assertTrue(ours > plain * 1.2, ours + " hits, plain LRU " + plain);
    }

    @Test
    void whatWasPopularOnceIsForgotten() {
        FrameIndex index = new FrameIndex(CAPACITY);
        int[] trace = new int[100 * CAPACITY];
        Arrays.setAll(trace, i -> i % CAPACITY);
        hits(index, trace);
        Arrays.setAll(trace, i -> KEYS + i % (CAPACITY / 2));
        hits(index, trace);
        int[] round = Arrays.copyOf(trace, CAPACITY / 2);
        assertEquals(CAPACITY / 2, hits(index, round));
    }

    @Test
    void sketchCountsToFifteenAndHalves() {
        FrequencySketch sketch = new FrequencySketch(16);
        for (int i = 0; i < 40; i++) {
            sketch.increment(77);
        }
        assertEquals(FrequencySketch.FREQUENCY_MAX, sketch.frequency(77));
        assertEquals(0, sketch.frequency(0x1234_5678_9abc_def0L));
        Random random = new Random(5);
        for (int i = 0; i < 160; i++) {
            sketch.increment(random.nextLong());
        }
        assertTrue(sketch.frequency(77) < FrequencySketch.FREQUENCY_MAX);
    }

    @Test
    void pinnedSlotsAreNeverGivenAway() {
        FrameIndex index = new FrameIndex(2);
        put(index, 1);
        put(index, 2);
        int one = index.pin(BLOCK, 1, Frames.BYTES);
        int two = index.pin(BLOCK, 2, Frames.BYTES);
        assertEquals(FrameIndex.NONE, index.take());
        index.remove(BLOCK, 1);
        assertEquals(FrameIndex.NONE, index.take());
        index.unpin(one);
        assertEquals(one, index.take());
        index.giveBack(one);
        index.unpin(two);
        assertEquals(1, index.free());
        assertEquals(1, index.listed());
    }

    private static int hits(FrameIndex index, int[] trace) {
        int hits = 0;
        for (int frame : trace) {
            int slot = index.pin(BLOCK, frame, Frames.BYTES);
            if (slot == FrameIndex.NONE) {
                put(index, frame);
            } else {
                index.unpin(slot);
                hits++;
            }
        }
        assertTrue(index.listed() + index.free() == index.capacity());
        return hits;
    }

    private static void put(FrameIndex index, int frame) {
        index.publish(index.take(), BLOCK, frame, Frames.BYTES, PageKind.GROUP);
    }

    private static int hits(Map<Integer, Boolean> lru, int[] trace) {
        int hits = 0;
        for (int frame : trace) {
            hits += lru.get(frame) == null ? 0 : 1;
            lru.put(frame, true);
        }
        return hits;
    }

    private static Map<Integer, Boolean> lru() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Integer, Boolean> eldest) {
                return size() > CAPACITY;
            }
        };
    }

    /** Keys below {@link #KEYS}, the k-th most popular with weight 1/k. */
    private static int[] zipf(Random random, int count) {
        double[] sums = new double[KEYS];
        double sum = 0;
        for (int i = 0; i < KEYS; i++) {
            sum += 1.0 / (i + 1);
            sums[i] = sum;
        }
        int[] keys = new int[count];
        for (int i = 0; i < count; i++) {
            int at = Arrays.binarySearch(sums, random.nextDouble() * sum);
            keys[i] = Math.min(KEYS - 1, at < 0 ? -at - 1 : at);
        }
        return keys;
    }
}
