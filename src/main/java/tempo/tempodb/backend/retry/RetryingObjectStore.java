package tempo.tempodb.backend.retry;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import tempo.tempodb.backend.ObjectInfo;
import tempo.tempodb.backend.ObjectKeys;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.backend.TransientStoreException;

/*
 * Calls that change nothing and are waited for by queries (read, head) run on threads of the store's own, so that their caller can
 * leave at the deadline whatever the store does. All others run on the caller's thread: a put that was left and goes on behind its
 * caller's back could overwrite what the caller puts next, and would read a buffer that is not its own any more. So these end when
 * the store's own time-out ends them. All calls take a slot for each request.
 */
/**
 * An object store that is tried again when it fails in a manner that may be over soon ({@link TransientStoreException}), within
 * bounds: attempts, a deadline for each call, a share of retries among all calls, requests under way. A read that takes longer than
 * most is sent a second time, and the first answer counts. Local stores need none of this.
 *
 * <p>What finally fails is a {@link TransientStoreException} that says how often and how long it was tried, with the last failure as
 * its cause. An interrupted caller gets an {@link java.io.InterruptedIOException} and stays interrupted.
 *
 * <p>Thread-safe. Starts daemon threads, as many as requests may be under way, which end when idle or closed.
 */
public final class RetryingObjectStore implements ObjectStore {
    private final ObjectStore store;
    private final RetryConfig config;
    private final Requests requests;
    private final Retrier retrier;
    private final PatientReads reads;
    private final Map<StoreOperation, OperationCounters> counters = new EnumMap<>(StoreOperation.class);

    RetryingObjectStore(ObjectStore store, RetryConfig config, Requests requests, RandomGenerator random) {
        this.store = store;
        this.config = config;
        this.requests = requests;
        this.retrier = new Retrier(config, requests, random);
        this.reads = new PatientReads(config, requests);
        for (StoreOperation operation : StoreOperation.values()) {
            counters.put(operation, new OperationCounters());
        }
    }

    /** Puts retries before {@code store}, which it closes when it is closed. */
    public static RetryingObjectStore open(ObjectStore store, RetryConfig config) {
        Requests requests = new ThreadedRequests(config.concurrencyMax());
        return new RetryingObjectStore(store, config, requests, new Random(requests.nanos()));
    }

    /** What was done so far. */
    public RetryStats stats() {
        Map<StoreOperation, OperationStats> operations = new EnumMap<>(StoreOperation.class);
        counters.forEach((operation, ofOperation) -> operations.put(operation, ofOperation.stats()));
        return new RetryStats(operations, requests.inFlight());
    }

    @Override
    public byte[] read(String key, long offset, int length) throws IOException {
        OperationCounters of = of(StoreOperation.READ);
        Requests.Call<byte[]> call = () -> readOnce(key, offset, length);
        return retrier.call(
                StoreOperation.READ,
                of,
                ObjectKeys.require(key),
                config.readDeadline(),
                deadlineNanos -> reads.hedged(call, length, of, deadlineNanos));
    }

    private byte[] readOnce(String key, long offset, int length) throws IOException {
        byte[] range = store.read(key, offset, length);
        if (range.length != length) {
            of(StoreOperation.READ).wrongLengths.increment();
            throw new TransientStoreException(
                    "read of " + length + " bytes at " + offset + " of " + key + " was answered with " + range.length
                            + " bytes",
                    null);
        }
        return range;
    }

    @Override
    public ObjectInfo head(String key) throws IOException {
        OperationCounters of = of(StoreOperation.HEAD);
        return retrier.call(
                StoreOperation.HEAD,
                of,
                ObjectKeys.require(key),
                config.readDeadline(),
                deadlineNanos -> reads.once(() -> store.head(key), of, deadlineNanos));
    }

    @Override
    public void put(String key, ByteBuffer content) throws IOException {
        callHere(StoreOperation.PUT, ObjectKeys.require(key), () -> {
            store.put(key, content.duplicate());
            return true;
        });
        content.position(content.limit());
    }

    /**
     * As in every store. If an attempt failed without saying whether the object was written, and a later one finds the key taken, the
     * object is read: it counts as written by this call if it has its content. So callers that compete for a key must not write the
     * same.
     */
    @Override
    public boolean putIfAbsent(String key, ByteBuffer content) throws IOException {
        UncertainPut put = new UncertainPut(key, content);
        boolean written = callHere(StoreOperation.PUT_IF_ABSENT, ObjectKeys.require(key), put::attempt);
        content.position(content.limit());
        return written;
    }

    /** A put of which it may not be known whether it happened. */
    private final class UncertainPut {
        private final String key;
        private final ByteBuffer content;
        private boolean maybeWritten;

        UncertainPut(String key, ByteBuffer content) {
            this.key = key;
            this.content = content;
        }

        boolean attempt() throws IOException {
            try {
                return store.putIfAbsent(key, content.duplicate()) || maybeWritten && isThere();
            } catch (TransientStoreException e) {
                maybeWritten = true;
                throw e;
            }
        }

        private boolean isThere() throws IOException {
            byte[] own = new byte[content.remaining()];
            content.duplicate().get(own);
            try {
                return store.head(key).bytes() == own.length && Arrays.equals(own, readOnce(key, 0, own.length));
            } catch (NoSuchFileException deletedSince) {
                return false;
            }
        }
    }

    /** The pieces of the object are retried one by one; see {@link ObjectWriter} for what that asks of the store. */
    @Override
    public ObjectWriter write(String key) throws IOException {
        ObjectWriter writer = callHere(StoreOperation.WRITE, ObjectKeys.require(key), () -> store.write(key));
        return new RetryingObjectWriter(
                store,
                key,
                writer,
                retrier,
                config.writeDeadline(),
                of(StoreOperation.WRITE),
                of(StoreOperation.COMMIT));
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> visitor) throws IOException {
        listAfter(prefix, "", visitor);
    }

    @Override
    public boolean listsInOrder() {
        return store.listsInOrder();
    }

    /**
     * As in every store. No object is passed twice. The deadline is for each stretch that brings nothing new; a store that lists in no
     * order is listed anew, unless more than {@link ResumedListing#KEYS_MAX} objects have been passed.
     */
    @Override
    public void listAfter(String prefix, String after, Consumer<ObjectInfo> visitor) throws IOException {
        ResumedListing listing = new ResumedListing(store, ObjectKeys.requirePrefix(prefix), after, visitor);
        String named = prefix.isEmpty() ? "all objects" : prefix;
        while (!callHere(StoreOperation.LIST, named, listing::advance)) {
            of(StoreOperation.LIST).errors.increment();
        }
    }

    @Override
    public void delete(String key) throws IOException {
        callHere(StoreOperation.DELETE, ObjectKeys.require(key), () -> {
            store.delete(key);
            return true;
        });
    }

    /** As in every store; the number is that of the last attempt, earlier ones may have removed some too. */
    @Override
    public int removeAbandonedWrites(Instant startedBefore) throws IOException {
        return callHere(StoreOperation.SWEEP, "abandoned writes", () -> store.removeAbandonedWrites(startedBefore));
    }

    @Override
    public void close() throws IOException {
        requests.close();
        store.close();
    }

    private <T> T callHere(StoreOperation operation, String object, Requests.Call<T> call) throws IOException {
        Duration deadline = config.writeDeadline();
        return retrier.callHere(operation, of(operation), object, deadline, call);
    }

    private OperationCounters of(StoreOperation operation) {
        OperationCounters ofOperation = counters.get(operation);
        if (ofOperation == null) {
            throw new AssertionError("no counters of " + operation);
        }
        return ofOperation;
    }
}
