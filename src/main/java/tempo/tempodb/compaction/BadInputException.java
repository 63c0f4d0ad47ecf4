package tempo.tempodb.compaction;

import java.io.IOException;
import java.util.UUID;
import tempo.tempodb.block.UnsupportedBlockException;

/** A block that was to be merged is damaged, cut off or missing, or needs a newer reader. */
public final class BadInputException extends IOException {
    private static final long serialVersionUID = 1L;

    private final UUID blockId;
    private final boolean damaged;

    BadInputException(UUID blockId, Exception cause) {
        super("block " + blockId + " cannot be read: " + cause.getMessage(), cause);
        this.blockId = blockId;
        this.damaged = !(cause instanceof UnsupportedBlockException);
    }

    /** True if the block is damaged, false if it is only newer than this reader. */
    public boolean damaged() {
        return damaged;
    }

    /** The block. */
    public UUID blockId() {
        return blockId;
    }
}
