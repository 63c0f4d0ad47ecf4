package tempo.receiver;

import akka.Done;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.RequestEntity;
import akka.stream.Materializer;
import akka.stream.javadsl.Sink;
import akka.util.ByteString;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tempo.span.Refusal;

/**
 * Collects the body of a request, never more of it than its limit and never more of all than the node's bound. What is refused is
 * still read for a while, since a sender that is busy sending would not see an answer before its connection breaks.
 */
public final class RequestBody {
    private static final int CAPACITY_MIN = 64 << 10;

    private final InFlightBytes.Lease lease;
    private final IntakeConfig config;
    private final long bytesMax;
    private final CompletableFuture<Collected> result = new CompletableFuture<>();
    private byte[] bytes = new byte[0];
    private int length;
    private long ignored;

    private RequestBody(InFlightBytes.Lease lease, IntakeConfig config) {
        this.lease = lease;
        this.config = config;
        this.bytesMax = config.requestBytesMax();
    }

    /** Bytes: {@code array[offset..offset + length)}. */
    public record Collected(byte[] array, int offset, int length) {}

    /**
     * The whole body.
     *
     * @param config says how large it may be, and how long the sender may take: slow senders hold memory
     * @return fails with {@link RefusedException} if it is too large or the node is overloaded
     */
    static CompletionStage<Collected> collect(
            RequestEntity entity, InFlightBytes.Lease lease, IntakeConfig config, Materializer materializer) {
        RequestBody body = new RequestBody(lease, config);
        Duration timeout = config.bodyTimeout();
        if (entity instanceof HttpEntity.Strict strict) {
            try {
                body.check(strict.getData().size());
                byte[] data = strict.getData().toArrayUnsafe();
                return CompletableFuture.completedFuture(new Collected(data, 0, data.length));
            } catch (RefusedException refused) {
                return CompletableFuture.failedFuture(refused);
            }
        }
        long announced = entity.getContentLengthOption().orElse(0);
        if (announced > body.bytesMax) {
            discard(entity, config, materializer);
            return CompletableFuture.failedFuture(body.tooLarge());
        }
        entity.withoutSizeLimit()
                .getDataBytes()
                .completionTimeout(timeout.multipliedBy(2))
                .runWith(Sink.foreach(body::add), materializer)
                .whenComplete(body::end);
        // Not the stream's own timeout: when that fails the connection is closed before the answer is out.
        return body.result.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Reads up to the largest size of a body that nobody wants, then breaks the connection or stream. */
    static void discard(RequestEntity entity, IntakeConfig config, Materializer materializer) {
        entity.withoutSizeLimit()
                .getDataBytes()
                .limitWeighted(config.requestBytesMax(), chunk -> (long) chunk.size())
                .completionTimeout(config.bodyTimeout())
                .runWith(Sink.ignore(), materializer);
    }

    private void add(ByteString chunk) throws RefusedException {
        if (result.isDone()) {
            ignored += chunk.size();
            if (ignored > bytesMax) {
                throw tooLarge();
            }
            return;
        }
        try {
            check(chunk.size());
        } catch (RefusedException refused) {
            bytes = new byte[0];
            result.completeExceptionally(refused);
            return;
        }
        if (length + chunk.size() > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.max(bytes.length * 2, CAPACITY_MIN), length + chunk.size()));
        }
        chunk.copyToArray(bytes, length);
        length += chunk.size();
    }

    private void end(@Nullable Done done, @Nullable Throwable failure) {
        if (failure == null) {
            result.complete(new Collected(bytes, 0, length));
        } else {
            result.completeExceptionally(failure);
        }
    }

    private void check(int more) throws RefusedException {
        if (length + (long) more > bytesMax) {
            throw tooLarge();
        }
        lease.acquire(more);
    }

    private RefusedException tooLarge() {
        return new RefusedException(
                Refusal.REQUEST_TOO_LARGE,
                "request has more than " + bytesMax + " bytes (" + config.key("request-bytes-max") + ")");
    }
}
