package tempo.tempodb.backend.retry;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.backend.TransientStoreException;

/** A writer whose calls are repeated when they fail, each on its own. For one thread at a time. */
final class RetryingObjectWriter implements ObjectWriter {
    private final ObjectStore store;
    private final String key;
    private final ObjectWriter writer;
    private final Retrier retrier;
    private final Duration deadline;
    private final OperationCounters writes;
    private final OperationCounters commits;
    private long bytes;

    /** After a commit that failed in a manner that leaves open whether it happened. */
    private boolean maybeCommitted;

    private boolean finished;

    RetryingObjectWriter(
            ObjectStore store,
            String key,
            ObjectWriter writer,
            Retrier retrier,
            Duration deadline,
            OperationCounters writes,
            OperationCounters commits) {
        this.store = store;
        this.key = key;
        this.writer = writer;
        this.retrier = retrier;
        this.deadline = deadline;
        this.writes = writes;
        this.commits = commits;
    }

    @Override
    public void write(ByteBuffer piece) throws IOException {
        requireUnfinished();
        int before = piece.remaining();
        try {
            retrier.callHere(StoreOperation.WRITE, writes, key, deadline, () -> {
                writer.write(piece);
                return true;
            });
        } finally {
            bytes += before - piece.remaining();
        }
    }

    @Override
    public void commit() throws IOException {
        requireUnfinished();
        finished = retrier.callHere(StoreOperation.COMMIT, commits, key, deadline, this::commitOnce);
    }

    private boolean commitOnce() throws IOException {
        try {
            writer.commit();
        } catch (TransientStoreException e) {
            maybeCommitted = true;
            throw e;
        } catch (NoSuchFileException e) {
            if (!maybeCommitted || !isThere()) {
                throw e;
            }
        }
        return true;
    }

    /** The store has forgotten the write, and has an object of its size: it is this one, as a key is written once. */
    private boolean isThere() throws IOException {
        try {
            return store.head(key).bytes() == bytes;
        } catch (NoSuchFileException neitherWriteNorObject) {
            return false;
        }
    }

    @Override
    public void abort() {
        if (!finished) {
            finished = true;
            writer.abort();
        }
    }

    private void requireUnfinished() {
        if (finished) {
            throw new IllegalStateException("object " + key + " is already committed or aborted");
        }
    }
}
