package tempo.tempodb.cache;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The second tier of a {@link PageCache}: frames that had to leave memory, in the slots of one file on a local disk. It starts empty:
 * what an earlier process left is not believed. What a slot says of itself is checked at each read ({@link DiskSlot}), and what is
 * wrong is a miss. A disk that fails ends the tier, and no read.
 *
 * <p>Frames are written by the executor, of which a few dozen may wait; what comes on top is dropped. Thread-safe.
 */
public final class DiskTier implements AutoCloseable {
    /** Frames that may wait for the disk, of 64 KiB of heap each. */
    static final int WRITES_WAITING_MAX = 64;

    private static final String FILE = "page-cache.frames";

    /** Lock of itself and of {@link #generation}. */
    private final FrameIndex index;

    private final Path path;
    private volatile FileChannel file;
    private volatile boolean closed;
    private final Executor executor;
    private final Consumer<IOException> onDisabled;
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder written = new LongAdder();
    private final LongAdder evictions = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder corrupt = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private volatile boolean enabled = true;

    /** Grows with each invalidation: a frame that was on its way here before is not let in. */
    private long generation;

    private DiskTier(Path path, FileChannel file, int slots, Executor executor, Consumer<IOException> onDisabled) {
        this.path = path;
        this.file = file;
        this.executor = executor;
        this.onDisabled = onDisabled;
        index = new FrameIndex(slots);
    }

    /**
     * Opens an empty tier.
     *
     * @param directory is made if it does not exist; belongs to this tier alone
     * @param bytesMax how large its file may grow, rounded down to whole slots of 64 KiB and 32 bytes
     * @param executor writes; should have one thread or two
     * @param onDisabled is told once, by any thread, why the tier was given up
     * @throws IOException if the file cannot be made
     */
    public static DiskTier open(Path directory, long bytesMax, Executor executor, Consumer<IOException> onDisabled)
            throws IOException {
        long slots = bytesMax / DiskSlot.BYTES;
        if (slots < 1 || slots > 1 << 28) {
            throw new IllegalArgumentException("disk tier cannot be of " + bytesMax + " bytes");
        }
        Files.createDirectories(directory);
        Path path = directory.resolve(FILE);
        FileChannel file = FileChannel.open(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        return new DiskTier(path, file, (int) slots, executor, onDisabled);
    }

    /** The frame's bytes in a new array, or null if they are not here, or not as they were. */
    byte @Nullable [] read(UUID block, int frame, int length, boolean counts) {
        if (!enabled) {
            return null;
        }
        int slot;
        synchronized (index) {
            slot = counts ? index.pin(block, frame, length) : index.pinQuietly(block, frame, length);
        }
        if (slot == FrameIndex.NONE) {
            return null;
        }
        boolean wrong = false;
        try {
            ByteBuffer bytes = ByteBuffer.allocate(DiskSlot.HEADER_BYTES + length);
            readFully(bytes, slot);
            if (DiskSlot.isIntact(bytes.array(), block, frame, length)) {
                return Arrays.copyOfRange(bytes.array(), DiskSlot.HEADER_BYTES, bytes.capacity());
            }
            wrong = true;
        } catch (EOFException e) {
            wrong = true;
        } catch (ClosedChannelException e) {
            reopen();
        } catch (IOException e) {
            disable(e);
        } finally {
            corrupt.add(wrong ? 1 : 0);
            synchronized (index) {
                if (wrong) {
                    index.remove(block, frame);
                }
                index.unpin(slot);
            }
        }
        return null;
    }

    /** To be asked for before a frame is taken out of memory, and given to {@link #offer}. */
    long generation() {
        synchronized (index) {
            return generation;
        }
    }

    /** True if {@link #offer} would take the frame: it is not here yet, and the disk has time. */
    boolean wants(UUID block, int frame) {
        if (!enabled) {
            return false;
        }
        synchronized (index) {
            if (index.holds(block, frame)) {
                return false;
            }
        }
        if (waiting.get() >= WRITES_WAITING_MAX) {
            dropped.increment();
            return false;
        }
        return true;
    }

    /** Has a frame written that left memory. The tier keeps {@code bytes}. */
    void offer(UUID block, int frame, PageKind kind, byte[] bytes, long since) {
        if (waiting.incrementAndGet() > WRITES_WAITING_MAX) {
            waiting.decrementAndGet();
            dropped.increment();
            return;
        }
        try {
            executor.execute(() -> {
                try {
                    write(block, frame, kind, bytes, since);
                } finally {
                    waiting.decrementAndGet();
                }
            });
        } catch (RejectedExecutionException e) {
            waiting.decrementAndGet();
            dropped.increment();
        }
    }

    void remove(UUID block, int frame) {
        synchronized (index) {
            generation++;
            index.remove(block, frame);
        }
    }

    void invalidate(UUID block) {
        synchronized (index) {
            generation++;
        }
        index.removeBySteps(block);
    }

    PageCacheStats.Disk stats() {
        synchronized (index) {
            return new PageCacheStats.Disk(
                    enabled,
                    enabled ? index.listed() : 0,
                    (long) index.usable() * DiskSlot.BYTES,
                    written.sum(),
                    evictions.sum(),
                    dropped.sum(),
                    corrupt.sum(),
                    failures.sum());
        }
    }

    /** True if no slot is lost. */
    boolean isAtRest() {
        synchronized (index) {
            return index.listed() + index.free() == index.usable();
        }
    }

    /** Closes the file, without waiting for writes. */
    @Override
    public void close() throws IOException {
        synchronized (path) {
            closed = true;
            enabled = false;
            file.close();
        }
    }

    private void write(UUID block, int frame, PageKind kind, byte[] bytes, long since) {
        int slot = FrameIndex.NONE;
        synchronized (index) {
            if (enabled && generation == since && !index.holds(block, frame)) {
                slot = index.take();
            }
        }
        if (slot == FrameIndex.NONE) {
            dropped.increment();
            return;
        }
        evictions.add(index.evictedLength(slot) > 0 ? 1 : 0);
        boolean whole = false;
        try {
            ByteBuffer header = ByteBuffer.wrap(DiskSlot.header(block, frame, bytes));
            ByteBuffer content = ByteBuffer.wrap(bytes);
            long at = (long) slot * DiskSlot.BYTES;
            writeFully(header, at);
            writeFully(content, at + DiskSlot.HEADER_BYTES);
            whole = true;
            written.increment();
        } catch (ClosedChannelException e) {
            dropped.increment();
            reopen();
        } catch (IOException e) {
            disable(e);
        } finally {
            synchronized (index) {
                if (whole && generation == since) {
                    index.publish(slot, block, frame, bytes.length, kind);
                } else {
                    index.giveBack(slot);
                }
            }
        }
    }

    private void readFully(ByteBuffer target, int slot) throws IOException {
        long start = (long) slot * DiskSlot.BYTES;
        while (target.hasRemaining()) {
            if (file.read(target, start + target.position()) < 0) {
                throw new EOFException("slot " + slot + " of the page cache's file ends early");
            }
        }
    }

    private void writeFully(ByteBuffer source, long start) throws IOException {
        while (source.hasRemaining()) {
            file.write(source, start + source.position());
        }
    }

    /** A thread that is interrupted in the middle of a read closes the channel for all: a miss, and no failure of the disk. */
    private void reopen() {
        synchronized (path) {
            if (closed || file.isOpen()) {
                return;
            }
            try {
                file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            } catch (IOException e) {
                disable(e);
            }
        }
    }

    private void disable(IOException cause) {
        failures.increment();
        boolean first;
        synchronized (index) {
            first = enabled;
            enabled = false;
        }
        if (first) {
            onDisabled.accept(cause);
        }
    }
}
