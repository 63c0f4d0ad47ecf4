package tempo.tempodb.wal;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The appends that wait for a commit: a bounded lock-free list, linked through the appends themselves. Many threads
 * offer, one takes.
 */
final class AppendQueue {
    private static final WalAppend CLOSED = new WalAppend("", new byte[0], 0, 0, 1) {
        @Override
        protected void committed(long position) {
            throw new AssertionError("the end mark of a queue was committed");
        }

        @Override
        protected void failed(WalException reason) {
            throw new AssertionError("the end mark of a queue failed");
        }
    };

    private final AtomicReference<@Nullable WalAppend> newest = new AtomicReference<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final long bytesMax;

    AppendQueue(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Takes an append in, or returns why not. One append is always let in, however large. */
    @Nullable
    WalException offer(WalAppend append) {
        long bytes = append.queuedBytes();
        long queued = queuedBytes.addAndGet(bytes);
        if (queued > bytesMax && queued > bytes) {
            queuedBytes.addAndGet(-bytes);
            return new WalException(
                    WalException.Reason.FULL,
                    "wal queue holds at most " + bytesMax + " bytes but would hold " + queued);
        }
        while (true) {
            WalAppend before = newest.get();
            if (before == CLOSED) {
                queuedBytes.addAndGet(-bytes);
                return new WalException(WalException.Reason.CLOSED, "wal is closed");
            }
            append.next = before;
            if (newest.compareAndSet(before, append)) {
                return null;
            }
        }
    }

    /** Takes all that is queued, oldest first, linked by {@link WalAppend#next}. Its bytes stay counted until {@link #done}. */
    @Nullable
    WalAppend take() {
        WalAppend last = newest.get();
        return last == null || last == CLOSED ? null : oldestFirst(newest.getAndSet(null));
    }

    /** Takes all that is queued and lets nothing in any more. */
    @Nullable
    WalAppend close() {
        WalAppend last = newest.getAndSet(CLOSED);
        return last == CLOSED ? null : oldestFirst(last);
    }

    boolean isEmpty() {
        WalAppend last = newest.get();
        return last == null || last == CLOSED;
    }

    /** Gives the room of an append back. */
    void done(WalAppend append) {
        queuedBytes.addAndGet(-append.queuedBytes());
    }

    long queuedBytes() {
        return queuedBytes.get();
    }

    private static @Nullable WalAppend oldestFirst(@Nullable WalAppend last) {
        WalAppend first = null;
        WalAppend append = last;
        while (append != null) {
            WalAppend older = append.next;
            append.next = first;
            first = append;
            append = older;
        }
        return first;
    }
}
