package tempo.tempodb.backend.retry;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.backend.TransientStoreException;

/**
 * Makes attempts at a call until one succeeds or there is a reason to give up. The pauses between them are random up to a bound that
 * doubles, so that callers who failed together do not come back together. Thread-safe.
 */
final class Retrier {
    /** Retries a second that are free, and how many may be saved up: enough for a store that is seldom called. */
    private static final double FREE_RETRIES_PER_SECOND = 5;

    private static final double RETRIES_SAVED_MAX = 50;

    /** Earlier failures that go with the last. */
    private static final int SUPPRESSED_MAX = 4;

    private final RetryConfig config;
    private final Requests requests;
    private final RandomGenerator random;
    private final TokenBudget budget;

    /** One attempt. Begins with a slot, which it gives back. */
    @FunctionalInterface
    interface Attempted<T> {
        /** @param deadlineNanos when nobody waits for the call any more */
        T run(long deadlineNanos) throws IOException, InterruptedException;
    }

    Retrier(RetryConfig config, Requests requests, RandomGenerator random) {
        this.config = config;
        this.requests = requests;
        this.random = random;
        this.budget = new TokenBudget(
                config.retryPercentMax() / 100.0, FREE_RETRIES_PER_SECOND, RETRIES_SAVED_MAX, requests.nanos());
    }

    /** As {@link #call}, with attempts that make {@code call} on this thread: they end when the store ends them. */
    <T> T callHere(
            StoreOperation operation,
            OperationCounters counters,
            String object,
            Duration deadline,
            Requests.Call<T> call)
            throws IOException {
        return call(operation, counters, object, deadline, deadlineNanos -> {
            try {
                return call.run();
            } finally {
                requests.release();
            }
        });
    }

    /**
     * What an attempt returns, or throws if that is no {@link TransientStoreException}.
     *
     * @param object key or prefix, for messages
     * @throws TransientStoreException if it was given up, saying why, with the last failure as its cause
     * @throws InterruptedIOException if this thread was interrupted, which it is still
     */
    <T> T call(
            StoreOperation operation,
            OperationCounters counters,
            String object,
            Duration deadline,
            Attempted<T> attempted)
            throws IOException {
        counters.calls.increment();
        budget.called();
        long start = requests.nanos();
        long end = start + deadline.toNanos();
        Failures failures = new Failures(operation.words() + " of " + object, start);
        try {
            for (int attempt = 1; ; attempt++) {
                if (!requests.acquire(Math.max(0, end - requests.nanos()))) {
                    throw failures.end(FailureReason.SLOTS, counters);
                }
                counters.attempted(attempt);
                try {
                    T result = attempted.run(end);
                    counters.answered(requests.nanos() - start);
                    return result;
                } catch (TransientStoreException e) {
                    counters.errors.increment();
                    failures.add(e);
                } catch (NoSuchFileException | EOFException answer) {
                    counters.answered(requests.nanos() - start);
                    throw answer;
                } catch (IOException e) {
                    counters.failed(FailureReason.PERMANENT);
                    throw e;
                }
                long pause = pauseNanos(attempt);
                FailureReason reason = reasonToStop(attempt, end - requests.nanos() - pause);
                if (reason != null) {
                    throw failures.end(reason, counters);
                }
                requests.sleep(pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            counters.failed(FailureReason.INTERRUPT);
            InterruptedIOException interrupted = new InterruptedIOException(failures.message(", then was interrupted"));
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    private @Nullable FailureReason reasonToStop(int attempt, long nanosLeft) {
        if (attempt >= config.attemptsMax()) {
            return FailureReason.ATTEMPTS;
        }
        if (nanosLeft <= 0) {
            return FailureReason.DEADLINE;
        }
        return budget.take(requests.nanos()) ? null : FailureReason.BUDGET;
    }

    private long pauseNanos(int attempt) {
        double bound = Math.min(
                config.backoffMax().toNanos(),
                Math.scalb((double) config.backoffFirst().toNanos(), attempt - 1));
        return random.nextLong((long) bound + 1);
    }

    /** The failed attempts of one call. */
    private final class Failures {
        private final String attempted;
        private final long startNanos;
        private final Deque<TransientStoreException> latest = new ArrayDeque<>();
        private int count;

        Failures(String attempted, long startNanos) {
            this.attempted = attempted;
            this.startNanos = startNanos;
        }

        void add(TransientStoreException failure) {
            count++;
            latest.addLast(failure);
            if (latest.size() > SUPPRESSED_MAX + 1) {
                latest.removeFirst();
            }
        }

        TransientStoreException end(FailureReason reason, OperationCounters counters) {
            counters.failed(reason);
            String why =
                    switch (reason) {
                        case DEADLINE -> ", which leaves no time for another attempt";
                        case BUDGET -> ", and is not tried again as the store keeps failing";
                        case SLOTS -> ", with all " + config.concurrencyMax() + " requests to the store under way";
                        default -> "";
                    };
            TransientStoreException last = latest.pollLast();
            TransientStoreException end =
                    new TransientStoreException(message(why) + (last == null ? "" : ": " + last.getMessage()), last);
            latest.forEach(end::addSuppressed);
            return end;
        }

        String message(String why) {
            String times = count == 0 ? " had no attempt" : count == 1 ? " failed once" : " failed " + count + " times";
            return attempted + times + " in " + (requests.nanos() - startNanos) / 1_000_000 + " ms" + why;
        }
    }
}
