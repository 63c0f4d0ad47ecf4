package tempo.tempodb.compaction;

import java.time.Duration;
import java.util.List;

/**
 * Which blocks are merged, and when.
 *
 * @param windows lengths of the time windows whose blocks become one, each a multiple of the one before; the first is that of the
 *     blocks cut from a head. Blocks that are still small when a window closes are merged across it in the next
 * @param closedAfter how long after its end a window is taken to get no more blocks
 * @param blockBytesMax size that a merged block is to have at most, in bytes; it may come out smaller, and a block of half the
 *     size is not merged any more
 * @param inputsMax blocks that are merged at once, at most; as many of one level make a merge before their window closes
 * @param widerInputsMin blocks that are merged across windows, at least: fewer would not be worth writing them again
 */
public record CompactionConfig(
        List<Duration> windows, Duration closedAfter, long blockBytesMax, int inputsMax, int widerInputsMin) {
    /** Half an hour, four hours, a day; a GiB. */
    public static final CompactionConfig DEFAULT = new CompactionConfig(
            List.of(Duration.ofMinutes(30), Duration.ofHours(4), Duration.ofDays(1)),
            Duration.ofMinutes(10),
            1 << 30,
            32,
            4);

    public CompactionConfig {
        windows = List.copyOf(windows);
        if (windows.isEmpty() || windows.get(0).toSeconds() < 1) {
            throw new IllegalArgumentException("windows must be at least one, of at least 1 s, but are " + windows);
        }
        for (int i = 1; i < windows.size(); i++) {
            long shorter = windows.get(i - 1).toSeconds();
            long longer = windows.get(i).toSeconds();
            if (longer <= shorter || longer % shorter != 0) {
                throw new IllegalArgumentException(
                        "windows must each be a multiple of the one before but are " + windows);
            }
        }
        if (closedAfter.isNegative()) {
            throw new IllegalArgumentException("closed-after must not be negative but is " + closedAfter);
        }
        if (blockBytesMax < 1) {
            throw new IllegalArgumentException("block-bytes-max must be above zero");
        }
        if (inputsMax < 2 || widerInputsMin < 2 || widerInputsMin > inputsMax) {
            throw new IllegalArgumentException("inputs-max must be at least 2 and wider-inputs-min 2 to inputs-max, but"
                    + " they are " + inputsMax + " and " + widerInputsMin);
        }
    }
}
