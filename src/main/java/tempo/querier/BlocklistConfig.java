package tempo.querier;

import java.time.Duration;

/**
 * How a node learns of blocks.
 *
 * @param pollInterval how often the store is listed, besides when another node tells of a block
 */
public record BlocklistConfig(Duration pollInterval) {
    public BlocklistConfig {
        if (pollInterval.toMillis() < 100 || pollInterval.toHours() > 24) {
            throw new IllegalArgumentException("poll-interval must be 100 ms to 1 day but was " + pollInterval);
        }
    }
}
