package tempo.tempodb.backend;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A store that fails as one across a network does, now and then and by a seed. What it takes time for is told to a clock, so that
 * nobody waits. Thread-safe, as the store behind it is.
 */
public final class FlakyObjectStore implements ObjectStore {
    /** How a call may go wrong. */
    public enum Fault {
        ERROR_500,
        BUSY_503,
        THROTTLED_429,
        RESET,
        /** No answer until the store's own time-out. */
        TIMEOUT,
        /** Fewer bytes than asked for. */
        TRUNCATED,
        WRONG_RANGE,
        /** The right answer, late. */
        SLOW,
        /** It is done, but the answer never comes. */
        LOST_ANSWER,
        /** A listing as it was before. */
        STALE_LIST
    }

    /** Time of a call in which nothing goes wrong. */
    public static final long CALL_NANOS = 20_000_000;

    /** The store's own time-out. */
    public static final long TIMEOUT_NANOS = 5_000_000_000L;

    private static final long SLOW_NANOS = 800_000_000;
    private static final int LIST_PAGE = 20;

    private static final List<Fault> ANY =
            List.of(Fault.ERROR_500, Fault.BUSY_503, Fault.THROTTLED_429, Fault.RESET, Fault.TIMEOUT, Fault.SLOW);

    private final ObjectStore store;
    private final Random random;
    private final LongConsumer delay;
    private final AtomicLongArray faults = new AtomicLongArray(Fault.values().length);
    private final Map<String, List<ObjectInfo>> earlierListings = new HashMap<>();
    private final LongAdder calls = new LongAdder();
    private volatile double chance;
    private volatile double staleChance;

    /**
     * @param chance of a fault in each call, 0 to 1; at 1 no call is answered rightly, not even late
     * @param delay is told how many nanoseconds a call takes
     */
    public FlakyObjectStore(ObjectStore store, double chance, long seed, LongConsumer delay) {
        this.store = store;
        this.chance = chance;
        this.random = new Random(seed);
        this.delay = delay;
    }

    /** Changes the chance of a fault. */
    public void fail(double newChance) {
        chance = newChance;
    }

    /** Changes the chance that a listing is an earlier one; 0 at first. */
    public void listStale(double newChance) {
        staleChance = newChance;
    }

    /** Calls so far, those of writers included, each page of a listing one. */
    public long calls() {
        return calls.sum();
    }

    /** How often something went wrong. */
    public long faults() {
        long sum = 0;
        for (int i = 0; i < faults.length(); i++) {
            sum += faults.get(i);
        }
        return sum;
    }

    /** How often this went wrong. */
    public long faults(Fault fault) {
        return faults.get(fault.ordinal());
    }

    private interface Call<T> {
        T run() throws IOException;
    }

    /** Runs a call that may go wrong in every manner, or in those of {@code more} too. */
    private <T> T call(String what, Call<T> call, Fault... more) throws IOException {
        calls.increment();
        Fault fault = draw(more);
        if (fault == null) {
            delay.accept(CALL_NANOS);
            return call.run();
        }
        faults.incrementAndGet(fault.ordinal());
        delay.accept(fault == Fault.TIMEOUT ? TIMEOUT_NANOS : fault == Fault.SLOW ? SLOW_NANOS : CALL_NANOS);
        if (fault == Fault.SLOW) {
            return call.run();
        }
        if (fault == Fault.LOST_ANSWER) {
            call.run();
        }
        throw new TransientStoreException(what + ": " + fault, null);
    }

    private synchronized @Nullable Fault draw(Fault... more) {
        if (random.nextDouble() >= chance) {
            return null;
        }
        List<Fault> possible = new ArrayList<>(ANY);
        possible.addAll(Arrays.asList(more));
        if (chance == 1) {
            possible.remove(Fault.SLOW);
        }
        return possible.get(random.nextInt(possible.size()));
    }

    @Override
    public byte[] read(String key, long offset, int length) throws IOException {
        try {
            return call("read", () -> store.read(key, offset, length), Fault.TRUNCATED, Fault.WRONG_RANGE);
        } catch (TransientStoreException e) {
            if (!String.valueOf(e.getMessage()).endsWith(Fault.TRUNCATED.name()) || length == 0) {
                throw e;
            }
            return truncated(e, key, offset, length);
        }
    }

    /** Half of what was asked for, where there is any. */
    private byte[] truncated(TransientStoreException otherwise, String key, long offset, int length)
            throws IOException {
        try {
            return Arrays.copyOf(store.read(key, offset, length), length / 2);
        } catch (NoSuchFileException | EOFException nothingToTruncate) {
            throw otherwise;
        }
    }

    @Override
    public void put(String key, ByteBuffer content) throws IOException {
        call(
                "put",
                () -> {
                    store.put(key, content);
                    return true;
                },
                Fault.LOST_ANSWER);
    }

    @Override
    public boolean putIfAbsent(String key, ByteBuffer content) throws IOException {
        return call("put if absent", () -> store.putIfAbsent(key, content), Fault.LOST_ANSWER);
    }

    @Override
    public ObjectWriter write(String key) throws IOException {
        return new Writer(call("write", () -> store.write(key), Fault.LOST_ANSWER));
    }

    /** Forgets a write once it is committed, as stores do; takes half of a piece when it fails. */
    private final class Writer implements ObjectWriter {
        private final ObjectWriter writer;
        private boolean committed;

        Writer(ObjectWriter writer) {
            this.writer = writer;
        }

        @Override
        public void write(ByteBuffer piece) throws IOException {
            int limit = piece.limit();
            try {
                call("write of a piece", () -> {
                    writer.write(piece);
                    return true;
                });
            } catch (TransientStoreException e) {
                piece.limit(piece.position() + piece.remaining() / 2);
                writer.write(piece);
                piece.limit(limit);
                throw e;
            }
        }

        @Override
        public void commit() throws IOException {
            call(
                    "commit",
                    () -> {
                        if (committed) {
                            throw new NoSuchFileException("no such write");
                        }
                        writer.commit();
                        committed = true;
                        return true;
                    },
                    Fault.LOST_ANSWER);
        }

        @Override
        public void abort() {
            writer.abort();
        }
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> visitor) throws IOException {
        listAfter(prefix, "", visitor);
    }

    @Override
    public boolean listsInOrder() {
        return store.listsInOrder();
    }

    @Override
    public void listAfter(String prefix, String after, Consumer<ObjectInfo> visitor) throws IOException {
        List<ObjectInfo> listing = call("list", () -> listing(prefix));
        int passed = 0;
        for (ObjectInfo object : listing) {
            if (object.key().compareTo(after) > 0) {
                if (++passed % LIST_PAGE == 0) {
                    call("list", () -> true);
                }
                visitor.accept(object);
            }
        }
    }

    private synchronized List<ObjectInfo> listing(String prefix) throws IOException {
        List<ObjectInfo> now = new ArrayList<>();
        store.list(prefix, now::add);
        List<ObjectInfo> earlier = earlierListings.put(prefix, now);
        if (earlier == null || random.nextDouble() >= staleChance) {
            return now;
        }
        faults.incrementAndGet(Fault.STALE_LIST.ordinal());
        return earlier;
    }

    @Override
    public ObjectInfo head(String key) throws IOException {
        return call("head", () -> store.head(key));
    }

    @Override
    public void delete(String key) throws IOException {
        call(
                "delete",
                () -> {
                    store.delete(key);
                    return true;
                },
                Fault.LOST_ANSWER);
    }

    @Override
    public int removeAbandonedWrites(Instant startedBefore) throws IOException {
        return call("removal of abandoned writes", () -> store.removeAbandonedWrites(startedBefore));
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
