package tempo.tempodb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.blocklist.ManyReads;

/*
 * The caller works too, and waits for what was begun only: so a find that gets no further thread takes longer, but never waits for
 * another one.
 */
/** Asks many blocks at once of a store that answers slowly. Thread-safe. */
final class BlockReads implements ManyReads, AutoCloseable {
    /** Most threads that work for one call. */
    private static final int THREADS_PER_CALL = 32;

    private static final long IDLE_SECONDS = 30;

    private final @Nullable ThreadPoolExecutor threads;

    /** @param threadsMax most threads besides the callers', all told; 0 if blocks are to be asked one after the other */
    BlockReads(int threadsMax) {
        this.threads = threadsMax == 0
                ? null
                : new ThreadPoolExecutor(
                        0,
                        threadsMax,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new SynchronousQueue<>(),
                        BlockReads::newThread,
                        new ThreadPoolExecutor.DiscardPolicy());
    }

    @Override
    public <T, R> List<R> each(List<T> blocks, Read<T, R> read) throws IOException {
        Executor executor = threads;
        if (executor == null || blocks.size() < 2) {
            List<R> results = new ArrayList<>(blocks.size());
            for (T block : blocks) {
                results.add(read.of(block));
            }
            return results;
        }
        Call<T, R> call = new Call<>(blocks, read);
        for (int i = 1; i < Math.min(blocks.size(), THREADS_PER_CALL); i++) {
            executor.execute(call);
        }
        call.run();
        return call.results();
    }

    @Override
    public void close() {
        if (threads != null) {
            threads.shutdownNow();
        }
    }

    private static Thread newThread(Runnable work) {
        Thread thread = new Thread(work, "tempo-block-reads");
        thread.setDaemon(true);
        return thread;
    }

    private static final class Call<T, R> implements Runnable {
        private final List<T> blocks;
        private final Read<T, R> read;
        private final AtomicInteger next = new AtomicInteger();
        private final CountDownLatch open;
        private final List<@Nullable R> results;
        private final @Nullable Throwable[] failures;

        Call(List<T> blocks, Read<T, R> read) {
            this.blocks = blocks;
            this.read = read;
            this.open = new CountDownLatch(blocks.size());
            this.results = new ArrayList<>(blocks.size());
            for (int i = 0; i < blocks.size(); i++) {
                results.add(null);
            }
            this.failures = new Throwable[blocks.size()];
        }

        @Override
        public void run() {
            for (int i = next.getAndIncrement(); i < blocks.size(); i = next.getAndIncrement()) {
                try {
                    results.set(i, read.of(blocks.get(i)));
                } catch (IOException | RuntimeException | Error e) {
                    failures[i] = e;
                } finally {
                    open.countDown();
                }
            }
        }

        List<R> results() throws IOException {
            awaitAll();
            List<R> all = new ArrayList<>(blocks.size());
            for (int i = 0; i < blocks.size(); i++) {
                rethrow(failures[i]);
                R result = results.get(i);
                if (result != null) {
                    all.add(result);
                }
            }
            return all;
        }

        private void awaitAll() {
            boolean interrupted = false;
            while (true) {
                try {
                    open.await();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        private static void rethrow(@Nullable Throwable failure) throws IOException {
            if (failure instanceof IOException io) {
                throw io;
            }
            if (failure instanceof Error error) {
                throw error;
            }
            if (failure instanceof RuntimeException other) {
                throw other;
            }
        }
    }
}
