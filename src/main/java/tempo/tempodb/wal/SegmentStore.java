package tempo.tempodb.wal;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The files of a log: prepares segments ahead of the committer, marks released ones free, recycles and deletes them.
 * {@link #step} and {@link #close} are for one thread, the preparer; the other methods are for any.
 */
final class SegmentStore {
    /** Segments kept ready: while one is filled, the next waits. */
    private static final int READY_COUNT = 1;
    /** Free files kept for recycling. */
    private static final int SPARES_MAX = 3;

    private static final long RETRY_NANOS = 1_000_000_000L;

    private final WalDisk disk;
    private final WalConfig config;
    private final WalClock clock;
    private final LongSupplier salts;
    private final WalListener listener;
    private final LongSupplier commitFloor;

    private final ConcurrentHashMap<Integer, Segment> segments = new ConcurrentHashMap<>();
    private final Queue<Segment> ready = new ConcurrentLinkedQueue<>();
    private final Queue<Segment> emptied = new ConcurrentLinkedQueue<>();
    private volatile @Nullable WalException unavailable;
    private volatile int readyCount;
    private volatile long fileBytes;

    private final Deque<Segment> retained = new ArrayDeque<>();
    private final Deque<Segment> spares = new ArrayDeque<>();
    private final Deque<Segment> doomed = new ArrayDeque<>();
    private int nextEpoch;
    private long nextFileNumber;
    private long retryAtNanos;
    private long deleteAtNanos;

    /** @param commitFloor the highest commit number given out so far */
    SegmentStore(
            WalDisk disk,
            WalConfig config,
            WalClock clock,
            LongSupplier salts,
            WalListener listener,
            LongSupplier commitFloor,
            WalRecovery.Result recovered) {
        this.disk = disk;
        this.config = config;
        this.clock = clock;
        this.salts = salts;
        this.listener = listener;
        this.commitFloor = commitFloor;
        this.nextEpoch = recovered.epochMax() + 1;
        this.nextFileNumber = recovered.fileNumberMax() + 1;
        this.retryAtNanos = clock.nanos();
        this.deleteAtNanos = retryAtNanos;
        long bytes = 0;
        for (Segment segment : recovered.inUse()) {
            bytes += segment.bytes;
            segments.put(segment.epoch, segment);
            if (segment.usage.seal()) {
                emptied.add(segment);
            }
        }
        for (Segment segment : recovered.free()) {
            bytes += segment.bytes;
            spare(segment);
        }
        fileBytes = bytes;
    }

    /** Returns the segment with that epoch, if it can still be read. */
    @Nullable
    Segment find(int epoch) {
        return segments.get(epoch);
    }

    /** Takes the next segment for the committer; null if none is ready. */
    @Nullable
    Segment takeReady() {
        Segment segment = ready.poll();
        if (segment != null) {
            readyCount = ready.size();
        }
        return segment;
    }

    /** Returns why no segment can be had, or null if one is ready or being prepared. */
    @Nullable
    WalException unavailable() {
        return ready.isEmpty() ? unavailable : null;
    }

    /** Hands over a segment that is sealed and has nothing outstanding; each one once. */
    void emptied(Segment segment) {
        emptied.add(segment);
    }

    /** Returns whether {@link #step} would do something before its time. */
    boolean hasWork() {
        return !emptied.isEmpty() || ready.isEmpty() && unavailable == null;
    }

    Collection<Segment> segments() {
        return segments.values();
    }

    int readyCount() {
        return readyCount;
    }

    long fileBytes() {
        return fileBytes;
    }

    /**
     * Does all there is to do now.
     *
     * @return nanoseconds until there may be more to do
     */
    long step() {
        long now = clock.nanos();
        markFree(now);
        retireExpired(now);
        deleteDoomed(now);
        while (ready.size() < READY_COUNT && prepare(now)) {
            readyCount = ready.size();
        }
        return nanosUntilNext(now);
    }

    /** Marks free what was emptied, and closes all files. */
    void close() {
        markFree(clock.nanos());
        doomed.addAll(spares);
        for (Segment segment : segments.values()) {
            doomed.add(segment);
        }
        for (Segment segment : doomed) {
            try {
                segment.file.close();
            } catch (IOException e) {
                listener.troubled("close " + segment.name, e);
            }
        }
        segments.clear();
    }

    /** Lets the committer fail what needs a segment, because the thread that runs this cannot go on. */
    void abort(Throwable cause) {
        unavailable = new WalException(WalException.Reason.FAILED, "wal preparer died: " + cause, cause);
    }

    private long nanosUntilNext(long now) {
        long wait = Long.MAX_VALUE;
        Segment oldest = retained.peek();
        if (oldest != null) {
            wait = oldest.freedAtNanos + config.retainAfterRelease().toNanos() - now;
        }
        if (ready.size() < READY_COUNT) {
            wait = Math.min(wait, retryAtNanos - now);
        }
        if (!doomed.isEmpty()) {
            wait = Math.min(wait, deleteAtNanos - now);
        }
        return Math.max(0, wait);
    }

    private void markFree(long now) {
        Segment segment;
        while ((segment = emptied.poll()) != null) {
            segment.freedAtNanos = now;
            retained.add(segment);
            try {
                segment.header = segment.header.freed(commitFloor.getAsLong());
                segment.header.write(segment.file);
                segment.file.force();
            } catch (IOException e) {
                // Replayed after a crash, which does no harm. The file has shown that it cannot be trusted.
                segment.recyclable = false;
                listener.troubled("mark " + segment.name + " free", e);
            }
            listener.segmentFreed(segment.epoch);
        }
    }

    private void retireExpired(long now) {
        long retainNanos = config.retainAfterRelease().toNanos();
        Segment segment;
        while ((segment = retained.peek()) != null && now - segment.freedAtNanos >= retainNanos) {
            retained.remove();
            segments.remove(segment.epoch);
            spare(segment);
        }
    }

    private void spare(Segment segment) {
        if (segment.recyclable && segment.bytes == config.segmentBytes() && spares.size() < SPARES_MAX) {
            spares.add(segment);
        } else {
            doomed.add(segment);
        }
    }

    private void deleteDoomed(long now) {
        if (now - deleteAtNanos < 0) {
            return;
        }
        for (int i = doomed.size(); i > 0; i--) {
            Segment segment = doomed.remove();
            try {
                segment.file.close();
                disk.delete(segment.name);
                fileBytes -= segment.bytes;
            } catch (IOException e) {
                doomed.add(segment);
                deleteAtNanos = now + RETRY_NANOS;
                listener.troubled("delete " + segment.name, e);
            }
        }
    }

    private boolean prepare(long now) {
        if (unavailable != null && spares.isEmpty() && now - retryAtNanos < 0) {
            return false;
        }
        try {
            ready.add(spares.isEmpty() ? create() : recycle(spares.remove()));
            if (unavailable != null) {
                unavailable = null;
                listener.available();
            }
            return true;
        } catch (NoSpaceException e) {
            unavailable(WalException.Reason.FULL, e);
        } catch (IOException e) {
            unavailable(WalException.Reason.FAILED, e);
        }
        retryAtNanos = now + RETRY_NANOS;
        return false;
    }

    private void unavailable(WalException.Reason reason, IOException cause) {
        boolean first = unavailable == null;
        WalException exception = new WalException(reason, "wal has no further segment: " + cause.getMessage(), cause);
        unavailable = exception;
        if (first) {
            listener.unavailable(exception);
        }
    }

    private Segment create() throws IOException {
        int bytes = config.segmentBytes();
        if (fileBytes + bytes > config.bytesMax()) {
            throw new NoSpaceException("segments may take " + config.bytesMax() + " bytes and take " + fileBytes);
        }
        long usable = disk.usableBytes();
        if (usable - bytes < config.freeBytesMin()) {
            throw new NoSpaceException(
                    "disk must keep " + config.freeBytesMin() + " bytes free and has " + usable + " bytes left");
        }
        SegmentHeader header = new SegmentHeader(true, takeEpoch(), 0, salts.getAsLong(), commitFloor.getAsLong());
        long number = nextFileNumber++;
        String name = WalFileName.segment(number);
        String unfinished = WalFileName.unfinished(number);
        WalFile file = null;
        try {
            file = disk.create(unfinished, bytes);
            begin(file, header);
            file.close();
            disk.rename(unfinished, name);
            file = disk.open(name);
        } catch (IOException e) {
            discard(file, unfinished, name);
            throw e;
        }
        fileBytes += bytes;
        return publish(new Segment(name, file, header, bytes, false));
    }

    private void discard(@Nullable WalFile file, String... names) {
        try {
            if (file != null) {
                file.close();
            }
            for (String name : names) {
                disk.delete(name);
            }
        } catch (IOException e) {
            // An unfinished file is deleted when the log is opened next; a finished one holds no record and is freed
            // then.
            listener.troubled("delete " + names[0], e);
        }
    }

    private Segment recycle(Segment spare) throws IOException {
        SegmentHeader header = spare.header.reused(takeEpoch(), salts.getAsLong(), commitFloor.getAsLong());
        try {
            begin(spare.file, header);
        } catch (IOException e) {
            doomed.add(spare);
            throw e;
        }
        return publish(new Segment(spare.name, spare.file, header, spare.bytes, false));
    }

    private static void begin(WalFile file, SegmentHeader header) throws IOException {
        header.writeBegin(file);
        header.write(file);
        file.force();
    }

    private Segment publish(Segment segment) {
        segments.put(segment.epoch, segment);
        return segment;
    }

    private int takeEpoch() throws IOException {
        if (nextEpoch > WalPosition.EPOCH_MAX) {
            throw new IOException("segment epochs are used up: " + nextEpoch);
        }
        return nextEpoch++;
    }
}
