package tempo.tempodb.backend.retry;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/*
 * The slots bound the threads: an attempt has a slot from before its thread is asked for until its call has ended, so there are no
 * more threads at work than slots, and the pool itself needs neither a bound nor a queue. Who waits for a slot waits in line.
 *
 * An abandoned attempt is interrupted once. A client that waits for its answer on the calling thread then gives up; one that is deep
 * in a socket does not, and ends by its own time-out.
 */
/** Requests on daemon threads of their own, in real time. Thread-safe. */
final class ThreadedRequests implements Requests {
    private static final AtomicInteger THREADS = new AtomicInteger();

    private final int slotsMax;
    private final Semaphore slots;
    private final ExecutorService threads = Executors.newCachedThreadPool(ThreadedRequests::thread);

    ThreadedRequests(int slotsMax) {
        this.slotsMax = slotsMax;
        this.slots = new Semaphore(slotsMax, true);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "tempo-store-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
        Thread.sleep(TimeUnit.NANOSECONDS.toMillis(nanos + 999_999));
    }

    @Override
    public boolean acquire(long nanos) throws InterruptedException {
        return slots.tryAcquire(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void release() {
        slots.release();
    }

    @Override
    public <T> Attempt<T> start(Call<T> call) {
        Running<T> attempt = new Running<>(call);
        try {
            threads.execute(attempt);
        } catch (RejectedExecutionException e) {
            release();
            throw new IllegalStateException("object store is closed", e);
        }
        return attempt;
    }

    @Override
    public <T> void await(List<Attempt<T>> attempts, long nanos) throws InterruptedException {
        CompletableFuture<?>[] ends = new CompletableFuture<?>[attempts.size()];
        for (int i = 0; i < ends.length; i++) {
            ends[i] = ((Running<T>) attempts.get(i)).end;
        }
        try {
            CompletableFuture.anyOf(ends).get(nanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException whatTheAttemptsSayThemselves) {
            return;
        }
    }

    @Override
    public int inFlight() {
        return slotsMax - slots.availablePermits();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private final class Running<T> implements Attempt<T>, Runnable {
        /** Completed last of all, with nothing: what came of the call is in the fields before it. */
        final CompletableFuture<Void> end = new CompletableFuture<>();

        private final Call<T> call;
        private @Nullable T value;
        private @Nullable Throwable failure;

        /** Guarded by this; while the call runs. */
        private @Nullable Thread runner;

        private boolean abandoned;

        Running(Call<T> call) {
            this.call = call;
        }

        @Override
        public void run() {
            try {
                if (begin()) {
                    value = call.run();
                }
            } catch (Throwable thrownToTheCaller) {
                failure = thrownToTheCaller;
            } finally {
                finish();
            }
        }

        private synchronized boolean begin() {
            runner = Thread.currentThread();
            return !abandoned;
        }

        private void finish() {
            synchronized (this) {
                runner = null;
                Thread.interrupted();
            }
            release();
            end.complete(null);
        }

        @Override
        public synchronized void abandon() {
            abandoned = true;
            if (runner != null) {
                runner.interrupt();
            }
        }

        @Override
        public boolean isDone() {
            return end.isDone();
        }

        @Override
        public T result() throws IOException {
            if (failure instanceof IOException e) {
                throw e;
            }
            if (failure instanceof RuntimeException e) {
                throw e;
            }
            if (failure instanceof Error e) {
                throw e;
            }
            if (value == null) {
                throw new IllegalStateException("attempt has no result", failure);
            }
            return value;
        }
    }
}
