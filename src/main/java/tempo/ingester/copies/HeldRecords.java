package tempo.ingester.copies;

import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.tempodb.wal.Wal;

/** Records of other nodes' logs in this node's. Thread-safe. */
interface HeldRecords {
    /** Reads those of a chunk. */
    List<CopiedRecord> read(long position) throws IOException;

    /** A chunk is not needed here any more. */
    void release(long position);

    /** Those in a log. */
    static HeldRecords in(Wal wal) {
        Logger log = LoggerFactory.getLogger(HeldRecords.class);
        return new HeldRecords() {
            @Override
            public List<CopiedRecord> read(long position) throws IOException {
                return CopiedRecords.decode(wal.read(position));
            }

            @Override
            public void release(long position) {
                try {
                    wal.releaseGuest(position, 1);
                } catch (IllegalStateException miscounted) {
                    log.error("write-ahead log keeps a segment until the next start: {}", miscounted.getMessage());
                }
            }
        };
    }
}
