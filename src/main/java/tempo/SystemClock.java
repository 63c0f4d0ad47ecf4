package tempo;

/**
 * The one place that asks the system for the time: unix time as of the program's start, carried on by the monotonic clock, so
 * that it never goes back or jumps when somebody sets the clock. Thread-safe.
 */
final class SystemClock {
    private static final long STARTED_MILLIS = System.currentTimeMillis();
    private static final long STARTED_NANOS = System.nanoTime();

    private SystemClock() {}

    static long millis() {
        return STARTED_MILLIS + (System.nanoTime() - STARTED_NANOS) / 1_000_000;
    }

    static long nanos() {
        return System.nanoTime();
    }
}
