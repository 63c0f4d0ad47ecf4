package tempo.tempodb.backend.retry;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.backend.TransientStoreException;

/*
 * A store's slowest reads are much slower than most, and mostly for no reason that a second request would meet again. So a read
 * that is slower than 95 of 100 of its size is sent once more, and the first answer is taken. Three bounds keep that from making an
 * overloaded store worse: a budget, a share of all reads; a slot must be free at once; and there is one hedge for an attempt.
 *
 * The time that counts for the percentile is that of the first request: how long it had taken when it was overtaken, if it was. Were
 * it that of the winner, the percentile would sink with each hedge and call for more.
 */
/** Attempts at reads, on other threads: they are left when they take too long, and overtaken when they are slow. Thread-safe. */
final class PatientReads {
    /** Hedges that may be saved up. */
    private static final double HEDGES_SAVED_MAX = 10;

    private final Requests requests;
    private final long timeoutNanos;
    private final TokenBudget hedges;
    private final ReadLatencies latencies = new ReadLatencies();

    PatientReads(RetryConfig config, Requests requests) {
        this.requests = requests;
        this.timeoutNanos = config.attemptTimeout().toNanos();
        double saved = config.hedgePercentMax() == 0 ? 0 : HEDGES_SAVED_MAX;
        this.hedges = new TokenBudget(config.hedgePercentMax() / 100.0, 0, saved, requests.nanos());
    }

    /** One attempt of {@code call}, in the slot of the caller. */
    <T> T once(Requests.Call<T> call, OperationCounters counters, long deadlineNanos)
            throws IOException, InterruptedException {
        long start = requests.nanos();
        List<Requests.Attempt<T>> attempts = List.of(requests.start(call));
        try {
            return firstOf(attempts, counters, start, Math.min(start + timeoutNanos, deadlineNanos));
        } finally {
            attempts.forEach(Requests.Attempt::abandon);
        }
    }

    /**
     * As {@link #once}, of a read of {@code bytes} that may be sent a second time. If one of the two fails the other is waited for,
     * and if both do it is the later failure that is thrown.
     */
    <T> T hedged(Requests.Call<T> call, int bytes, OperationCounters counters, long deadlineNanos)
            throws IOException, InterruptedException {
        hedges.called();
        long start = requests.nanos();
        long end = Math.min(start + timeoutNanos, deadlineNanos);
        List<Requests.Attempt<T>> attempts = new ArrayList<>(2);
        attempts.add(requests.start(call));
        try {
            long delay = latencies.hedgeDelayNanos(bytes);
            if (delay < end - start && isSlow(attempts, delay) && mayHedge()) {
                counters.hedges.increment();
                attempts.add(requests.start(call));
            }
            T result = firstOf(attempts, counters, start, end);
            latencies.add(bytes, requests.nanos() - start);
            return result;
        } finally {
            attempts.forEach(Requests.Attempt::abandon);
        }
    }

    private <T> boolean isSlow(List<Requests.Attempt<T>> attempts, long delay) throws InterruptedException {
        requests.await(attempts, delay);
        return firstDone(attempts) == null;
    }

    private boolean mayHedge() throws InterruptedException {
        if (!requests.acquire(0)) {
            return false;
        }
        if (hedges.take(requests.nanos())) {
            return true;
        }
        requests.release();
        return false;
    }

    private <T> T firstOf(List<Requests.Attempt<T>> attempts, OperationCounters counters, long start, long end)
            throws IOException, InterruptedException {
        List<Requests.Attempt<T>> running = new ArrayList<>(attempts);
        while (true) {
            requests.await(running, Math.max(0, end - requests.nanos()));
            Requests.Attempt<T> done = firstDone(running);
            if (done == null) {
                counters.timeouts.increment();
                long waited = (requests.nanos() - start) / 1_000_000;
                throw new TransientStoreException("no answer within " + waited + " ms", null);
            }
            running.remove(done);
            try {
                T result = done.result();
                counters.hedgesWon.add(done == attempts.get(0) ? 0 : 1);
                return result;
            } catch (TransientStoreException e) {
                if (running.isEmpty()) {
                    throw e;
                }
            }
        }
    }

    private static <T> Requests.@Nullable Attempt<T> firstDone(List<Requests.Attempt<T>> attempts) {
        for (Requests.Attempt<T> attempt : attempts) {
            if (attempt.isDone()) {
                return attempt;
            }
        }
        return null;
    }
}
