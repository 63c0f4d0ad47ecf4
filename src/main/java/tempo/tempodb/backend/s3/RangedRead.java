package tempo.tempodb.backend.s3;

import akka.http.javadsl.model.ContentRange;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.ResponseEntity;
import akka.japi.Pair;
import akka.stream.KillSwitches;
import akka.stream.UniqueKillSwitch;
import akka.stream.alpakka.s3.javadsl.S3;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import akka.util.ByteString;
import java.io.EOFException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.backend.TransientStoreException;

/**
 * One GET of a range. Whatever the store or something in between answers, it yields exactly the bytes that were asked for or fails;
 * memory is taken once the answer has said that they are there.
 */
final class RangedRead implements S3Connection.Request<byte[]> {
    private static final int RANGE_NOT_SATISFIABLE = 416;
    private static final int PARTIAL_CONTENT = 206;

    private final S3Connection connection;
    private final String bucketKey;
    private final long offset;
    private final int length;

    private boolean abandoned;
    private @Nullable UniqueKillSwitch receiving;

    /** @param length at least 1 */
    RangedRead(S3Connection connection, String bucketKey, long offset, int length) {
        this.connection = connection;
        this.bucketKey = bucketKey;
        this.offset = offset;
        this.length = length;
    }

    @Override
    public CompletionStage<byte[]> send() {
        String range = "bytes=" + offset + "-" + lastByte();
        return connection
                .first(S3.request(
                        connection.config().bucket(),
                        bucketKey,
                        Optional.empty(),
                        HttpMethods.GET,
                        Headers.of(Map.of("Range", range))))
                .thenCompose(this::receive);
    }

    @Override
    public synchronized void abandon() {
        abandoned = true;
        if (receiving != null) {
            receiving.abort(new CancellationException("nobody waits for the answer"));
        }
    }

    private CompletionStage<byte[]> receive(HttpResponse response) {
        int status = response.status().intValue();
        if (status == RANGE_NOT_SATISFIABLE) {
            response.discardEntityBytes(connection.materializer());
            return CompletableFuture.failedFuture(new EOFException("the object ends before byte " + offset));
        }
        if (status != PARTIAL_CONTENT && response.status().isFailure()) {
            return Answers.failure(connection, response);
        }
        @Nullable Exception wrong = whatIsWrong(status, response);
        if (wrong != null) {
            // Whole objects may be large: the connection is given up rather than drained.
            response.entity().getDataBytes().runWith(Sink.cancelled(), connection.materializer());
            return CompletableFuture.failedFuture(wrong);
        }
        return collect(response.entity());
    }

    private @Nullable Exception whatIsWrong(int status, HttpResponse response) {
        if (status != PARTIAL_CONTENT) {
            return new TransientStoreException("the store answered " + status + " to a request for a range", null);
        }
        Optional<ContentRange> answered = response.getHeader(akka.http.javadsl.model.headers.ContentRange.class)
                .map(akka.http.javadsl.model.headers.ContentRange::contentRange);
        long first =
                answered.map(range -> range.getSatisfiableFirst().orElse(-1)).orElse(-1L);
        long last = answered.map(range -> range.getSatisfiableLast().orElse(-1)).orElse(-1L);
        long total = answered.map(range -> range.getInstanceLength().orElse(-1)).orElse(-1L);
        if (first == offset && total >= 0 && total <= lastByte() && last == total - 1) {
            return new EOFException("the object ends at " + total + " bytes");
        }
        long announced = response.entity().getContentLengthOption().orElse(length);
        if (first != offset || last != lastByte() || announced != length) {
            return new TransientStoreException(
                    "the store answered " + announced + " bytes from " + first + " to " + last
                            + " instead of those from " + offset + " to " + lastByte(),
                    null);
        }
        return null;
    }

    private CompletionStage<byte[]> collect(ResponseEntity entity) {
        Collected collected = new Collected(length);
        Pair<UniqueKillSwitch, CompletionStage<akka.Done>> running = entity.withoutSizeLimit()
                .getDataBytes()
                .viaMat(KillSwitches.single(), Keep.right())
                .toMat(Sink.foreach(collected::add), Keep.both())
                .run(connection.materializer());
        synchronized (this) {
            receiving = running.first();
            if (abandoned) {
                abandon();
            }
        }
        return running.second().thenCompose(done -> collected.whole());
    }

    private long lastByte() {
        return offset > Long.MAX_VALUE - length ? Long.MAX_VALUE : offset + length - 1;
    }

    /** The bytes that have come. For one thread at a time. */
    private static final class Collected {
        private final byte[] target;
        private int count;

        Collected(int length) {
            target = new byte[length];
        }

        void add(ByteString bytes) throws TransientStoreException {
            if (bytes.length() > target.length - count) {
                throw new TransientStoreException("the store sent more than " + target.length + " bytes", null);
            }
            bytes.copyToArray(target, count, bytes.length());
            count += bytes.length();
        }

        CompletionStage<byte[]> whole() {
            return count == target.length
                    ? CompletableFuture.completedFuture(target)
                    : CompletableFuture.failedFuture(new TransientStoreException(
                            "the store sent " + count + " of " + target.length + " bytes", null));
        }
    }
}
