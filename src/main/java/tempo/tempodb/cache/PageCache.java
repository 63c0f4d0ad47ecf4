package tempo.tempodb.cache;

import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.cache.CacheCounters.Event;

/**
 * Bytes of blocks' objects, in frames of 64 KiB off the heap, between the readers of blocks and the object store. A ranged read is
 * served out of frames; those that are not here are fetched whole, neighbours with one request, and a frame that another thread
 * is fetching already is waited for. What stays is decided by {@link TinyLfu}: popular frames outlive a pass over many others. Frames
 * that have to leave memory may go to a second tier on a local disk.
 *
 * <p>Blocks never change, so nothing here grows old. What the bytes mean and whether their checksums are right is up to the
 * readers: who finds a wrong one reads once more by {@link #reread}.
 *
 * <p>Thread-safe. A read blocks for as long as the store does; locks are held for some array accesses, never while bytes are
 * moved. The memory is direct memory of the process ({@code -XX:MaxDirectMemorySize}); if there is not as much as was asked for, the
 * cache stays as large as it got.
 */
public final class PageCache implements AutoCloseable {
    /** Lock of itself and of {@link #flights}. */
    final FrameIndex index;

    final FrameMemory memory;
    final CacheCounters counters = new CacheCounters();
    private final @Nullable DiskTier disk;
    private final Map<FrameKey, Flight> flights = new HashMap<>();

    /** A frame of a block. */
    private record FrameKey(UUID block, int frame) {}

    /**
     * A cache in memory alone, empty.
     *
     * @param memoryBytesMax rounded down to whole frames; with less than one every read goes to the store
     */
    public PageCache(long memoryBytesMax) {
        this(memoryBytesMax, Optional.empty());
    }

    /**
     * As {@link #PageCache(long)}, with a second tier, which is closed with the cache.
     *
     * @param disk takes what leaves memory: so there has to be some memory
     */
    public PageCache(long memoryBytesMax, Optional<DiskTier> disk) {
        long frames = memoryBytesMax / Frames.BYTES;
        if (memoryBytesMax < 0 || frames > 1 << 28) {
            throw new IllegalArgumentException("page cache cannot be of " + memoryBytesMax + " bytes");
        }
        this.disk = disk.orElse(null);
        index = new FrameIndex((int) frames);
        memory = new FrameMemory((int) frames);
    }

    /**
     * Reads exactly {@code length} bytes from {@code offset} of a block's object into a new array.
     *
     * @param objectBytes length of the whole object
     * @param store reads the object itself; called by this thread, for several threads that want the same at once only by one
     * @throws java.io.EOFException if the object ends before {@code offset + length}
     * @throws java.io.InterruptedIOException if this thread is interrupted while it waits for another one's read
     * @throws IOException what {@code store} threw to this thread, or to another that was reading the same frame
     */
    public byte[] read(UUID block, long objectBytes, long offset, int length, PageKind kind, RangeReader store)
            throws IOException {
        Frames frames = Frames.of(block, objectBytes, offset, length);
        if (length == 0) {
            return new byte[0];
        }
        boolean keeps = kind != PageKind.STREAM && frames.count() <= keptFramesMax();
        byte[] target = new byte[length];
        new FrameRead(this, frames, kind, store, keeps, target).run();
        counters.add(kind, Event.BYTES_SERVED, length);
        return target;
    }

    /**
     * Reads a range from the store whatever is cached of it, and forgets its frames: for the one attempt more after a checksum
     * error, which may have been memory's, the disk's or the network's. Arguments and errors as of {@link #read}.
     */
    public byte[] reread(UUID block, long objectBytes, long offset, int length, PageKind kind, RangeReader store)
            throws IOException {
        Frames frames = Frames.of(block, objectBytes, offset, length);
        synchronized (index) {
            for (int i = 0; i < frames.count(); i++) {
                index.remove(block, frames.first() + i);
                leave(flights.remove(new FrameKey(block, frames.first() + i)));
            }
        }
        for (int i = 0; disk != null && i < frames.count(); i++) {
            disk.remove(block, frames.first() + i);
        }
        counters.add(kind, Event.REREAD, 1);
        return fetch(store, offset, length, kind);
    }

    /** Forgets all of a block: it is gone, or something is wrong with it. Reads that have begun may still answer with what they found. */
    public void invalidate(UUID block) {
        synchronized (index) {
            Iterator<Map.Entry<FrameKey, Flight>> each = flights.entrySet().iterator();
            while (each.hasNext()) {
                Map.Entry<FrameKey, Flight> flight = each.next();
                if (flight.getKey().block().equals(block)) {
                    leave(flight.getValue());
                    each.remove();
                }
            }
        }
        index.removeBySteps(block);
        if (disk != null) {
            disk.invalidate(block);
        }
    }

    /** What it did and what it holds. */
    public PageCacheStats stats() {
        synchronized (index) {
            return new PageCacheStats(
                    counters.snapshot(),
                    index.listed(),
                    memory.bytes(),
                    (long) index.usable() * Frames.BYTES,
                    index.memoryBytes(),
                    disk == null ? PageCacheStats.Disk.NONE : disk.stats());
        }
    }

    /** Closes the tier on disk. Memory goes back when the last reference to this object has gone. */
    @Override
    public void close() throws IOException {
        if (disk != null) {
            disk.close();
        }
    }

    /** So many frames of one read are kept at most: what is larger would sweep out much for a single reader. */
    int keptFramesMax() {
        return index.capacity() == 0 ? 0 : Math.max(1, index.capacity() / 8);
    }

    /** The frame's bytes if they are on disk. */
    byte @Nullable [] readFromDisk(UUID block, int frame, int length, boolean counts) {
        return disk == null ? null : disk.read(block, frame, length, counts);
    }

    /** Before slots are taken: to be given to {@link #makeRoom}. */
    long diskGeneration() {
        return disk == null ? 0 : disk.generation();
    }

    /** Before a taken slot is written: what was evicted from it may go to the disk. */
    void makeRoom(int slot, long diskGeneration) {
        int length = index.evictedLength(slot);
        if (length == 0) {
            return;
        }
        PageKind kind = index.kind(slot);
        counters.add(kind, Event.EVICTION, 1);
        if (disk != null && disk.wants(index.block(slot), index.frame(slot))) {
            byte[] bytes = new byte[length];
            memory.read(slot, 0, bytes, 0, length);
            disk.offer(index.block(slot), index.frame(slot), kind, bytes, diskGeneration);
        }
    }

    /** Fetches from the store, counted and checked. */
    byte[] fetch(RangeReader store, long offset, int length, PageKind kind) throws IOException {
        counters.add(kind, Event.REQUEST, 1);
        byte[] bytes = store.read(offset, length);
        if (bytes.length != length) {
            throw new IOException("store read " + bytes.length + " bytes instead of " + length + " at " + offset);
        }
        counters.add(kind, Event.BYTES_FETCHED, length);
        return bytes;
    }

    /** The flight of another thread for that frame, or null if {@code own} has begun. With the lock held. */
    @Nullable
    Flight joinOrBegin(UUID block, int frame, Flight own) {
        return flights.putIfAbsent(new FrameKey(block, frame), own);
    }

    /** Ends a flight if it has not left the map by itself. With the lock held. */
    void end(UUID block, int frame, Flight own) {
        flights.remove(new FrameKey(block, frame), own);
    }

    /** Flights under way. */
    int flights() {
        synchronized (index) {
            return flights.size();
        }
    }

    private static void leave(@Nullable Flight flight) {
        if (flight != null) {
            flight.makeStale();
        }
    }
}
