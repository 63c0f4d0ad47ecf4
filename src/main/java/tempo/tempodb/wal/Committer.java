package tempo.tempodb.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns what is queued into commits, one {@link #step} after the other. For one thread; the counters are for any. */
final class Committer {
    /** What a step did. */
    enum Outcome {
        /** A commit was made or failed, or something was refused. */
        WORKED,
        /** Nothing was queued. */
        IDLE,
        /** The next record needs a segment that is still being prepared. */
        NEEDS_SEGMENT
    }

    private static final int TENANTS_MAX = 1024;

    private final AppendQueue queue;
    private final SegmentStore store;
    private final WalConfig config;
    private final WalClock clock;
    private final WalListener listener;
    private final WalCore.CommitNumber commitNumber;
    private final ByteBuffer buffer;
    private final Map<String, byte[]> tenants = new HashMap<>();

    private @Nullable SegmentWriter writer;
    private int previousEpoch;
    private long previousEnd;
    private volatile boolean sealRequested;

    /** Taken from the queue and not yet in a commit, oldest first. */
    private @Nullable WalAppend pending;
    /** The commit that is being made. */
    private @Nullable WalAppend batchFirst;

    private @Nullable WalAppend batchLast;
    private int batchCount;
    private long batchUnits;
    private long batchGuestUnits;
    private long batchStart;

    private volatile long commits;
    private volatile long records;
    private volatile long bytes;
    private volatile long commitsFailed;

    Committer(
            AppendQueue queue,
            SegmentStore store,
            WalConfig config,
            WalClock clock,
            WalListener listener,
            WalCore.CommitNumber commitNumber,
            WalRecovery.Result recovered) {
        this.queue = queue;
        this.store = store;
        this.config = config;
        this.clock = clock;
        this.listener = listener;
        this.buffer = ByteBuffer.allocateDirect(config.commitBytesMax());
        this.commitNumber = commitNumber;
        this.previousEpoch = recovered.lastEpoch();
        this.previousEnd = recovered.lastEnd();
    }

    long commits() {
        return commits;
    }

    long records() {
        return records;
    }

    long bytes() {
        return bytes;
    }

    long commitsFailed() {
        return commitsFailed;
    }

    /** Asks for the current segment to be sealed before the next commit. Any thread may call. */
    void requestSeal() {
        sealRequested = true;
    }

    /** Makes at most one commit. */
    Outcome step() {
        if (sealRequested) {
            sealRequested = false;
            seal();
        }
        if (pending == null) {
            pending = queue.take();
        }
        if (pending == null) {
            return Outcome.IDLE;
        }
        long start = clock.nanos();
        try {
            if (!fillCommit()) {
                return Outcome.NEEDS_SEGMENT;
            }
            SegmentWriter current = writer;
            if (batchCount > 0 && current != null) {
                current.commit();
            }
        } catch (IOException | RuntimeException e) {
            fail(e);
            return Outcome.WORKED;
        }
        complete(start);
        return Outcome.WORKED;
    }

    /**
     * Lets nothing in any more, and commits what is queued: call {@link #step} until it says idle, then {@link #seal}.
     */
    void close() {
        WalAppend rest = queue.close();
        WalAppend last = pending;
        if (last == null) {
            pending = rest;
            return;
        }
        while (last.next != null) {
            last = last.next;
        }
        last.next = rest;
    }

    /** Gives up everything that is queued, because the thread that runs this cannot go on. */
    void abort(Throwable cause) {
        close();
        fail(cause);
        WalException reason = new WalException(WalException.Reason.FAILED, "wal committer died", cause);
        WalAppend append;
        while ((append = takePending()) != null) {
            refuse(append, reason);
        }
    }

    /** Seals the segment at hand, so that it becomes free once its records are released. */
    void seal() {
        SegmentWriter current = writer;
        if (current == null || !current.hasCommits()) {
            return;
        }
        writer = null;
        previousEpoch = current.segment.epoch;
        previousEnd = current.committedEnd();
        leave(current);
    }

    private void leave(SegmentWriter left) {
        listener.segmentSealed(left.segment.epoch, left.committedEnd());
        if (left.segment.usage.seal()) {
            store.emptied(left.segment);
        }
    }

    /** Moves appends from {@link #pending} into the commit; returns false if there is a segment to wait for first. */
    private boolean fillCommit() throws IOException {
        WalAppend append;
        while ((append = pending) != null) {
            byte[] tenant = tenantBytes(append.tenant);
            long recordBytes = RecordLayout.recordBytes((long) tenant.length + append.length);
            if (recordBytes > config.segmentBytes() - SegmentLayout.FIRST_RECORD) {
                takePending();
                refuse(append, tooLarge((long) tenant.length + append.length));
                continue;
            }
            SegmentWriter current = writer;
            if (current == null || !current.fits(recordBytes)) {
                if (batchCount > 0) {
                    return true;
                }
                Segment next = store.takeReady();
                if (next != null) {
                    seal();
                    writer = new SegmentWriter(next, buffer);
                    continue;
                }
                WalException unavailable = store.unavailable();
                if (unavailable == null) {
                    return false;
                }
                // The segment at hand stays: what comes next may be smaller.
                takePending();
                refuse(append, unavailable);
                continue;
            }
            if (batchCount == 0) {
                batchStart = current.committedEnd();
                current.begin(commitNumber.next(), previousEpoch, previousEnd);
            } else if (current.openBytes() + recordBytes > config.commitBytesMax()) {
                return true;
            }
            takePending();
            addToBatch(append);
            long offset = current.add(tenant, append.payload, append.offset, append.length, append.units);
            append.position = WalPosition.of(current.segment.epoch, offset);
        }
        return true;
    }

    private WalException tooLarge(long bodyBytes) {
        return new WalException(
                WalException.Reason.TOO_LARGE,
                "wal record must have at most " + config.recordBytesMax() + " bytes but has " + bodyBytes);
    }

    private void complete(long startNanos) {
        SegmentWriter current = writer;
        if (batchCount == 0 || current == null) {
            return;
        }
        long commitBytes = current.committedEnd() - batchStart;
        current.segment.usage.add(batchUnits, batchGuestUnits);
        commits = commits + 1;
        records = records + batchCount;
        bytes = bytes + commitBytes;
        listener.committed(batchCount, commitBytes, clock.nanos() - startNanos);
        WalAppend append = takeBatch();
        while (append != null) {
            WalAppend next = append.next;
            append.next = null;
            queue.done(append);
            try {
                append.committed(append.position);
            } catch (RuntimeException | Error e) {
                listener.troubled("tell of a commit", e);
            }
            append = next;
        }
    }

    /** After a failed force nobody knows what is on disk: no further record goes into that segment. */
    private void fail(Throwable cause) {
        SegmentWriter current = writer;
        if (current != null) {
            writer = null;
            current.segment.recyclable = false;
            if (current.hasCommits()) {
                previousEpoch = current.segment.epoch;
                previousEnd = current.committedEnd();
            }
            leave(current);
        }
        commitsFailed = commitsFailed + 1;
        listener.commitFailed(batchCount, cause);
        WalException reason = new WalException(WalException.Reason.FAILED, "wal commit failed: " + cause, cause);
        WalAppend append = takeBatch();
        while (append != null) {
            WalAppend next = append.next;
            append.next = null;
            refuse(append, reason);
            append = next;
        }
    }

    private void refuse(WalAppend append, WalException reason) {
        queue.done(append);
        listener.refused(reason);
        try {
            append.failed(reason);
        } catch (RuntimeException | Error e) {
            listener.troubled("tell of a refusal", e);
        }
    }

    private @Nullable WalAppend takePending() {
        WalAppend append = pending;
        if (append != null) {
            pending = append.next;
            append.next = null;
        }
        return append;
    }

    private void addToBatch(WalAppend append) {
        if (batchLast == null) {
            batchFirst = append;
        } else {
            batchLast.next = append;
        }
        batchLast = append;
        batchCount++;
        batchUnits += append.units;
        batchGuestUnits += append.guest ? append.units : 0;
    }

    private @Nullable WalAppend takeBatch() {
        WalAppend first = batchFirst;
        batchFirst = null;
        batchLast = null;
        batchCount = 0;
        batchUnits = 0;
        batchGuestUnits = 0;
        return first;
    }

    private byte[] tenantBytes(String tenant) {
        byte[] known = tenants.get(tenant);
        if (known != null) {
            return known;
        }
        if (tenants.size() >= TENANTS_MAX) {
            tenants.clear();
        }
        byte[] encoded = tenant.getBytes(StandardCharsets.UTF_8);
        tenants.put(tenant, encoded);
        return encoded;
    }
}
