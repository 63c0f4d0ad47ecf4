package tempo.tempodb.wal;

import java.io.IOException;
import java.util.function.LongSupplier;

/** A log without its threads: what they do is {@link Committer#step} and {@link SegmentStore#step}, and tests can too. */
final class WalCore {
    final AppendQueue queue;
    final SegmentStore store;
    final Committer committer;
    final RecoverySummary recovered;
    private final WalConfig config;
    private final WalListener listener;

    private WalCore(
            WalDisk disk,
            WalConfig config,
            WalClock clock,
            LongSupplier salts,
            WalListener listener,
            WalRecovery.Result recovered) {
        this.config = config;
        this.listener = listener;
        this.recovered = recovered.summary();
        this.queue = new AppendQueue(config.queueBytesMax());
        CommitNumber number = new CommitNumber(recovered.commitMax());
        this.store = new SegmentStore(disk, config, clock, salts, listener, number, recovered);
        this.committer = new Committer(queue, store, config, clock, listener, number, recovered);
    }

    static WalCore open(
            WalDisk disk,
            WalConfig config,
            WalClock clock,
            LongSupplier salts,
            WalListener listener,
            RecoveryVisitor visitor)
            throws IOException {
        return new WalCore(disk, config, clock, salts, listener, WalRecovery.run(disk, visitor));
    }

    /** Queues an append; if that cannot be, it fails before this returns. */
    void append(WalAppend append) {
        WalException refusal = append.length > config.recordBytesMax()
                ? new WalException(
                        WalException.Reason.TOO_LARGE,
                        "wal record must have at most " + config.recordBytesMax() + " bytes but has " + append.length)
                : queue.offer(append);
        if (refusal != null) {
            listener.refused(refusal);
            append.failed(refusal);
        }
    }

    /** As below, of a record that is no guest. */
    boolean release(long position, int units) {
        return release(position, units, false);
    }

    /** Releases units; returns whether a segment became free by that. */
    boolean release(long position, int units, boolean guest) {
        if (units < 1) {
            throw new IllegalArgumentException("released units must be positive but were " + units);
        }
        Segment segment = store.find(WalPosition.epoch(position));
        if (segment == null) {
            throw new IllegalStateException("released position must be in a segment but was " + position);
        }
        boolean empty = guest ? segment.usage.releaseGuest(units) : segment.usage.release(units);
        if (empty) {
            store.emptied(segment);
        }
        return empty;
    }

    /** As {@link Wal#floor}. */
    long floor() {
        int lowest = Integer.MAX_VALUE;
        for (Segment segment : store.segments()) {
            if (!segment.recovered && segment.usage.inOwnUse()) {
                lowest = Math.min(lowest, segment.epoch);
            }
        }
        return lowest == Integer.MAX_VALUE ? 0 : WalPosition.of(lowest, 0);
    }

    WalStats stats() {
        int inUse = 0;
        long outstanding = 0;
        for (Segment segment : store.segments()) {
            inUse++;
            outstanding += segment.usage.outstanding();
        }
        int ready = store.readyCount();
        return new WalStats(
                committer.commits(),
                committer.records(),
                committer.bytes(),
                committer.commitsFailed(),
                queue.queuedBytes(),
                Math.max(0, inUse - ready),
                ready,
                store.fileBytes(),
                outstanding);
    }

    /** The highest commit number given out: counted up by the committer, read by the preparer. */
    static final class CommitNumber implements LongSupplier {
        private volatile long value;

        CommitNumber(long value) {
            this.value = value;
        }

        /** Gives out the next one; for the committer's thread only. */
        long next() {
            long next = value + 1;
            value = next;
            return next;
        }

        @Override
        public long getAsLong() {
            return value;
        }
    }
}
