package tempo.tempodb.cache;

import java.util.UUID;
import java.util.function.IntPredicate;

/**
 * Which frame of which block is in which slot of a tier. A slot is free, or taken by somebody who fills it, or listed for all to
 * find. Who reads a listed slot pins it: it is not given to another before the last pin is gone, even if its frame was removed
 * meanwhile. Arrays of primitives, some 70 bytes a slot. Not thread-safe; no call takes long, so its owner locks around them.
 */
final class FrameIndex {
    static final int NONE = TinyLfu.NONE;

    private static final int SLOTS_PER_STEP = 1024;
    private static final byte FREE = 0;
    private static final byte TAKEN = 1;
    private static final byte LISTED = 2;
    /** Removed, and still pinned. */
    private static final byte DOOMED = 3;

    private static final byte LOST = 4;

    private final int capacity;
    private final TinyLfu policy;
    private final IntPredicate unpinned;

    /** Open addressing with linear probing: slot + 1, or 0. */
    private final int[] table;

    private final int mask;
    private final long[] highs;
    private final long[] lows;

    /** Of a free slot: the next free one. */
    private final int[] frames;

    private final int[] lengths;
    private final int[] pins;
    private final byte[] kinds;
    private final byte[] states;
    private int firstFree = NONE;
    private int neverUsed;

    /** No slot from here on is ever handed out. */
    private int end;

    private int lost;
    private int listed;

    FrameIndex(int capacity) {
        this.capacity = capacity;
        end = capacity;
        policy = new TinyLfu(capacity);
        int entries = Integer.highestOneBit(Math.max(4, capacity + capacity / 3)) << 1;
        table = new int[entries];
        mask = entries - 1;
        highs = new long[capacity];
        lows = new long[capacity];
        frames = new int[capacity];
        lengths = new int[capacity];
        pins = new int[capacity];
        kinds = new byte[capacity];
        states = new byte[capacity];
        unpinned = slot -> pins[slot] == 0;
    }

    /** Finds a frame of that length and counts that it was asked for; the slot has to be unpinned, or is {@link #NONE}. */
    int pin(UUID block, int frame, int length) {
        long hash = hash(block, frame);
        policy.asked(hash);
        int slot = pinQuietly(block, frame, length);
        if (slot != NONE) {
            policy.hit(slot);
        }
        return slot;
    }

    /** As {@link #pin}, but makes no difference to what stays. */
    int pinQuietly(UUID block, int frame, int length) {
        int at = find(block, frame, hash(block, frame));
        if (at < 0) {
            return NONE;
        }
        int slot = table[at] - 1;
        if (lengths[slot] != length) {
            // Somebody has another opinion of the object's length: then neither is served the other's bytes.
            remove(block, frame);
            return NONE;
        }
        pins[slot]++;
        return slot;
    }

    void unpin(int slot) {
        pins[slot]--;
        if (pins[slot] == 0 && states[slot] == DOOMED) {
            free(slot);
        }
    }

    /**
     * Takes a slot for a newcomer, evicting a frame if there is no free one: then {@link #evictedLength} is more than 0 and the slot's
     * content is still that frame's. The slot has to be published or given back.
     *
     * @return {@link #NONE} if all are pinned or taken
     */
    int take() {
        int slot = firstFree;
        if (slot != NONE) {
            firstFree = frames[slot];
            lengths[slot] = 0;
        } else if (neverUsed < end) {
            slot = neverUsed++;
        } else {
            slot = policy.evict(unpinned);
            if (slot == NONE) {
                return NONE;
            }
            unlist(slot);
        }
        states[slot] = TAKEN;
        return slot;
    }

    UUID block(int slot) {
        return new UUID(highs[slot], lows[slot]);
    }

    int frame(int slot) {
        return frames[slot];
    }

    PageKind kind(int slot) {
        return PageKind.ALL.get(kinds[slot]);
    }

    int evictedLength(int slot) {
        return lengths[slot];
    }

    /** Lists a taken slot's new frame; if it is listed already, the slot is given back. */
    void publish(int slot, UUID block, int frame, int length, PageKind kind) {
        long hash = hash(block, frame);
        int at = find(block, frame, hash);
        if (at >= 0) {
            giveBack(slot);
            return;
        }
        highs[slot] = block.getMostSignificantBits();
        lows[slot] = block.getLeastSignificantBits();
        frames[slot] = frame;
        lengths[slot] = length;
        kinds[slot] = (byte) kind.ordinal();
        states[slot] = LISTED;
        table[-at - 1] = slot + 1;
        listed++;
        policy.add(slot, hash);
    }

    void giveBack(int slot) {
        free(slot);
    }

    /** True if the frame is listed; counts nothing. */
    boolean holds(UUID block, int frame) {
        return find(block, frame, hash(block, frame)) >= 0;
    }

    void remove(UUID block, int frame) {
        int at = find(block, frame, hash(block, frame));
        if (at >= 0) {
            removeListed(table[at] - 1);
        }
    }

    /** Removes all of the block's frames. Takes the lock, this object, by itself, and for a few slots at a time. */
    void removeBySteps(UUID block) {
        for (int from = 0; from < capacity; from += SLOTS_PER_STEP) {
            synchronized (this) {
                for (int slot = from; slot < Math.min(capacity, from + SLOTS_PER_STEP); slot++) {
                    if (states[slot] == LISTED
                            && lows[slot] == block.getLeastSignificantBits()
                            && highs[slot] == block.getMostSignificantBits()) {
                        removeListed(slot);
                    }
                }
            }
        }
    }

    /** A taken slot turned out to have no memory: neither it nor any that was not used yet is handed out again. */
    void lose(int slot) {
        states[slot] = LOST;
        lost++;
        end = Math.min(end, neverUsed);
    }

    int capacity() {
        return capacity;
    }

    /** Slots that may be handed out. */
    int usable() {
        return end - lost;
    }

    /** Frames that can be found. */
    int listed() {
        return listed;
    }

    /** Slots that nobody holds and no frame is in; walks the list of them. */
    int free() {
        int free = end - neverUsed;
        for (int slot = firstFree; slot != NONE; slot = frames[slot]) {
            free++;
        }
        return free;
    }

    long memoryBytes() {
        return policy.memoryBytes()
                + (long) table.length * Integer.BYTES
                + capacity * (2L * Long.BYTES + 3 * Integer.BYTES + 2);
    }

    private void removeListed(int slot) {
        policy.remove(slot);
        unlist(slot);
        if (pins[slot] == 0) {
            free(slot);
        } else {
            states[slot] = DOOMED;
        }
    }

    private void free(int slot) {
        states[slot] = FREE;
        frames[slot] = firstFree;
        firstFree = slot;
    }

    /** Where in the table the frame is, or -1 - where it would be. */
    private int find(UUID block, int frame, long hash) {
        int at = (int) hash & mask;
        for (; table[at] != 0; at = at + 1 & mask) {
            int slot = table[at] - 1;
            if (frames[slot] == frame
                    && lows[slot] == block.getLeastSignificantBits()
                    && highs[slot] == block.getMostSignificantBits()) {
                return at;
            }
        }
        return -at - 1;
    }

    /** Takes the slot out of the table and moves up those that were put behind it, so that no gap ends a search too early. */
    private void unlist(int slot) {
        listed--;
        int gap = (int) policy.hash(slot) & mask;
        while (table[gap] != slot + 1) {
            gap = gap + 1 & mask;
        }
        for (int at = gap + 1 & mask; table[at] != 0; at = at + 1 & mask) {
            int home = (int) policy.hash(table[at] - 1) & mask;
            if ((at - home & mask) >= (at - gap & mask)) {
                table[gap] = table[at];
                gap = at;
            }
        }
        table[gap] = 0;
    }

    /** Uniform whatever ids look like: the finalizer of SplitMix64, twice. */
    private static long hash(UUID block, int frame) {
        long mixed = mix(block.getMostSignificantBits() + frame * 0x9e37_79b9_7f4a_7c15L);
        return mix(mixed ^ block.getLeastSignificantBits());
    }

    private static long mix(long value) {
        long first = (value ^ value >>> 30) * 0xbf58_476d_1ce4_e5b9L;
        long second = (first ^ first >>> 27) * 0x94d0_49bb_1331_11ebL;
        return second ^ second >>> 31;
    }
}
