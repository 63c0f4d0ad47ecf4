package tempo.tempodb.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A node's write-ahead log. Records are appended from any thread, written and forced together by one, and stay readable by
 * position until all of their segment is released and {@link WalConfig#retainAfterRelease} has passed. Whatever {@link
 * WalAppend#committed} was called for survives kill -9 and a power failure: it is handed to the {@link RecoveryVisitor}
 * when the log is opened again, as long as its segment holds anything that was not released. A record can therefore come
 * back although it was released itself; whoever replays must be able to meet it twice.
 *
 * <p>All methods may be called from any thread.
 */
public final class Wal implements AutoCloseable {
    private static final long IDLE_NANOS = 3_600_000_000_000L;

    private final WalCore core;
    private final WalClock clock;
    private final WalListener listener;
    private final Doorbell committerBell = new Doorbell();
    private final Doorbell preparerBell = new Doorbell();
    private final Thread committerThread;
    private final Thread preparerThread;
    private final ThreadLocal<WalReader> readers;
    private volatile boolean closing;
    private volatile boolean waitsForSegment;
    private volatile boolean committerDone;

    private Wal(WalCore core, WalClock clock, WalListener listener) {
        this.core = core;
        this.clock = clock;
        this.listener = listener;
        this.readers = ThreadLocal.withInitial(this::reader);
        this.committerThread = new Thread(this::commit, "wal-committer");
        this.preparerThread = new Thread(this::prepare, "wal-preparer");
        committerThread.setDaemon(false);
        preparerThread.setDaemon(false);
    }

    /**
     * Opens a log, replays what it holds on the calling thread, and starts its two threads. Damaged files are reported to
     * the visitor and never a failure. Nothing is ever appended to a segment of an earlier run.
     *
     * @throws IOException if the directory cannot be listed or changed
     */
    public static Wal open(
            WalDisk disk, WalConfig config, WalClock clock, WalListener listener, RecoveryVisitor visitor)
            throws IOException {
        SecureRandom random = new SecureRandom();
        WalCore core = WalCore.open(disk, config, clock, random::nextLong, listener, visitor);
        Wal wal = new Wal(core, clock, listener);
        wal.preparerThread.start();
        wal.committerThread.start();
        return wal;
    }

    /** Returns what was found when the log was opened. */
    public RecoverySummary recovered() {
        return core.recovered;
    }

    /** Queues a record. Never blocks; the append hears how it went. */
    public void append(WalAppend append) {
        core.append(append);
        committerBell.ring();
    }

    /**
     * Reads the record at a position. Blocks for the disk. Where many are read, a {@link #reader} spares the copy.
     *
     * @return the payload, read-only, the caller's to keep
     * @throws WalException GONE if the segment was released and its time is over, CORRUPT if no valid record is there
     * @throws IOException if the disk cannot be read
     */
    public ByteBuffer read(long position) throws IOException {
        ByteBuffer payload = readers.get().read(position);
        return ByteBuffer.allocate(payload.remaining()).put(payload).flip().asReadOnlyBuffer();
    }

    /** Returns a reader with buffers of its own, for one thread. */
    public WalReader reader() {
        return new WalReader(core.store);
    }

    /**
     * Hands over every record that is durable and still readable, whatever is released of it, in the order in which they were
     * committed; what is committed meanwhile may be among them or not. Blocks for the disk, reading all that the log holds from end
     * to end. A record that is released and over its time meanwhile may be left out.
     */
    public void forEach(RecoveryVisitor visitor) {
        List<Segment> segments = new ArrayList<>(core.store.segments());
        segments.sort(Comparator.comparingInt(segment -> segment.epoch));
        for (Segment segment : segments) {
            long end = segment.durableEnd;
            if (end > SegmentLayout.LINK) {
                new SegmentScan(segment, end, new WhileReadable(core.store, segment, visitor)).look();
            }
        }
    }

    /**
     * Says that {@code units} pieces of the record at {@code position} are no longer needed. A sealed segment of which
     * nothing is outstanding is not replayed any more, and its file is used again later.
     *
     * @throws IllegalStateException if more is released than was committed, or the segment is already free
     */
    public void release(long position, int units) {
        release(position, units, false);
    }

    /** As {@link #release}, of a record that was appended, now or in an earlier run, as a guest. */
    public void releaseGuest(long position, int units) {
        release(position, units, true);
    }

    private void release(long position, int units, boolean guest) {
        if (core.release(position, units, guest)) {
            preparerBell.ring();
        }
    }

    /**
     * Returns a position below which every record that was appended since the log was opened, but for guests, is released:
     * exact to the segment, and low rather than high.
     */
    public long floor() {
        return core.floor();
    }

    /** Has what was committed so far in segments that can become free; returns before that is so. */
    public void seal() {
        core.committer.requestSeal();
        committerBell.ring();
    }

    /** Returns the counters as they are. */
    public WalStats stats() {
        return core.stats();
    }

    /**
     * Commits what is queued, seals, marks free what is fully released, and stops the threads. Appends fail from here on,
     * reads do once this returns. Waits for the disk; must not be called from {@link WalAppend#committed}.
     */
    @Override
    public void close() {
        if (Thread.currentThread() == committerThread) {
            throw new IllegalStateException("wal must not be closed by its own committer");
        }
        closing = true;
        committerBell.ring();
        boolean interrupted = join(committerThread);
        interrupted |= join(preparerThread);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void commit() {
        try {
            commitUntilClosed();
        } catch (RuntimeException | Error e) {
            listener.troubled("go on committing", e);
            core.committer.abort(e);
        } finally {
            committerDone = true;
            preparerBell.ring();
        }
    }

    private void commitUntilClosed() {
        boolean queueClosed = false;
        while (true) {
            switch (core.committer.step()) {
                case WORKED -> wakePreparer();
                case NEEDS_SEGMENT -> {
                    waitsForSegment = true;
                    preparerBell.ring();
                    committerBell.await(IDLE_NANOS, clock);
                    waitsForSegment = false;
                }
                case IDLE -> {
                    wakePreparer();
                    if (queueClosed) {
                        core.committer.seal();
                        return;
                    }
                    if (closing) {
                        core.committer.close();
                        queueClosed = true;
                    } else {
                        committerBell.await(IDLE_NANOS, clock);
                    }
                }
            }
        }
    }

    private void wakePreparer() {
        if (core.store.hasWork()) {
            preparerBell.ring();
        }
    }

    private void prepare() {
        try {
            while (!committerDone) {
                long wait = core.store.step();
                if (waitsForSegment) {
                    committerBell.ring();
                }
                preparerBell.await(Math.min(wait, IDLE_NANOS), clock);
            }
            core.store.close();
        } catch (RuntimeException | Error e) {
            listener.troubled("go on preparing segments", e);
            core.store.abort(e);
            committerBell.ring();
        }
    }

    private static boolean join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }
}
