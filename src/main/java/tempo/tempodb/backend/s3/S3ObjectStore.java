package tempo.tempodb.backend.s3;

import akka.actor.ClassicActorSystemProvider;
import akka.http.javadsl.model.HttpMethod;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.LastModified;
import akka.stream.alpakka.s3.ListMultipartUploadResultUploads;
import akka.stream.alpakka.s3.MultipartUpload;
import akka.stream.alpakka.s3.S3Exception;
import akka.stream.alpakka.s3.S3Headers;
import akka.stream.alpakka.s3.javadsl.S3;
import akka.util.ByteString;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import tempo.tempodb.backend.ObjectInfo;
import tempo.tempodb.backend.ObjectKeys;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.ObjectWriter;

/**
 * Objects in a bucket of S3, or of a store that speaks its protocol and knows conditional puts ({@code If-None-Match: *}). One
 * request each for read, put, put if absent, head and delete; the thread that calls waits for the answer, at most twice the request
 * timeout: once for a free connection, once for the answer.
 */
public final class S3ObjectStore implements ObjectStore {
    private static final int PRECONDITION_FAILED = 412;

    private final S3Connection connection;
    private final S3Uploads uploads;
    private final String keyPrefix;

    private S3ObjectStore(S3Connection connection) {
        this.connection = connection;
        this.uploads = new S3Uploads(connection);
        String prefix = connection.config().prefix();
        this.keyPrefix = prefix.isEmpty() ? "" : prefix + "/";
    }

    /**
     * Connects and asks whether the bucket can be used.
     *
     * @param system whose way of logging is taken over; requests run in a system of the store's own
     * @throws IOException if the bucket cannot be used; its message is one sentence with the bucket, the endpoint and what to do
     */
    public static S3ObjectStore open(S3Config config, ClassicActorSystemProvider system) throws IOException {
        S3Connection connection = BucketCheck.connect(config, system);
        return new S3ObjectStore(connection);
    }

    @Override
    public byte[] read(String key, long offset, int length) throws IOException {
        String bucketKey = bucketKey(key);
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("read of " + key + " at " + offset + " of " + length + " bytes");
        }
        if (length == 0) {
            return nothing(key, offset);
        }
        return connection.await(
                "read of " + length + " bytes at " + offset + " of object " + key,
                key,
                new RangedRead(connection, bucketKey, offset, length));
    }

    @Override
    public void put(String key, ByteBuffer content) throws IOException {
        String bucketKey = bucketKey(key);
        ByteString copy = taken(content);
        connection.await("put of object " + key, key, () -> uploads.put(bucketKey, copy, Map.of()));
    }

    @Override
    public boolean putIfAbsent(String key, ByteBuffer content) throws IOException {
        String bucketKey = bucketKey(key);
        ByteString copy = taken(content);
        try {
            connection.await(
                    "conditional put of object " + key,
                    key,
                    () -> uploads.put(bucketKey, copy, Map.of("If-None-Match", "*")));
            return true;
        } catch (IOException e) {
            if (e.getCause() instanceof S3Exception answer
                    && answer.statusCode().intValue() == PRECONDITION_FAILED) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public ObjectWriter write(String key) {
        return new S3ObjectWriter(connection, uploads, key, bucketKey(key));
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> visitor) throws IOException {
        list(prefix, visitor, "");
    }

    /** As general purpose buckets of S3 do, and what speaks its protocol mostly; a store that does not is found out. */
    @Override
    public boolean listsInOrder() {
        return true;
    }

    @Override
    public void listAfter(String prefix, String after, Consumer<ObjectInfo> visitor) throws IOException {
        list(prefix, visitor, after.isEmpty() ? "" : bucketKey(after));
    }

    @Override
    public ObjectInfo head(String key) throws IOException {
        String bucketKey = bucketKey(key);
        return connection.await("head of object " + key, key, () -> send(HttpMethods.HEAD, bucketKey)
                .thenApply(response -> info(key, response)));
    }

    @Override
    public void delete(String key) throws IOException {
        String bucketKey = bucketKey(key);
        try {
            connection.await("delete of object " + key, key, () -> send(HttpMethods.DELETE, bucketKey));
        } catch (NoSuchFileException alreadyGone) {
            return;
        }
    }

    /** A writer that is alive and began before cannot be told from one that is dead, and fails at its next part. */
    @Override
    public int removeAbandonedWrites(Instant startedBefore) throws IOException {
        int[] removed = {0};
        Listing.visit(
                connection,
                "list of unfinished uploads",
                S3.listMultipartUpload(connection.config().bucket(), ofPrefix(keyPrefix)),
                upload -> {
                    if (upload.getKey().startsWith(keyPrefix)
                            && upload.getInitiated().isBefore(startedBefore)) {
                        removed[0] += remove(upload) ? 1 : 0;
                    }
                });
        return removed[0];
    }

    /** Ends the connections; requests under way fail. */
    @Override
    public void close() throws IOException {
        connection.close();
    }

    private void list(String prefix, Consumer<ObjectInfo> visitor, String bucketKeyAfter) throws IOException {
        ObjectPages.visit(
                connection,
                "list of objects with prefix '" + prefix + "'",
                keyPrefix + S3Names.nameOf(ObjectKeys.requirePrefix(prefix)),
                bucketKeyAfter,
                object -> visitor.accept(new ObjectInfo(
                        S3Names.keyOf(object.getKey().substring(keyPrefix.length())),
                        object.getSize(),
                        object.getLastModified())));
    }

    private byte[] nothing(String key, long offset) throws IOException {
        long bytes = head(key).bytes();
        if (offset > bytes) {
            throw new EOFException("read at " + offset + " of object " + key + " in "
                    + connection.config().place() + " failed: the object ends at " + bytes + " bytes");
        }
        return new byte[0];
    }

    private boolean remove(ListMultipartUploadResultUploads found) throws IOException {
        MultipartUpload upload =
                MultipartUpload.create(connection.config().bucket(), found.getKey(), found.getUploadId());
        try {
            connection.await(
                    "abort of an unfinished upload of object " + found.getKey(),
                    found.getKey(),
                    () -> uploads.abort(upload));
            return true;
        } catch (IOException e) {
            boolean gone = e.getCause() instanceof S3Exception answer
                    && answer.statusCode().intValue() == 404;
            if (gone) {
                return false;
            }
            throw e;
        }
    }

    private CompletionStage<HttpResponse> send(HttpMethod method, String bucketKey) {
        return connection
                .first(S3.request(
                        connection.config().bucket(), bucketKey, Optional.empty(), method, S3Headers.create()))
                .thenCompose(response -> Answers.success(connection, response));
    }

    private static ObjectInfo info(String key, HttpResponse response) {
        long bytes = response.entity().getContentLengthOption().orElse(-1);
        Optional<LastModified> modified = response.getHeader(LastModified.class);
        if (bytes < 0 || modified.isEmpty()) {
            throw new IllegalStateException("the store named no length or no date");
        }
        return new ObjectInfo(
                key, bytes, Instant.ofEpochMilli(modified.get().date().clicks()));
    }

    /** A request that is given up may be sent for a while; by then the caller's buffer is the caller's again. */
    private static ByteString taken(ByteBuffer content) {
        byte[] copy = new byte[content.remaining()];
        content.get(copy);
        return ByteString.fromArrayUnsafe(copy);
    }

    private String bucketKey(String key) {
        return keyPrefix + S3Names.nameOf(ObjectKeys.require(key));
    }

    private static Optional<String> ofPrefix(String bucketPrefix) {
        return bucketPrefix.isEmpty() ? Optional.empty() : Optional.of(bucketPrefix);
    }
}
