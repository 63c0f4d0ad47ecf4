package tempo.tempodb.cache;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.cache.CacheCounters.Event;

/** One ranged read through the cache, for one thread. */
final class FrameRead {
    /** Misses with less than this between them are fetched with one request: it takes longer to ask than to read that much. */
    private static final int GAP_BYTES = 256 << 10;

    private static final int GAP_FRAMES_MAX = (GAP_BYTES - 1) / Frames.BYTES;

    /** Frames of one request. */
    private static final int REQUEST_FRAMES_MAX = (8 << 20) / Frames.BYTES;

    private final PageCache cache;
    private final FrameIndex index;
    private final Frames frames;
    private final PageKind kind;
    private final RangeReader store;
    private final boolean keeps;
    private final byte[] target;

    /** By frame: its pinned slot, or one of the below. */
    private final int[] slots;

    private static final int TO_FIND = -1;
    private static final int MISSING = -2;
    private static final int JOINED = -3;
    private static final int DONE = -4;

    /** By frame, of those that this thread fetches and of those that others do; empty if there are none. */
    private @Nullable Flight[] flights = new Flight[0];

    private int missing;
    private int joined;

    FrameRead(PageCache cache, Frames frames, PageKind kind, RangeReader store, boolean keeps, byte[] target) {
        this.cache = cache;
        this.index = cache.index;
        this.frames = frames;
        this.kind = kind;
        this.store = store;
        this.keeps = keeps;
        this.target = target;
        slots = new int[frames.count()];
    }

    void run() throws IOException {
        Arrays.fill(slots, TO_FIND);
        @Nullable Throwable failure = null;
        try {
            do {
                copyFound();
                // What nobody fetches comes before waiting for others: so no two threads can wait for each other.
                fetchMissing();
            } while (joined > 0 && !awaitJoined());
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
            throw e;
        } finally {
            abandon(failure);
        }
    }

    /** Copies what is in memory, and takes it upon itself to fetch what nobody is fetching. */
    private void copyFound() {
        int found = 0;
        missing = 0;
        joined = 0;
        synchronized (index) {
            for (int i = 0; i < slots.length; i++) {
                if (slots[i] == TO_FIND) {
                    find(i);
                    found += slots[i] >= 0 ? 1 : 0;
                }
            }
        }
        if (found == 0) {
            return;
        }
        try {
            for (int i = 0; i < slots.length; i++) {
                if (slots[i] >= 0) {
                    int from = (int) (frames.wantedStart(i) - frames.start(i));
                    cache.memory.read(slots[i], from, target, frames.target(i), frames.wantedLength(i));
                }
            }
        } finally {
            synchronized (index) {
                for (int i = 0; i < slots.length; i++) {
                    if (slots[i] >= 0) {
                        index.unpin(slots[i]);
                        slots[i] = DONE;
                    }
                }
            }
        }
        cache.counters.add(kind, Event.MEMORY_HIT, found);
    }

    private void find(int i) {
        int frame = frames.first() + i;
        int slot = keeps
                ? index.pin(frames.block(), frame, frames.frameLength(i))
                : index.pinQuietly(frames.block(), frame, frames.frameLength(i));
        if (slot != FrameIndex.NONE) {
            slots[i] = slot;
            return;
        }
        if (!keeps) {
            missing++;
            slots[i] = MISSING;
            return;
        }
        flights = flights.length == 0 ? new Flight[slots.length] : flights;
        Flight own = new Flight();
        Flight others = cache.joinOrBegin(frames.block(), frame, own);
        flights[i] = others == null ? own : others;
        slots[i] = others == null ? MISSING : JOINED;
        missing += others == null ? 1 : 0;
        joined += others == null ? 0 : 1;
    }

    private void fetchMissing() throws IOException {
        if (missing > 0) {
            readFromDisk();
        }
        int first = missing == 0 ? slots.length : nextMissing(0);
        while (first < slots.length) {
            int last = lastOfRequest(first);
            fetch(first, last);
            first = nextMissing(last + 1);
        }
    }

    private void readFromDisk() {
        int found = 0;
        for (int i = nextMissing(0); i < slots.length; i = nextMissing(i + 1)) {
            byte[] bytes = cache.readFromDisk(frames.block(), frames.first() + i, frames.frameLength(i), keeps);
            if (bytes != null) {
                deliver(i, bytes, frames.start(i));
                if (keeps) {
                    keep(i, i, bytes, frames.start(i));
                }
                slots[i] = DONE;
                found++;
            }
        }
        cache.counters.add(kind, Event.DISK_HIT, found);
    }

    /** Copies what was asked for of a frame, and gives it to those who wait. */
    private void deliver(int i, byte[] bytes, long start) {
        int wanted = (int) (frames.wantedStart(i) - start);
        System.arraycopy(bytes, wanted, target, frames.target(i), frames.wantedLength(i));
        if (keeps) {
            flight(i).land(bytes, (int) (frames.start(i) - start), frames.frameLength(i));
        }
    }

    /** The last frame of a request that starts with that one: as few requests as there can be. */
    private int lastOfRequest(int first) {
        int last = first;
        for (int i = nextMissing(first + 1); i < slots.length; i = nextMissing(i + 1)) {
            if (i - last - 1 > GAP_FRAMES_MAX || i - first >= REQUEST_FRAMES_MAX) {
                break;
            }
            last = i;
        }
        return last;
    }

    private int nextMissing(int from) {
        int i = from;
        while (i < slots.length && slots[i] != MISSING) {
            i++;
        }
        return i;
    }

    private void fetch(int first, int last) throws IOException {
        long start = keeps ? frames.start(first) : frames.wantedStart(first);
        long end = keeps ? frames.end(last) : frames.wantedStart(last) + frames.wantedLength(last);
        byte[] bytes = cache.fetch(store, start, (int) (end - start), kind);
        int fetched = 0;
        for (int i = nextMissing(first); i <= last; i = nextMissing(i + 1)) {
            deliver(i, bytes, start);
            fetched++;
        }
        cache.counters.add(kind, Event.MISS, fetched);
        if (keeps) {
            keep(first, last, bytes, start);
        }
        for (int i = nextMissing(first); i <= last; i = nextMissing(i + 1)) {
            slots[i] = DONE;
        }
    }

    /** Puts the fetched ones of these frames into memory. Only with that their flights end, or others would fetch them again. */
    private void keep(int first, int last, byte[] bytes, long start) {
        int[] taken = new int[last - first + 1];
        Arrays.fill(taken, FrameIndex.NONE);
        boolean[] written = new boolean[taken.length];
        long diskGeneration = cache.diskGeneration();
        try {
            synchronized (index) {
                for (int i = first; i <= last; i++) {
                    taken[i - first] = slots[i] == MISSING ? index.take() : FrameIndex.NONE;
                }
            }
            for (int i = first; i <= last; i++) {
                int slot = taken[i - first];
                if (slot != FrameIndex.NONE) {
                    cache.makeRoom(slot, diskGeneration);
                    int offset = (int) (frames.start(i) - start);
                    written[i - first] = cache.memory.write(slot, bytes, offset, frames.frameLength(i));
                }
            }
        } finally {
            synchronized (index) {
                for (int i = first; i <= last; i++) {
                    if (slots[i] == MISSING) {
                        publish(i, taken[i - first], written[i - first]);
                    }
                }
            }
        }
    }

    private void publish(int i, int slot, boolean written) {
        int frame = frames.first() + i;
        cache.end(frames.block(), frame, flight(i));
        if (slot == FrameIndex.NONE) {
            return;
        }
        if (!written) {
            index.lose(slot);
        } else if (flight(i).stale()) {
            index.giveBack(slot);
        } else {
            index.publish(slot, frames.block(), frame, frames.frameLength(i), kind);
        }
    }

    /** Whoever waits for what this thread did not get must not wait for ever. */
    private void abandon(@Nullable Throwable failure) {
        if (!keeps || missing == 0) {
            return;
        }
        for (int i = nextMissing(0); i < slots.length; i = nextMissing(i + 1)) {
            synchronized (index) {
                cache.end(frames.block(), frames.first() + i, flight(i));
            }
            flight(i).fail(failure);
        }
    }

    /** @return false if some frames have to be looked for again, as who fetched them was stopped */
    private boolean awaitJoined() throws IOException {
        boolean all = true;
        int got = 0;
        for (int i = 0; i < slots.length; i++) {
            if (slots[i] == JOINED) {
                int from = (int) (frames.wantedStart(i) - frames.start(i));
                boolean landed =
                        flight(i).await(frames.frameLength(i), from, target, frames.target(i), frames.wantedLength(i));
                slots[i] = landed ? DONE : TO_FIND;
                all &= landed;
                got += landed ? 1 : 0;
            }
        }
        cache.counters.add(kind, Event.JOINED, got);
        return all;
    }

    private Flight flight(int i) {
        Flight flight = flights[i];
        if (flight == null) {
            throw new IllegalStateException("frame " + i + " is in no flight");
        }
        return flight;
    }
}
