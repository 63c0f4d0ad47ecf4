package tempo.tempodb.backend.retry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tempo.tempodb.backend.FaultyObjectStore;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.backend.TransientStoreException;

/** The retrying store with threads and in real time. */
@Timeout(60)
final class ThreadedRequestsTest {
    private static final byte[] CONTENT = new byte[1_000];

    /** Reads block while the latch that belongs to them is closed, and count how many there are at once. */
    private static final class BlockingStore extends FaultyObjectStore {
        final Semaphore begun = new Semaphore(0);
        final Semaphore interrupted = new Semaphore(0);
        final AtomicInteger atOnce = new AtomicInteger();
        final AtomicInteger atOnceMax = new AtomicInteger();
        volatile CountDownLatch open = new CountDownLatch(0);

        BlockingStore(MemoryObjectStore memory) {
            super(memory, Integer.MAX_VALUE, false);
        }

        @Override
        public byte[] read(String key, long offset, int length) throws IOException {
            CountDownLatch own = open;
            atOnceMax.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            begun.release();
            try {
                own.await();
                return CONTENT.clone();
            } catch (InterruptedException e) {
                interrupted.release();
                throw new InterruptedIOException("interrupted");
            } finally {
                atOnce.decrementAndGet();
            }
        }
    }

    private final BlockingStore blocking = new BlockingStore(new MemoryObjectStore());

    private static RetryConfig config(int slots, Duration attemptTimeout) {
        return new RetryConfig(
                2,
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                attemptTimeout,
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                20,
                50,
                slots);
    }

    @Test
    void leavesWhenItsCallerIsInterruptedWhileItReads() throws Exception {
        blocking.open = new CountDownLatch(1);
        try (RetryingObjectStore store = RetryingObjectStore.open(blocking, config(4, Duration.ofSeconds(60)))) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread caller = new Thread(() -> {
                try {
                    store.read("a", 0, 1_000);
                } catch (IOException e) {
                    thrown.set(Thread.currentThread().isInterrupted() ? e : new AssertionError("not interrupted", e));
                }
            });
            caller.start();
            blocking.begun.acquire();
            caller.interrupt();
            caller.join();
            assertInstanceOf(InterruptedIOException.class, thrown.get());
            blocking.interrupted.acquire();
            awaitNothingInFlight(store);
        }
    }

    @Test
    void leavesWhenItsCallerIsInterruptedInAPause() throws Exception {
        CountDownLatch failed = new CountDownLatch(1);
        FaultyObjectStore failing = new FaultyObjectStore(new MemoryObjectStore(), Integer.MAX_VALUE, false) {
            @Override
            public void put(String key, ByteBuffer content) throws IOException {
                failed.countDown();
                throw new TransientStoreException("busy", null);
            }
        };
        try (RetryingObjectStore store = RetryingObjectStore.open(failing, config(4, Duration.ofSeconds(60)))) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread caller = new Thread(() -> {
                try {
                    store.put("a", ByteBuffer.allocate(1));
                } catch (IOException e) {
                    thrown.set(e);
                }
            });
            caller.start();
            failed.await();
            caller.interrupt();
            caller.join();
            InterruptedIOException e = assertInstanceOf(InterruptedIOException.class, thrown.get());
            assertTrue(String.valueOf(e.getMessage()).startsWith("put of a failed once in "), e.getMessage());
            assertEquals(0, store.stats().inFlight());
        }
    }

    @Test
    void overtakesAReadThatIsSlow() throws Exception {
        try (RetryingObjectStore store = RetryingObjectStore.open(blocking, config(4, Duration.ofSeconds(60)))) {
            for (int i = 0; i < 64; i++) {
                store.read("a", 0, 1_000);
            }
            CountDownLatch first = new CountDownLatch(1);
            blocking.open = first;
            blocking.begun.drainPermits();
            ExecutorService caller = Executors.newSingleThreadExecutor();
            try {
                Future<byte[]> read = caller.submit(() -> store.read("a", 0, 1_000));
                blocking.begun.acquire();
                blocking.open = new CountDownLatch(0);
                assertArrayEquals(CONTENT, read.get());
            } finally {
                caller.shutdownNow();
            }
            assertTrue(store.stats().of(StoreOperation.READ).hedgesWon() > 0);
            awaitNothingInFlight(store);
        }
    }

    @Test
    void interruptsAnAttemptThatIsLeft() throws Exception {
        blocking.open = new CountDownLatch(1);
        RetryConfig one = new RetryConfig(
                1,
                Duration.ofMillis(1),
                Duration.ofMillis(1),
                Duration.ofMillis(20),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                20,
                5,
                4);
        try (RetryingObjectStore store = RetryingObjectStore.open(blocking, one)) {
            IOException e = org.junit.jupiter.api.Assertions.assertThrows(
                    TransientStoreException.class, () -> store.read("a", 0, 1_000));
            assertTrue(String.valueOf(e.getMessage()).startsWith("read of a failed once in "), e.getMessage());
            blocking.interrupted.acquire();
            awaitNothingInFlight(store);
        }
    }

    @Test
    void hasNoMoreRequestsUnderWayThanSlots() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(20);
        try (RetryingObjectStore store = RetryingObjectStore.open(blocking, config(3, Duration.ofSeconds(60)))) {
            List<Future<byte[]>> reads = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                reads.add(callers.submit(() -> store.read("a", 0, 1_000)));
            }
            for (Future<byte[]> read : reads) {
                assertArrayEquals(CONTENT, read.get());
            }
            assertTrue(blocking.atOnceMax.get() <= 3, blocking.atOnceMax + " at once");
            awaitNothingInFlight(store);
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void endsItsThreadsWhenItIsClosed() throws Exception {
        RetryingObjectStore store = RetryingObjectStore.open(blocking, config(4, Duration.ofSeconds(60)));
        AtomicReference<Thread> worker = new AtomicReference<>();
        try (ThreadedRequests requests = new ThreadedRequests(1)) {
            assertTrue(requests.acquire(0));
            Requests.Attempt<Boolean> attempt = requests.start(() -> {
                worker.set(Thread.currentThread());
                return true;
            });
            requests.await(List.of(attempt), TimeUnit.SECONDS.toNanos(20));
            assertTrue(attempt.result());
            assertEquals(0, requests.inFlight());
        }
        Thread ended = Objects.requireNonNull(worker.get());
        ended.join();
        assertFalse(ended.isAlive());
        store.close();
    }

    /** The last of an attempt is on its own thread, which nobody waits for. */
    private static void awaitNothingInFlight(RetryingObjectStore store) {
        while (store.stats().inFlight() > 0) {
            Thread.onSpinWait();
        }
    }
}
