package tempo.tempodb.wal;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads records of a log one by one into buffers of its own: one reader per thread. */
public final class WalReader {
    private final SegmentStore store;
    private final RecordReader reader = new RecordReader();

    WalReader(SegmentStore store) {
        this.store = store;
    }

    /**
     * Reads the record at a position that {@link WalAppend#committed} or {@link RecoveryVisitor#record} gave out. Blocks
     * for one or two reads of the disk.
     *
     * @return the payload, read-only, valid until the next call
     * @throws WalException GONE if the segment was released and its time is over, CORRUPT if no valid record is there
     * @throws IOException if the disk cannot be read
     */
    public ByteBuffer read(long position) throws IOException {
        int epoch = WalPosition.epoch(position);
        Segment segment = store.find(epoch);
        if (segment == null) {
            throw new WalException(WalException.Reason.GONE, "wal has no segment of epoch " + epoch);
        }
        return reader.read(segment, WalPosition.offset(position));
    }

    /** Returns the tenant of the record that was read last. */
    public String tenant() {
        return reader.tenant();
    }

    /** Returns the units, as they were appended, of the record that was read last. */
    public int units() {
        return reader.units();
    }
}
