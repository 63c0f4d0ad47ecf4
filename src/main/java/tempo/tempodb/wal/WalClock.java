package tempo.tempodb.wal;

/**
 * The time as the log sees it: monotonic, so that a jump of the wall clock neither shortens nor stretches how long a
 * released segment stays readable. Any thread may call.
 */
@FunctionalInterface
public interface WalClock {
    /** Returns nanoseconds since a fixed moment that has no meaning of its own. */
    long nanos();

    /** Returns the clock of this machine. */
    static WalClock system() {
        return System::nanoTime;
    }
}
