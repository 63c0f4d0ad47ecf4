package tempo.compactor;

import java.time.Duration;
import tempo.tempodb.compaction.CompactionConfig;
import tempo.tempodb.compaction.Retention;
import tempo.tempodb.compaction.SweepConfig;

/**
 * How a node takes part in compaction. All but {@code workers} is used by the node that coordinates, and should be the same on all.
 *
 * @param enabled false keeps this node from merging blocks and from coordinating
 * @param workers merges that this node does at once
 * @param interval how often the blocks are looked through for what is due
 * @param workerTimeout a worker that is not heard of for so long has its job taken back
 * @param blockBytesMax size that a merged block is to have at most
 * @param inputsMax blocks that are merged at once, at most
 * @param closedAfter how long after its end a time window is taken to get no more blocks
 * @param replacedKept how long blocks stay in the store after they are replaced, or past their retention
 * @param orphanAge how old data without a commit record must be to be deleted
 */
public record CompactorConfig(
        boolean enabled,
        int workers,
        Duration interval,
        Duration workerTimeout,
        long blockBytesMax,
        int inputsMax,
        Duration closedAfter,
        Duration replacedKept,
        Duration orphanAge) {
    private static final int WORKERS_MAX = 64;
    private static final long BLOCK_BYTES_MIN = 1 << 20;

    public CompactorConfig {
        if (workers < 1 || workers > WORKERS_MAX) {
            throw new IllegalArgumentException("workers must be 1 to " + WORKERS_MAX);
        }
        if (interval.toMillis() < 100 || interval.toHours() > 1) {
            throw new IllegalArgumentException("interval must be 100 ms to 1 h");
        }
        if (workerTimeout.compareTo(interval.plus(Duration.ofSeconds(5))) < 0) {
            throw new IllegalArgumentException("worker-timeout must be at least interval and 5 s more");
        }
        if (blockBytesMax < BLOCK_BYTES_MIN) {
            throw new IllegalArgumentException("block-bytes-max must be at least " + BLOCK_BYTES_MIN);
        }
        if (inputsMax < 4 || inputsMax > 1_000) {
            throw new IllegalArgumentException("inputs-max must be 4 to 1000");
        }
        if (closedAfter.isNegative()) {
            throw new IllegalArgumentException("closed-after must not be negative");
        }
        if (replacedKept.toSeconds() < 1) {
            throw new IllegalArgumentException("replaced-kept must be at least 1 s");
        }
        if (orphanAge.toMinutes() < 10) {
            throw new IllegalArgumentException(
                    "orphan-age must be at least 10 m: a block that is being written is no orphan");
        }
    }

    CompactionConfig plan() {
        CompactionConfig standard = CompactionConfig.DEFAULT;
        return new CompactionConfig(
                standard.windows(), closedAfter, blockBytesMax, inputsMax, standard.widerInputsMin());
    }

    SweepConfig sweep(Retention retention) {
        SweepConfig standard = SweepConfig.DEFAULT;
        return new SweepConfig(retention, replacedKept, orphanAge, standard.writeAge(), standard.abandonedKept());
    }
}
