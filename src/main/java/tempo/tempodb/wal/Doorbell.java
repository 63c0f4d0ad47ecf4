package tempo.tempodb.wal;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Wakes the one thread that waits at it; a ring while nobody waits is kept for the next wait. */
final class Doorbell {
    private volatile boolean rung;
    private volatile @Nullable Thread waiting;

    /** Wakes the waiting thread. What was done before is visible to it. Any thread may call. */
    void ring() {
        if (!rung) {
            rung = true;
            LockSupport.unpark(waiting);
        }
    }

    /** Waits for a ring, or {@code nanos}. An interrupt is ignored: a log's threads end only when it is closed. */
    void await(long nanos, WalClock clock) {
        waiting = Thread.currentThread();
        long start = clock.nanos();
        while (!rung) {
            long left = nanos - (clock.nanos() - start);
            if (left <= 0) {
                break;
            }
            LockSupport.parkNanos(this, left);
            Thread.interrupted();
        }
        waiting = null;
        rung = false;
    }
}
