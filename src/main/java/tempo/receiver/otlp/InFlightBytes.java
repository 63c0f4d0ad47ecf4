package tempo.receiver.otlp;

import java.util.concurrent.atomic.AtomicLong;
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

    /** What one request holds; used by one thread at a time and released once. */
    final class Lease {
        private long bytes;
        private boolean released;

        /** Holds {@code more} bytes more; false, and nothing changes, if the bound would be passed. */
        boolean acquire(long more) {
            long now = held.addAndGet(more);
            if (now > max) {
                held.addAndGet(-more);
                return false;
            }
            bytes += more;
            return true;
        }

        /** Gives all back; again does nothing. */
        void release() {
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
