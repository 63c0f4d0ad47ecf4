package tempo.tempodb.backend.retry;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Requests in a time that only passes when somebody waits. A call that "another thread" makes is made at once, but what came of it is
 * known only as much later as it said that it takes ({@link #delay}). For one thread.
 */
final class SimulatedRequests implements Requests {
    private final int slotsMax;
    private final List<Started<?>> running = new ArrayList<>();
    private long now;
    private int taken;
    private long slept;
    private boolean closed;

    SimulatedRequests(int slotsMax) {
        this.slotsMax = slotsMax;
    }

    /** To be told by the store how long its call takes. */
    void delay(long nanos) {
        now += nanos;
    }

    /** Lets time pass. */
    void pass(long nanos) {
        now += nanos;
        settle();
    }

    /** How long callers have paused before retries. */
    long slept() {
        return slept;
    }

    /** Calls that have not ended, whether somebody waits for them or not. */
    int running() {
        settle();
        return running.size();
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
        throwIfInterrupted();
        slept += nanos;
        pass(nanos);
    }

    @Override
    public boolean acquire(long nanos) throws InterruptedException {
        throwIfInterrupted();
        long until = now + nanos;
        settle();
        while (taken >= slotsMax && !running.isEmpty() && nextEnd() <= until) {
            pass(nextEnd() - now);
        }
        if (taken >= slotsMax) {
            pass(until - now);
            return false;
        }
        taken++;
        return true;
    }

    @Override
    public void release() {
        taken--;
        if (taken < 0) {
            throw new AssertionError("more slots given back than taken");
        }
    }

    @Override
    public <T> Attempt<T> start(Call<T> call) {
        long start = now;
        Started<T> attempt = new Started<>();
        try {
            attempt.value = call.run();
        } catch (IOException | RuntimeException e) {
            attempt.failure = e;
        }
        attempt.end = now;
        now = start;
        running.add(attempt);
        return attempt;
    }

    @Override
    public <T> void await(List<Attempt<T>> attempts, long nanos) throws InterruptedException {
        throwIfInterrupted();
        long until = now + nanos;
        for (Attempt<T> attempt : attempts) {
            until = Math.min(until, ((Started<T>) attempt).end);
        }
        pass(Math.max(0, until - now));
    }

    @Override
    public int inFlight() {
        settle();
        return taken;
    }

    @Override
    public void close() {
        closed = true;
    }

    private long nextEnd() {
        return running.stream()
                .min(Comparator.comparingLong(attempt -> attempt.end))
                .orElseThrow()
                .end;
    }

    private void settle() {
        running.removeIf(attempt -> attempt.end <= now && attempt.settle());
    }

    private static void throwIfInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private final class Started<T> implements Attempt<T> {
        private long end;
        private @Nullable T value;
        private @Nullable Exception failure;

        boolean settle() {
            release();
            return true;
        }

        @Override
        public boolean isDone() {
            return end <= now;
        }

        @Override
        public T result() throws IOException {
            if (failure instanceof IOException e) {
                throw e;
            }
            if (failure instanceof RuntimeException e) {
                throw e;
            }
            return Objects.requireNonNull(value);
        }

        /** Stores do not listen: it goes on to its end. */
        @Override
        public void abandon() {}
    }
}
