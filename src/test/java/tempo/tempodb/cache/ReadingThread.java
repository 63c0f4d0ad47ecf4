package tempo.tempodb.cache;

import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A thread that reads the first ten bytes of a block. */
final class ReadingThread {
    private final FutureTask<byte[]> task;
    private final Thread thread;

    private ReadingThread(FutureTask<byte[]> task) {
        this.task = task;
        thread = new Thread(task, "reader");
        thread.setDaemon(true);
    }

    static ReadingThread start(PageCache cache, long objectBytes, UUID block, RangeReader store) {
        ReadingThread reading =
                new ReadingThread(new FutureTask<>(() -> cache.read(block, objectBytes, 0, 10, PageKind.GROUP, store)));
        reading.thread.start();
        return reading;
    }

    /** Returns once the thread waits for another. */
    void awaitWaiting() {
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }

    void interrupt() {
        thread.interrupt();
    }

    byte[] result() throws Exception {
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
