package tempo.ingester;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.slf4j.Logger;
import tempo.ingester.copies.WalCopies;
import tempo.telemetry.Metrics;
import tempo.tempodb.wal.RecoveryVisitor;

/** Replays the log into the head block, and says what was found and what was lost. */
final class LoggingRecovery implements RecoveryVisitor {
    private final Logger log;
    private final Metrics metrics;
    private final BatchVisitor batches;
    private final WalCopies.FoundCopies copies;
    private long records;
    private long spans;

    /** Takes a recovered batch. */
    interface BatchVisitor {
        void batch(long position, String tenant, ByteBuffer batch);
    }

    LoggingRecovery(Logger log, Metrics metrics, BatchVisitor batches, WalCopies.FoundCopies copies) {
        this.copies = copies;
        this.log = log;
        this.metrics = metrics;
        this.batches = batches;
    }

    @Override
    public void record(long position, String tenant, ByteBuffer payload, int units) {
        if (WalCopies.isCopy(tenant)) {
            copies.add(tenant, position, payload);
            return;
        }
        ByteBuffer batch = payload.slice().order(ByteOrder.LITTLE_ENDIAN);
        batches.batch(position, tenant, batch);
        records++;
        spans += tempo.span.SliceBatch.spanCount(batch);
    }

    @Override
    public void hole(String file, long fromOffset, long toOffset) {
        metrics.walHole();
        log.error(
                "write-ahead log {} is damaged from byte {} to {}: acknowledged spans may be missing",
                file,
                fromOffset,
                toOffset);
    }

    @Override
    public void unreadable(String file, String reason) {
        metrics.walHole();
        log.error("write-ahead log {} cannot be read and is set aside: {}", file, reason);
    }

    /** Says how much was replayed. */
    void report() {
        if (records > 0) {
            log.info("replayed {} records with {} spans of the write-ahead log", records, spans);
        }
    }
}
