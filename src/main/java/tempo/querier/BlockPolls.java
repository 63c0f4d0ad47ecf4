package tempo.querier;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings this node's list of blocks up to date: one poll at a time, and however many ask meanwhile share the one that follows. A
 * poll that fails is repeated until it succeeds. Thread-safe.
 */
final class BlockPolls {
    private static final Logger LOG = LoggerFactory.getLogger(BlockPolls.class);

    private final Poll poll;
    private final Executor disk;
    private final Duration retryAfter;
    private @Nullable CompletableFuture<Void> waiting;
    private boolean running;

    /** Reads the store's list of blocks; blocks the thread. */
    @FunctionalInterface
    interface Poll {
        void run() throws IOException;
    }

    BlockPolls(Poll poll, Executor disk, Duration retryAfter) {
        this.poll = poll;
        this.disk = disk;
        this.retryAfter = retryAfter;
    }

    /** Completes when a poll that began after this call has succeeded. */
    synchronized CompletableFuture<Void> request() {
        CompletableFuture<Void> next = waiting;
        if (next == null) {
            next = new CompletableFuture<>();
            waiting = next;
            if (!running) {
                running = true;
                disk.execute(this::run);
            }
        }
        return next;
    }

    private void run() {
        CompletableFuture<Void> current = begin();
        try {
            poll.run();
            current.complete(null);
            end(disk);
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "blocks of the store could not be listed, again in {} ms: {}", retryAfter.toMillis(), e.toString());
            request().thenRun(() -> current.complete(null));
            end(CompletableFuture.delayedExecutor(retryAfter.toMillis(), TimeUnit.MILLISECONDS, disk));
        }
    }

    private synchronized CompletableFuture<Void> begin() {
        CompletableFuture<Void> current = waiting == null ? new CompletableFuture<>() : waiting;
        waiting = null;
        return current;
    }

    private synchronized void end(Executor executor) {
        running = waiting != null;
        if (running) {
            executor.execute(this::run);
        }
    }
}
