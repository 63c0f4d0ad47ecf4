package tempo.receiver.grpc;

import akka.util.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tempo.receiver.InFlightBytes;
import tempo.receiver.IntakeConfig;
import tempo.receiver.Outcome;
import tempo.receiver.RefusedException;
import tempo.receiver.SpanIntake;
import tempo.span.Refusal;

/**
 * Cuts the bytes of a stream into gRPC's frames. What waits for its end is bounded in size and time, and held from what all requests may
 * hold. For one thread at a time.
 */
final class MessageFrames {
    static final int HEADER_BYTES = 5;

    private final SpanIntake intake;
    private final IntakeConfig config;
    private InFlightBytes.Lease lease;
    private final LongSupplier nanos;
    private byte[] bytes = new byte[HEADER_BYTES];
    private int size;

    /** When the message began that is not whole yet. */
    private long began;

    /** Of frames that are not answered; a stream that breaks drops them on the way. */
    private final Set<InFlightBytes.Lease> handedOut = ConcurrentHashMap.newKeySet();

    private volatile long lastAnswered;
    private volatile boolean ignoring;
    private long ignored;

    /**
     * A frame.
     *
     * @param bytes with its header
     * @param lease holds them until {@link #answered}
     * @param failure why there is none, and will be no more
     */
    record Frame(byte[] bytes, InFlightBytes.Lease lease, @Nullable Outcome failure) {}

    /** @param nanos a clock that only goes forward */
    MessageFrames(SpanIntake intake, LongSupplier nanos) {
        this.nanos = nanos;
        this.lastAnswered = nanos.getAsLong();
        this.intake = intake;
        this.config = intake.config();
        this.lease = intake.lease();
    }

    /** Whatever comes is passed over. Thread-safe. */
    void ignoreTheRest() {
        ignoring = true;
    }

    /**
     * Takes the next bytes of the stream; none, now and then, while none come.
     *
     * @return frames that are whole now
     * @throws RefusedException if a sender goes on and on though it was told that nothing more is wanted
     */
    List<Frame> add(ByteString chunk) throws RefusedException {
        if (ignoring) {
            ignored += chunk.size();
            if (ignored > config.requestBytesMax()) {
                throw new RefusedException(Refusal.REQUEST_TOO_LARGE, Refusal.REQUEST_TOO_LARGE.sentence());
            }
            return List.of();
        }
        List<Frame> whole = new ArrayList<>();
        try {
            cut(chunk, whole);
            requireInTime();
        } catch (RefusedException refused) {
            ignoring = true;
            whole.add(new Frame(new byte[0], intake.lease(), intake.failed(refused)));
            clear();
        }
        return whole;
    }

    private void cut(ByteString chunk, List<Frame> whole) throws RefusedException {
        ByteBuffer rest = chunk.toByteBuffer();
        while (rest.hasRemaining()) {
            int wanted = size < HEADER_BYTES ? HEADER_BYTES : wanted();
            int count = Math.min(rest.remaining(), wanted - size);
            if (size == 0) {
                began = nanos.getAsLong();
            }
            reserve(count);
            rest.get(bytes, size, count);
            size += count;
            if (size >= HEADER_BYTES && size == wanted()) {
                whole.add(new Frame(bytes.length == size ? bytes : Arrays.copyOf(bytes, size), lease, null));
                handedOut.add(lease);
                lease = intake.lease();
                clear();
            }
        }
    }

    /** Header and message; the size is known once the header is there. */
    private int wanted() throws RefusedException {
        long length = ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt() & 0xffff_ffffL;
        if (length + HEADER_BYTES > config.requestBytesMax()) {
            throw new RefusedException(
                    Refusal.REQUEST_TOO_LARGE,
                    "message has " + length + " bytes, more than " + config.requestBytesMax() + " ("
                            + config.key("request-bytes-max") + ")");
        }
        return (int) length + HEADER_BYTES;
    }

    private void reserve(int more) throws RefusedException {
        lease.acquire(more);
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, 2 * bytes.length));
        }
    }

    /** Who goes slow holds memory; but while a message is being taken it is the node that lets its sender wait. */
    private void requireInTime() throws RefusedException {
        boolean late = nanos.getAsLong() - Math.max(began, lastAnswered)
                > config.bodyTimeout().toNanos();
        if (size > 0 && handedOut.isEmpty() && late) {
            throw new RefusedException(
                    Refusal.BODY_TIMEOUT,
                    "message did not arrive in " + config.bodyTimeout().toMillis() + " ms ("
                            + config.key("body-timeout") + ")");
        }
    }

    private void clear() {
        bytes = new byte[HEADER_BYTES];
        size = 0;
        lease.release();
        lease = intake.lease();
    }

    /** Gives back what a frame held. Thread-safe. */
    void answered(Frame frame) {
        lastAnswered = nanos.getAsLong();
        handedOut.remove(frame.lease());
        frame.lease().release();
    }

    /** The stream has ended: gives back what was held. */
    void end() {
        lease.release();
        handedOut.forEach(InFlightBytes.Lease::release);
    }
}
