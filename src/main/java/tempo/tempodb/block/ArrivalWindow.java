package tempo.tempodb.block;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.OptionalLong;

/**
 * The interval in which the traces of a block arrived; compaction keeps together what is of one window.
 *
 * @param startSeconds seconds since 1970, at least 0
 * @param seconds length, at least 1
 */
public record ArrivalWindow(long startSeconds, long seconds) {
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** Year 9999: names stay of one length. */
    private static final long START_SECONDS_MAX = 253_402_300_799L;

    public ArrivalWindow {
        if (startSeconds < 0 || startSeconds > START_SECONDS_MAX) {
            throw new IllegalArgumentException(
                    "window start must be 0 to " + START_SECONDS_MAX + " but is " + startSeconds);
        }
        if (seconds < 1) {
            throw new IllegalArgumentException("window length must be at least 1 s but is " + seconds);
        }
    }

    /** The window of this length that holds {@code time}. */
    public static ArrivalWindow of(Instant time, Duration length) {
        long seconds = length.toSeconds();
        return new ArrivalWindow(Math.floorDiv(time.getEpochSecond(), seconds) * seconds, seconds);
    }

    /** As in object names, for example 20261122T213000Z. */
    public String name() {
        return nameOf(Instant.ofEpochSecond(startSeconds));
    }

    static String nameOf(Instant start) {
        return NAME.format(start);
    }

    /** The start of the window of this name, in seconds since 1970; empty if it is no such name. */
    static OptionalLong startOf(String name) {
        try {
            return OptionalLong.of(NAME.parse(name, Instant::from).getEpochSecond());
        } catch (DateTimeException e) {
            return OptionalLong.empty();
        }
    }
}
