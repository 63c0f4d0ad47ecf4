package tempo.tempodb.blocklist;

import java.util.List;
import tempo.tempodb.block.BlockMeta;

/**
 * What a poll found.
 *
 * @param added blocks that were not known before
 * @param forgotten blocks whose commit record is gone
 * @param damaged blocks whose commit records are damaged, or were so when they were read; what these said is known from their data
 * @param unreadable commit records that could not be read, all of them; they are tried again at each poll
 */
public record PollResult(int added, int forgotten, List<BlockMeta> damaged, List<UnreadableMeta> unreadable) {
    public PollResult {
        damaged = List.copyOf(damaged);
        unreadable = List.copyOf(unreadable);
    }
}
