package tempo.tempodb.block;

import java.time.Instant;
import java.util.UUID;

/**
 * An object that says of many blocks of one window at once which of them may hold a key. It is never the truth: whoever finds none, or
 * cannot read it, asks each block.
 *
 * @param windowStart of the blocks' window, in seconds since 1970
 * @param bytes length of the object
 */
public record MergedDirectory(String tenant, long windowStart, UUID id, long bytes) {
    /** Most blocks in one: a number takes a byte. */
    public static final int BLOCKS_MAX = 256;

    /** Most traces in one, those of several blocks counted for each: so that the table of its frames stays small. */
    public static final long TRACES_MAX = 1 << 26;

    /** What the object is called. */
    public String name() {
        return BlockNames.mergedDirectory(tenant, ArrivalWindow.nameOf(Instant.ofEpochSecond(windowStart)), id);
    }
}
