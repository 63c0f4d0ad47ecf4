package tempo.tempodb.wal;

import java.nio.ByteBuffer;

/** Passes on what is found in a segment, but no damage once its file may be in use for another. */
final class WhileReadable implements RecoveryVisitor {
    private final SegmentStore store;
    private final Segment segment;
    private final RecoveryVisitor visitor;

    WhileReadable(SegmentStore store, Segment segment, RecoveryVisitor visitor) {
        this.store = store;
        this.segment = segment;
        this.visitor = visitor;
    }

    @Override
    public void record(long position, String tenant, ByteBuffer payload, int units) {
        visitor.record(position, tenant, payload, units);
    }

    @Override
    public void hole(String file, long fromOffset, long toOffset) {
        if (isReadable()) {
            visitor.hole(file, fromOffset, toOffset);
        }
    }

    @Override
    public void unreadable(String file, String reason) {
        if (isReadable()) {
            visitor.unreadable(file, reason);
        }
    }

    private boolean isReadable() {
        return store.find(segment.epoch) == segment;
    }
}
