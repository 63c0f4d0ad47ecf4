package tempo.tempodb.backend.retry;

import java.io.IOException;
import java.util.List;

/**
 * The time, the threads and the slots of a retrying store's requests; a test has its own, in which nobody waits. A slot is a
 * request under way; whoever takes one gives it back or starts an attempt with it.
 */
interface Requests extends AutoCloseable {
    /** One call to the store. */
    @FunctionalInterface
    interface Call<T> {
        T run() throws IOException;
    }

    /** A call that runs on another thread. */
    interface Attempt<T> {
        boolean isDone();

        /** What the call returned or threw, once it is done. */
        T result() throws IOException;

        /**
         * Says that nobody waits for it any more; does nothing once it is done. It may go on for as long as the store likes, and
         * keeps its slot until then.
         */
        void abandon();
    }

    /** Returns nanoseconds since a fixed moment that has no meaning of its own. */
    long nanos();

    /** Returns after {@code nanos}, or at once if that is not positive. */
    void sleep(long nanos) throws InterruptedException;

    /** Takes a slot, if there is one before {@code nanos} are over. */
    boolean acquire(long nanos) throws InterruptedException;

    /** Gives a slot back. */
    void release();

    /** Runs {@code call} on another thread, in a slot that the caller has taken and that is given back when the call has ended. */
    <T> Attempt<T> start(Call<T> call);

    /** Waits until one of {@code attempts} is done or {@code nanos} are over. */
    <T> void await(List<Attempt<T>> attempts, long nanos) throws InterruptedException;

    /** Slots that are taken now. */
    int inFlight();

    /** Ends the threads; what still runs is interrupted. */
    @Override
    void close();
}
