package tempo.receiver;

import java.util.concurrent.atomic.AtomicLong;
import tempo.span.Refusal;
import tempo.telemetry.Metrics;

/**
 * Bounds the bytes of all requests that have no answer yet, on every port together: those on the wire and those they inflate
 * to. Thread-safe.
 */
public final class InFlightBytes {
    private final long max;
    private final Metrics metrics;
    private final AtomicLong held = new AtomicLong();

    /** A bound of {@code max} bytes. */
    public InFlightBytes(long max, Metrics metrics) {
        this.max = max;
        this.metrics = metrics;
    }

    /** What one request holds. Thread-safe: a body that is late may go on coming while its request is answered. */
    public final class Lease {
        private long bytes;
        private boolean released;

        /**
         * Holds {@code more} bytes more.
         *
         * @throws RefusedException and nothing changes, if the bound would be passed or all was given back
         */
        public synchronized void acquire(long more) throws RefusedException {
            if (!tryAcquire(more)) {
                throw new RefusedException(Refusal.OVERLOADED, Refusal.OVERLOADED.sentence());
            }
        }

        private boolean tryAcquire(long more) {
            if (released) {
                return false;
            }
            if (held.addAndGet(more) > max) {
                held.addAndGet(-more);
                return false;
            }
            bytes += more;
            return true;
        }

        /**
         * Holds as many bytes and no others: those that a request became, and no longer those it was.
         *
         * @throws RefusedException and nothing changes, as {@link #acquire} has it
         */
        public synchronized void hold(long others) throws RefusedException {
            long more = others - bytes;
            if (more > 0 || released) {
                acquire(more);
            } else {
                held.addAndGet(more);
                bytes = others;
            }
        }

        /** Gives all back; again does nothing. */
        public synchronized void release() {
            if (!released) {
                released = true;
                metrics.bytesInFlight(held.addAndGet(-bytes));
            }
        }
    }

    Lease lease() {
        return new Lease();
    }
}
