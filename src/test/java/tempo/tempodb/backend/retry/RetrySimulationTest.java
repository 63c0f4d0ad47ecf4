package tempo.tempodb.backend.retry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tempo.tempodb.backend.FlakyObjectStore;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.backend.TransientStoreException;

/** Random calls to a store that fails, in simulated time, next to a map that does not. */
final class RetrySimulationTest {
    private static final int SEEDS = 2_000;
    private static final int CALLS = 40;
    private static final int KEYS = 6;

    /** A call may end this much after its deadline: the last attempt of a put if absent is three requests. */
    private static final long OVERTIME_NANOS = 3 * FlakyObjectStore.TIMEOUT_NANOS;

    @Test
    void doesWhatAStoreDoesThatNeverFails() throws IOException {
        long faults = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            Run run = new Run(seed, 0.05);
            for (int call = 0; call < CALLS; call++) {
                run.step();
            }
            assertEquals(0, run.failures, "seed " + seed);
            run.assertNothingIsLeft();
            faults += run.flaky.faults();
        }
        assertTrue(faults > SEEDS, faults + " faults");
    }

    @Test
    void neitherLosesNorInventsAnythingHoweverOftenTheStoreFails() throws IOException {
        int failures = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            Run run = new Run(seed, 0.2 + 0.2 * (seed % 4));
            for (int call = 0; call < CALLS; call++) {
                run.step();
            }
            run.assertNothingIsLeft();
            failures += run.failures;
            run.flaky.fail(0);
            assertEquals(new ArrayList<>(run.model.keySet()), run.list(), "seed " + seed);
        }
        assertTrue(failures > SEEDS, failures + " failures");
    }

    @Test
    void failsWithinTheDeadlineWhileAllFailsAndIsWellAfterwards() throws IOException {
        for (long seed = 0; seed < 200; seed++) {
            Run run = new Run(seed, 1);
            run.memory.put("k0", ByteBuffer.wrap(new byte[100]));
            run.model.put("k0", new byte[100]);
            for (int call = 0; call < CALLS; call++) {
                String message =
                        String.valueOf(assertThrows(TransientStoreException.class, () -> run.store.read("k0", 0, 100))
                                .getMessage());
                assertTrue(message.matches("read of k0 failed (once|[2-5] times) in \\d+ ms.*: .+"), message);
                run.step();
            }
            assertEquals(CALLS, run.failures, "seed " + seed);
            RetryStats stats = run.store.stats();
            long calls = 0;
            long retries = 0;
            for (OperationStats operation : stats.operations().values()) {
                calls += operation.calls();
                retries += operation.retries();
            }
            double seconds = run.requests.nanos() / 1e9;
            assertTrue(retries <= 50 + 0.2 * calls + 5 * seconds + 1, retries + " retries of " + calls + " calls");
            run.assertNothingIsLeft();
            run.flaky.fail(0);
            int failuresBefore = run.failures;
            for (int call = 0; call < CALLS; call++) {
                run.step();
            }
            assertEquals(failuresBefore, run.failures, "seed " + seed);
        }
    }

    /** One store, its faults and its model. */
    private static final class Run {
        final SimulatedRequests requests = new SimulatedRequests(4);
        final MemoryObjectStore memory = new MemoryObjectStore();
        final FlakyObjectStore flaky;
        final RetryingObjectStore store;
        final TreeMap<String, byte[]> model = new TreeMap<>();
        final Random random;
        int failures;

        Run(long seed, double chance) {
            flaky = new FlakyObjectStore(memory, chance, seed, requests::delay);
            store = new RetryingObjectStore(flaky, RetryConfig.DEFAULT, requests, new Random(seed));
            random = new Random(seed + 1_000_000);
        }

        /** One random call, whose outcome must be the model's unless it fails; then the object is as before or as wanted. */
        void step() throws IOException {
            String key = "k" + random.nextInt(KEYS);
            byte[] content = new byte[random.nextInt(200)];
            random.nextBytes(content);
            long start = requests.nanos();
            long limit = RetryConfig.DEFAULT.writeDeadline().toNanos() + OVERTIME_NANOS;
            try {
                switch (random.nextInt(9)) {
                    case 0, 1 -> {
                        limit = RetryConfig.DEFAULT.readDeadline().toNanos();
                        read(key);
                    }
                    case 2 -> {
                        limit = RetryConfig.DEFAULT.readDeadline().toNanos();
                        head(key);
                    }
                    case 3 -> put(key, content);
                    case 4, 5 -> putIfAbsent(key, content);
                    case 6 -> {
                        limit = 6 * limit;
                        write(key, content);
                    }
                    case 7 -> assertEquals(new ArrayList<>(model.keySet()), list());
                    default -> delete(key);
                }
            } catch (TransientStoreException e) {
                failures++;
            }
            assertTrue(
                    requests.nanos() - start <= limit, () -> "took " + (requests.nanos() - start) / 1_000_000 + " ms");
        }

        void read(String key) throws IOException {
            byte[] expected = model.get(key);
            if (expected == null) {
                assertMissing(() -> store.read(key, 0, 1));
                return;
            }
            int offset = random.nextInt(expected.length + 1);
            int length = random.nextInt(expected.length - offset + 1);
            assertArrayEquals(Arrays.copyOfRange(expected, offset, offset + length), store.read(key, offset, length));
        }

        void head(String key) throws IOException {
            byte[] expected = model.get(key);
            if (expected == null) {
                assertMissing(() -> store.head(key));
            } else {
                assertEquals(expected.length, store.head(key).bytes());
            }
        }

        void put(String key, byte[] content) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            change(key, content, () -> {
                store.put(key, buffer);
                assertEquals(0, buffer.remaining());
                return true;
            });
        }

        void putIfAbsent(String key, byte[] content) throws IOException {
            boolean absent = !model.containsKey(key);
            change(key, absent ? content : model.get(key), () -> {
                assertEquals(absent, store.putIfAbsent(key, ByteBuffer.wrap(content)));
                return true;
            });
        }

        void write(String key, byte[] content) throws IOException {
            change(key, content, () -> {
                try (ObjectWriter writer = store.write(key)) {
                    int half = content.length / 2;
                    writer.write(ByteBuffer.wrap(content, 0, half));
                    writer.write(ByteBuffer.wrap(content, half, content.length - half));
                    writer.commit();
                    assertThrows(IllegalStateException.class, writer::commit);
                }
                return true;
            });
        }

        void delete(String key) throws IOException {
            change(key, null, () -> {
                store.delete(key);
                return true;
            });
        }

        List<String> list() throws IOException {
            List<String> keys = new ArrayList<>();
            store.list("", object -> keys.add(object.key()));
            return keys;
        }

        private void change(String key, byte @Nullable [] after, Requests.Call<Boolean> call) throws IOException {
            byte[] before = model.get(key);
            try {
                call.run();
                set(key, after);
                assertArrayEquals(after, stored(key));
            } catch (TransientStoreException e) {
                byte[] now = stored(key);
                assertTrue(Arrays.equals(before, now) || Arrays.equals(after, now), "neither as before nor as wanted");
                set(key, now);
                throw e;
            }
        }

        private void set(String key, byte @Nullable [] content) {
            if (content == null) {
                model.remove(key);
            } else {
                model.put(key, content);
            }
        }

        private byte @Nullable [] stored(String key) {
            try {
                memory.head(key);
                return memory.content(key);
            } catch (IOException missing) {
                return null;
            }
        }

        private static void assertMissing(Requests.Call<?> call) throws IOException {
            try {
                call.run();
                throw new AssertionError("object is there");
            } catch (NoSuchFileException expected) {
                return;
            }
        }

        /** No request, slot or thread, once the store's own time-out is over. */
        void assertNothingIsLeft() throws IOException {
            requests.pass(TimeUnit.SECONDS.toNanos(5));
            assertEquals(0, requests.running());
            assertEquals(0, store.stats().inFlight());
            flaky.fail(0);
            assertEquals(0, store.removeAbandonedWrites(Instant.EPOCH));
        }
    }
}
