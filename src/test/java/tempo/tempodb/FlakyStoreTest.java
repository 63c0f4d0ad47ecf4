package tempo.tempodb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tempo.span.TraceKey;
import tempo.tempodb.backend.FlakyObjectStore;
import tempo.tempodb.backend.FlakyObjectStore.Fault;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.backend.retry.RetryConfig;
import tempo.tempodb.backend.retry.RetryingObjectStore;
import tempo.tempodb.block.BlockContent;

/** The engine over a store of which one call in twenty fails, with retries between them: nobody notices. */
final class FlakyStoreTest {
    private static final int KEYS = 40;

    private static final RetryConfig SHORT_PAUSES = new RetryConfig(
            8,
            Duration.ofNanos(1_000),
            Duration.ofNanos(1_000),
            Duration.ofSeconds(20),
            Duration.ofSeconds(20),
            Duration.ofSeconds(20),
            100,
            5,
            16);

    @Test
    void putsFindsAndCompactsOverAStoreThatFailsNowAndThen() throws IOException {
        long faults = run(0);
        assertTrue(faults > 200, faults + " faults");
    }

    @Test
    void findsWhatWasCommittedThoughListingsAreStale() throws IOException {
        run(0.5);
    }

    /** Returns how often something went wrong. */
    private static long run(double staleChance) throws IOException {
        long faults = 0;
        for (long seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            FlakyObjectStore flaky = new FlakyObjectStore(new MemoryObjectStore(), 0.05, seed, nanos -> {});
            flaky.listStale(staleChance);
            InstantSource clock = InstantSource.fixed(Instant.EPOCH);
            Random ids = new Random(seed);
            try (TempoDb db = TempoDb.open(
                    RetryingObjectStore.open(flaky, SHORT_PAUSES),
                    TempoDbConfig.DEFAULT,
                    clock,
                    () -> new UUID(ids.nextLong(), ids.nextLong()))) {
                TreeMap<Integer, List<String>> model = new TreeMap<>();
                for (int round = 0; round < 12; round++) {
                    put(db, model, random, round);
                    db.poll();
                    assertHolds(model, db, "seed " + seed + " round " + round);
                    if (round % 4 == 3) {
                        db.compact(db.blocks("t").visible());
                        assertHolds(model, db, "seed " + seed + " compacted in round " + round);
                        db.removeReplaced("t");
                    }
                }
                assertHolds(model, db, "seed " + seed);
            }
            faults += flaky.faults();
            assertTrue(flaky.faults(Fault.LOST_ANSWER) >= 0);
        }
        return faults;
    }

    private static void put(TempoDb db, TreeMap<Integer, List<String>> model, Random random, int round)
            throws IOException {
        PutBatch batch = db.batch("t", BlockContent.OPAQUE);
        for (int i = 0; i < 10; i++) {
            int key = random.nextInt(KEYS);
            String value = round + " " + i;
            batch.put(TraceKey.of(key, key), ByteBuffer.wrap(value.getBytes(UTF_8)));
            model.computeIfAbsent(key, absent -> new ArrayList<>()).add(value);
        }
        batch.commit();
    }

    private static void assertHolds(TreeMap<Integer, List<String>> model, TempoDb db, String when) {
        for (int key = 0; key < KEYS; key++) {
            FindResult result = db.find("t", TraceKey.of(key, key));
            assertEquals(List.of(), result.failures(), when);
            List<String> expected = new ArrayList<>(model.getOrDefault(key, List.of()));
            expected.sort(null);
            List<String> found = result.values().stream()
                    .map(value -> new String(value, UTF_8))
                    .sorted()
                    .toList();
            assertEquals(expected, found, when + " key " + key);
        }
    }
}
