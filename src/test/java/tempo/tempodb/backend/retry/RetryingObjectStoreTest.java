package tempo.tempodb.backend.retry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import tempo.tempodb.backend.FaultyObjectStore;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.backend.ObjectInfo;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.TransientStoreException;

/** Single calls in simulated time, to stores that fail in one manner. */
final class RetryingObjectStoreTest {
    private static final long MILLI = 1_000_000;
    private static final byte[] CONTENT = "content".getBytes(UTF_8);

    private SimulatedRequests requests = new SimulatedRequests(RetryConfig.DEFAULT.concurrencyMax());
    private final MemoryObjectStore memory = new MemoryObjectStore();

    RetryingObjectStoreTest() {
        memory.put("a", ByteBuffer.wrap(CONTENT));
    }

    /** Reads take {@link #nanos} and fail as long as {@link #failures} are left; everything else is the memory's. */
    private class ScriptedStore extends FaultyObjectStore {
        final List<Long> nanos = new ArrayList<>();
        int failures;
        int reads;

        ScriptedStore() {
            super(memory, Integer.MAX_VALUE, false);
        }

        @Override
        public byte[] read(String key, long offset, int length) throws IOException {
            reads++;
            requests.delay(nanos.isEmpty() ? 10 * MILLI : nanos.remove(0));
            if (failures > 0) {
                failures--;
                throw new TransientStoreException("busy " + reads, null);
            }
            return super.read(key, offset, length);
        }
    }

    private final ScriptedStore scripted = new ScriptedStore();

    private RetryingObjectStore retrying(ObjectStore store) {
        return retrying(store, RetryConfig.DEFAULT);
    }

    private RetryingObjectStore retrying(ObjectStore store, RetryConfig config) {
        requests = new SimulatedRequests(config.concurrencyMax());
        return new RetryingObjectStore(store, config, requests, new Random(1));
    }

    private static RetryConfig slots(int concurrencyMax) {
        RetryConfig config = RetryConfig.DEFAULT;
        return new RetryConfig(
                config.attemptsMax(),
                config.backoffFirst(),
                config.backoffMax(),
                config.attemptTimeout(),
                config.readDeadline(),
                config.writeDeadline(),
                config.retryPercentMax(),
                config.hedgePercentMax(),
                concurrencyMax);
    }

    @Test
    void saysHowOftenAndHowLongItTried() {
        scripted.failures = 100;
        TransientStoreException e = assertThrows(
                TransientStoreException.class, () -> retrying(scripted).read("a", 0, 7));
        long millis = requests.nanos() / MILLI;
        assertEquals("read of a failed 5 times in " + millis + " ms: busy 5", e.getMessage());
        assertNotNull(e.getCause());
        assertEquals("busy 5", e.getCause().getMessage());
        assertEquals(4, e.getSuppressed().length);
        assertTrue(
                requests.slept() > 0 && requests.slept() <= (50 + 100 + 200 + 400) * MILLI, requests.slept() + " ns");
    }

    @Test
    void triesAgainOnlyWhatMayBeOverSoon() {
        ScriptedStore broken = new ScriptedStore() {
            @Override
            public byte[] read(String key, long offset, int length) throws IOException {
                reads++;
                throw new IOException("access denied");
            }
        };
        RetryingObjectStore store = retrying(broken);
        assertEquals(
                "access denied",
                assertThrows(IOException.class, () -> store.read("a", 0, 7)).getMessage());
        assertEquals(1, broken.reads);
        assertThrows(NoSuchFileException.class, () -> store.head("none"));
        assertEquals(1, store.stats().of(StoreOperation.READ).failures(FailureReason.PERMANENT));
        assertEquals(0, store.stats().of(StoreOperation.HEAD).failures(FailureReason.PERMANENT));
    }

    @Test
    void stopsTryingAgainWhileTheStoreKeepsFailing() {
        scripted.failures = Integer.MAX_VALUE;
        RetryingObjectStore store = retrying(scripted);
        String message = "";
        for (int call = 0; call < 1_000; call++) {
            message = String.valueOf(assertThrows(TransientStoreException.class, () -> store.read("a", 0, 7))
                    .getMessage());
        }
        OperationStats stats = store.stats().of(StoreOperation.READ);
        assertTrue(
                message.matches("read of a failed .* ms, and is not tried again as the store keeps failing: busy \\d+"),
                message);
        double seconds = requests.nanos() / 1e9;
        assertTrue(stats.retries() <= 50 + 0.2 * 1_000 + 5 * seconds + 1, stats.toString());
        assertTrue(stats.failures(FailureReason.BUDGET) > 700, stats.toString());
        assertEquals(stats.attempts(), scripted.reads);
    }

    @Test
    void leavesAReadThatHangsAndSaysAtTheDeadlineThatThereIsNoTime() {
        for (int i = 0; i < 10; i++) {
            scripted.nanos.add(60_000 * MILLI);
        }
        RetryingObjectStore store = retrying(scripted);
        TransientStoreException e = assertThrows(TransientStoreException.class, () -> store.read("a", 0, 7));
        assertTrue(requests.nanos() <= 8_000 * MILLI);
        String message = String.valueOf(e.getMessage());
        assertTrue(
                message.matches("read of a failed [34] times in \\d+ ms, which leaves no time for another attempt:"
                        + " no answer within \\d+ ms"),
                message);
        assertEquals(scripted.reads, store.stats().inFlight(), "what was left goes on");
        requests.pass(60_000 * MILLI);
        assertEquals(0, store.stats().inFlight());
    }

    @Test
    void waitsForASlotNoLongerThanItsDeadline() {
        scripted.nanos.add(60_000 * MILLI);
        RetryingObjectStore store = retrying(scripted, slots(1));
        assertEquals(
                "read of a failed once in 8000 ms, with all 1 requests to the store under way: no answer within 2500 ms",
                assertThrows(TransientStoreException.class, () -> store.read("a", 0, 7))
                        .getMessage());
        assertEquals(8_000 * MILLI, requests.nanos());
        assertEquals(
                "head of a had no attempt in 8000 ms, with all 1 requests to the store under way",
                assertThrows(TransientStoreException.class, () -> store.head("a"))
                        .getMessage());
        requests.pass(60_000 * MILLI);
        assertEquals(0, store.stats().inFlight());
    }

    @Test
    void takesNoAnswerOfAnotherLength() throws IOException {
        ScriptedStore shortOnce = new ScriptedStore() {
            @Override
            public byte[] read(String key, long offset, int length) throws IOException {
                return super.read(key, offset, reads == 0 ? length - 1 : length);
            }
        };
        RetryingObjectStore store = retrying(shortOnce);
        assertArrayEquals(CONTENT, store.read("a", 0, 7));
        assertEquals(1, store.stats().of(StoreOperation.READ).wrongLengths());
        assertEquals(1, store.stats().of(StoreOperation.READ).retries());
    }

    private RetryingObjectStore warm() throws IOException {
        RetryingObjectStore store = retrying(scripted);
        for (int i = 0; i < 64; i++) {
            scripted.nanos.add((20 + i % 20) * MILLI);
            store.read("a", 0, 7);
        }
        return store;
    }

    @Test
    void sendsASlowReadOnceMoreAndTakesTheFirstAnswer() throws IOException {
        RetryingObjectStore store = warm();
        OperationStats before = store.stats().of(StoreOperation.READ);
        requests.pass(60_000 * MILLI);
        long start = requests.nanos();
        scripted.nanos.addAll(List.of(2_000 * MILLI, 25 * MILLI));
        assertArrayEquals(CONTENT, store.read("a", 0, 7));
        long millis = (requests.nanos() - start) / MILLI;
        assertTrue(millis >= 38 + 25 && millis <= 39 + 25, millis + " ms");
        OperationStats stats = store.stats().of(StoreOperation.READ);
        assertEquals(1, stats.hedges() - before.hedges());
        assertEquals(1, stats.hedgesWon() - before.hedgesWon());
        assertEquals(0, stats.retries());
        assertEquals(1, store.stats().inFlight());
    }

    @Test
    void waitsForTheHedgeWhenTheFirstRequestFails() throws IOException {
        RetryingObjectStore store = warm();
        scripted.nanos.addAll(List.of(50 * MILLI, 100 * MILLI));
        scripted.failures = 1;
        assertArrayEquals(CONTENT, store.read("a", 0, 7));
        assertEquals(1, store.stats().of(StoreOperation.READ).hedgesWon());
        assertEquals(0, store.stats().of(StoreOperation.READ).retries());
    }

    @Test
    void hedgesOnlyASmallShareOfReads() throws IOException {
        RetryingObjectStore store = warm();
        Random random = new Random(3);
        for (int i = 0; i < 2_000; i++) {
            scripted.nanos.clear();
            scripted.nanos.add((random.nextInt(10) == 0 ? 1_000 : 30) * MILLI);
            store.read("a", 0, 7);
        }
        long hedges = store.stats().of(StoreOperation.READ).hedges();
        assertTrue(hedges > 50 && hedges <= 10 + 0.05 * 2_064 + 1, hedges + " hedges");
    }

    @Test
    void hedgesNothingWithoutAFreeSlot() throws IOException {
        RetryingObjectStore store = retrying(scripted, slots(1));
        for (int i = 0; i < 65; i++) {
            scripted.nanos.add((i < 64 ? 20 : 1_000) * MILLI);
            store.read("a", 0, 7);
        }
        assertEquals(0, store.stats().of(StoreOperation.READ).hedges());
    }

    @Test
    void takesAPutWhoseAnswerWasLostForItsOwn() throws IOException {
        RetryingObjectStore store = retrying(new LostPut(CONTENT));
        assertTrue(store.putIfAbsent("b", ByteBuffer.wrap(CONTENT)));
        assertFalse(store.putIfAbsent("b", ByteBuffer.wrap(CONTENT)), "it knows that this one was not written");
    }

    @Test
    void leavesAKeyToWhoTookItMeanwhile() throws IOException {
        byte[] other = "another".getBytes(UTF_8);
        assertFalse(retrying(new LostPut(other)).putIfAbsent("b", ByteBuffer.wrap(CONTENT)));
        assertArrayEquals(other, memory.content("b"));
    }

    /** Whose first put if absent fails, and leaves this content. */
    private final class LostPut extends FaultyObjectStore {
        private final byte[] left;
        private boolean failed;

        LostPut(byte[] left) {
            super(memory, Integer.MAX_VALUE, false);
            this.left = left;
        }

        @Override
        public boolean putIfAbsent(String key, ByteBuffer content) throws IOException {
            if (failed) {
                return super.putIfAbsent(key, content);
            }
            failed = true;
            content.position(content.limit());
            memory.put(key, ByteBuffer.wrap(left));
            throw new TransientStoreException("reset", null);
        }
    }

    @Test
    void listsOnWhereItBrokeOffAndPassesNothingTwice() throws IOException {
        for (boolean inOrder : new boolean[] {true, false}) {
            BrokenListing broken = new BrokenListing(inOrder, inOrder ? 40 : 3);
            List<String> keys = new ArrayList<>();
            RetryingObjectStore store = retrying(broken);
            store.list("l/", object -> keys.add(object.key()));
            keys.sort(null);
            assertEquals(100, keys.size());
            assertEquals(100, keys.stream().distinct().count());
            assertEquals(0, broken.failures);
            assertEquals(inOrder ? 40 : 3, store.stats().of(StoreOperation.LIST).errors());
        }
    }

    /** Which breaks off after each two objects, some times. */
    private final class BrokenListing extends FaultyObjectStore {
        private final boolean inOrder;
        private int failures;

        BrokenListing(boolean inOrder, int failures) {
            super(memory, Integer.MAX_VALUE, false);
            this.inOrder = inOrder;
            this.failures = failures;
            for (int i = 100; i < 200; i++) {
                memory.put("l/" + i, ByteBuffer.wrap(CONTENT));
            }
        }

        @Override
        public boolean listsInOrder() {
            return inOrder;
        }

        @Override
        public void listAfter(String prefix, String after, Consumer<ObjectInfo> visitor) throws IOException {
            List<ObjectInfo> objects = new ArrayList<>();
            super.listAfter(prefix, after, objects::add);
            for (int i = 0; i < objects.size(); i++) {
                if (i == 2 && failures > 0) {
                    failures--;
                    throw new TransientStoreException("reset", null);
                }
                visitor.accept(objects.get(i));
            }
        }
    }

    @Test
    void stopsAtOnceWhenInterrupted() {
        scripted.failures = 100;
        RetryingObjectStore store = retrying(new ScriptedStore() {
            @Override
            public byte[] read(String key, long offset, int length) throws IOException {
                Thread.currentThread().interrupt();
                throw new TransientStoreException("busy", null);
            }
        });
        assertThrows(InterruptedIOException.class, () -> store.read("a", 0, 7));
        assertTrue(Thread.interrupted());
        assertEquals(0, requests.slept());
        assertEquals(1, store.stats().of(StoreOperation.READ).failures(FailureReason.INTERRUPT));
    }

    @Test
    void refusesSettingsThatCannotBe() {
        assertEquals(
                "concurrency-max must be 1 to 10000 but was 0",
                assertThrows(IllegalArgumentException.class, () -> slots(0)).getMessage());
    }
}
