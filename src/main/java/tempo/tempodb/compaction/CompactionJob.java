package tempo.tempodb.compaction;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import tempo.tempodb.block.BlockSpec;

/**
 * The right to replace some blocks by one, which nobody else has as long as the job is open: it ends with the commit record of the
 * output, or with a record in its place that says that the block was given up.
 *
 * @param number its place in the order of all jobs of the store; the output's {@link BlockSpec#writerEpoch}
 * @param output the block to be written, with the ids of those that it replaces
 */
public record CompactionJob(long number, BlockSpec output, Instant created) {
    public CompactionJob {
        if (number < 1 || output.writerEpoch() != number) {
            throw new IllegalArgumentException(
                    "job number must be above zero and its output's writer epoch, but they are " + number + " and "
                            + output.writerEpoch());
        }
        if (output.replaces().isEmpty()) {
            throw new IllegalArgumentException("job " + number + " must replace a block");
        }
    }

    /** The job as text, for its record and for messages. */
    public byte[] encode() {
        return JobText.encode(this);
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @param name of the record, for the message
     * @throws IOException if it is damaged
     */
    public static CompactionJob decode(String name, byte[] bytes) throws IOException {
        return JobText.decode(name, bytes);
    }

    public String tenant() {
        return output.tenant();
    }

    /** The blocks that are merged. */
    public List<UUID> inputs() {
        return output.replaces();
    }

    @Override
    public String toString() {
        return "job " + number + ", " + inputs().size() + " blocks of tenant " + tenant() + " into " + output.blockId();
    }
}
