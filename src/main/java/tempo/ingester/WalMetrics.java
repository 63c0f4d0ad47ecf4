package tempo.ingester;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.telemetry.Metrics;
import tempo.tempodb.wal.WalException;
import tempo.tempodb.wal.WalListener;

/** Tells metrics and the log what the write-ahead log does. */
final class WalMetrics implements WalListener {
    private static final Logger LOG = LoggerFactory.getLogger(WalMetrics.class);

    private final Metrics metrics;

    WalMetrics(Metrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void committed(int records, long bytes, long nanos) {
        metrics.walCommitted(records, bytes, nanos);
    }

    @Override
    public void commitFailed(int records, Throwable cause) {
        metrics.walCommitFailed();
        LOG.error("write-ahead log could not commit {} records, none is acknowledged: {}", records, cause.toString());
    }

    @Override
    public void refused(WalException reason) {
        metrics.walRefused(reason.reason().name());
    }

    @Override
    public void unavailable(WalException reason) {
        LOG.warn("write-ahead log takes no more records for now: {}", reason.getMessage());
    }

    @Override
    public void available() {
        LOG.info("write-ahead log takes records again");
    }

    @Override
    public void troubled(String attempted, Throwable cause) {
        LOG.warn("write-ahead log could not {}: {}", attempted, cause.toString());
    }
}
