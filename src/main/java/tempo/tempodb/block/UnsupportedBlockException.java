package tempo.tempodb.block;

import java.io.IOException;
import java.util.UUID;

/** A block is intact but was written by a newer version of the format, or uses a feature that this one does not know. */
public final class UnsupportedBlockException extends IOException {
    UnsupportedBlockException(UUID blockId, String what) {
        super(what + ", block " + blockId);
    }
}
