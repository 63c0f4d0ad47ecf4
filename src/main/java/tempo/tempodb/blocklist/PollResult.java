package tempo.tempodb.blocklist;

import java.util.List;

/**
 * What a poll found.
 *
 * @param added blocks that were not known before
 * @param forgotten blocks whose commit record is gone
 * @param unreadable commit records that could not be read, all of them; they are tried again at each poll
 */
public record PollResult(int added, int forgotten, List<UnreadableMeta> unreadable) {
    public PollResult {
        unreadable = List.copyOf(unreadable);
    }
}
