package tempo.tempodb.compaction;

import java.io.IOException;
import java.util.UUID;

/** A block that was to be merged is damaged, cut off or missing, or needs a newer reader. */
public final class BadInputException extends IOException {
    private static final long serialVersionUID = 1L;

    private final UUID blockId;

    BadInputException(UUID blockId, Exception cause) {
        super("block " + blockId + " cannot be read: " + cause.getMessage(), cause);
        this.blockId = blockId;
    }

    /** The block. */
    public UUID blockId() {
        return blockId;
    }
}
