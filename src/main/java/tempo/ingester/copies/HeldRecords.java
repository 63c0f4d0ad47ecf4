package tempo.ingester.copies;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.tempodb.wal.Wal;
import tempo.tempodb.wal.WalReader;

/** Records of other nodes' logs in this node's. Thread-safe. */
interface HeldRecords {
    /** Reads one. */
    CopiedRecord read(long position) throws IOException;

    /** One is not needed here any more. */
    void release(long position);

    /** Those in a log. */
    static HeldRecords in(Wal wal) {
        Logger log = LoggerFactory.getLogger(HeldRecords.class);
        return new HeldRecords() {
            @Override
            public CopiedRecord read(long position) throws IOException {
                WalReader reader = wal.reader();
                ByteBuffer payload = reader.read(position);
                return CopyLabel.record(reader.tenant(), payload);
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
