package tempo.tempodb.blocklist;

import java.util.UUID;
import tempo.tempodb.block.BlockNames;

/**
 * A commit record that exists but cannot be read: its block may hold anything of that tenant. Or a tombstone: what it hid is not known.
 *
 * @param name of the object
 * @param blockId the id in it
 */
public record UnreadableMeta(String name, String tenant, UUID blockId, String reason) {
    /** False of a tombstone. */
    public boolean isRecord() {
        return BlockNames.ownerOfMeta(name).isPresent();
    }
}
