package tempo.tempodb.cache;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of slots, off the heap, in slabs of 4 MiB that are allocated when first written. Thread-safe; who writes a slot has to be
 * the only one to use it.
 */
final class FrameMemory {
    static final int SLOTS_PER_SLAB = 64;

    private final AtomicReferenceArray<@Nullable ByteBuffer> slabs;
    private final int slots;

    FrameMemory(int slots) {
        this.slots = slots;
        slabs = new AtomicReferenceArray<>((slots + SLOTS_PER_SLAB - 1) / SLOTS_PER_SLAB);
    }

    /** @return false if the process may have no more direct memory */
    boolean write(int slot, byte[] source, int offset, int length) {
        ByteBuffer slab = slabs.get(slot / SLOTS_PER_SLAB);
        slab = slab == null ? allocate(slot / SLOTS_PER_SLAB) : slab;
        if (slab == null) {
            return false;
        }
        slab.put(start(slot), source, offset, length);
        return true;
    }

    void read(int slot, int from, byte[] target, int offset, int length) {
        ByteBuffer slab = slabs.get(slot / SLOTS_PER_SLAB);
        if (slab == null) {
            throw new IllegalStateException("slot " + slot + " was never written");
        }
        slab.get(start(slot) + from, target, offset, length);
    }

    /** Bytes allocated. */
    long bytes() {
        long bytes = 0;
        for (int i = 0; i < slabs.length(); i++) {
            ByteBuffer slab = slabs.get(i);
            bytes += slab == null ? 0 : slab.capacity();
        }
        return bytes;
    }

    private synchronized @Nullable ByteBuffer allocate(int index) {
        ByteBuffer present = slabs.get(index);
        if (present != null) {
            return present;
        }
        int here = Math.min(SLOTS_PER_SLAB, slots - index * SLOTS_PER_SLAB);
        try {
            ByteBuffer slab = ByteBuffer.allocateDirect(here * Frames.BYTES);
            slabs.set(index, slab);
            return slab;
        } catch (OutOfMemoryError e) {
            // The limit of direct memory, which is not the heap's: the cache stays as large as it is.
            return null;
        }
    }

    private static int start(int slot) {
        return slot % SLOTS_PER_SLAB * Frames.BYTES;
    }
}
