package tempo.tempodb;

import java.io.IOException;
import java.time.Instant;
import tempo.tempodb.block.BlockCursor;
import tempo.tempodb.block.CorruptBlockException;
import tempo.tempodb.block.EntryVisitor;
import tempo.tempodb.blocklist.Tombstones;

/** Passes on the entries of traces that are not deleted. */
final class VisibleEntries implements EntryVisitor {
    private final EntryVisitor visitor;
    private final Tombstones tombstones;
    private final Instant now;

    private VisibleEntries(EntryVisitor visitor, Tombstones tombstones, Instant now) {
        this.visitor = visitor;
        this.tombstones = tombstones;
        this.now = now;
    }

    static EntryVisitor of(EntryVisitor visitor, Tombstones tombstones, Instant now) {
        return tombstones.isEmpty() ? visitor : new VisibleEntries(visitor, tombstones, now);
    }

    @Override
    public void entry(BlockCursor entry) throws IOException {
        if (!tombstones.hides(entry.key(), now)) {
            visitor.entry(entry);
        }
    }

    @Override
    public void unreadable(CorruptBlockException damage) throws IOException {
        visitor.unreadable(damage);
    }
}
