package tempo.vulture;

import java.time.Duration;

/** How long to wait before the next attempt: twice as long after each failure in a row, up to five minutes. Not thread-safe. */
final class BackOff {
    private static final Duration MOST = Duration.ofMinutes(5);

    private final Duration pause;
    private Duration current;

    BackOff(Duration pause) {
        this.pause = pause;
        this.current = pause;
    }

    /** The pause after an attempt. */
    Duration after(boolean success) {
        if (success) {
            current = pause;
            return pause;
        }
        Duration next = current.multipliedBy(2);
        Duration most = pause.compareTo(MOST) > 0 ? pause : MOST;
        current = next.compareTo(most) > 0 ? most : next;
        return current;
    }
}
