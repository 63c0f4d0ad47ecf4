package tempo.ingester;

import akka.actor.typed.ActorRef;
import akka.util.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import tempo.ingester.Ingester.TracePart;
import tempo.span.SliceBatch;
import tempo.tempodb.wal.Wal;

/** Answers queries out of the write-ahead log: reads slices in a thread that may block and sends them on in parts. */
final class LogSlices {
    /** A part is closed when it has this many bytes, so that it fits a message between nodes. */
    private static final int PART_BYTES_TARGET = 512 << 10;

    private static final int FAILURES_MAX = 10;

    private final Wal wal;
    private final Executor diskExecutor;
    private final String source;

    LogSlices(Wal wal, Executor diskExecutor, String source) {
        this.wal = wal;
        this.diskExecutor = diskExecutor;
        this.source = source;
    }

    /** Reads the slices and tells {@code replyTo}, with the number of the question; a slice that cannot be read becomes a failure in the last part. */
    void send(
            SliceRefs refs,
            List<byte[]> more,
            List<String> moreFailures,
            boolean ownerIsNew,
            int question,
            ActorRef<TracePart> replyTo) {
        if (refs.count() == 0 && more.isEmpty()) {
            replyTo.tell(new TracePart(question, source, ByteString.emptyByteString(), true, moreFailures, ownerIsNew));
            return;
        }
        diskExecutor.execute(() -> read(refs, more, moreFailures, ownerIsNew, question, replyTo));
    }

    private void read(
            SliceRefs refs,
            List<byte[]> more,
            List<String> moreFailures,
            boolean ownerIsNew,
            int question,
            ActorRef<TracePart> replyTo) {
        List<String> failures = new ArrayList<>(moreFailures);
        List<ByteBuffer> part = new ArrayList<>();
        int partBytes = 0;
        for (int i = 0; i < refs.count(); i++) {
            long ref = refs.get(i);
            try {
                ByteBuffer batch = wal.read(SliceRefs.position(ref)).order(ByteOrder.LITTLE_ENDIAN);
                ByteBuffer otlp = ByteBuffer.allocate(SliceBatch.otlpBytes(batch, SliceRefs.slice(ref)));
                SliceBatch.writeOtlp(batch, SliceRefs.slice(ref), otlp);
                part.add(otlp.flip());
                partBytes += otlp.remaining();
            } catch (IOException | IndexOutOfBoundsException e) {
                if (failures.size() < FAILURES_MAX) {
                    failures.add("write-ahead log: " + e.getMessage());
                }
            }
            if (partBytes >= PART_BYTES_TARGET) {
                replyTo.tell(new TracePart(question, source, joined(part, partBytes), false, List.of(), false));
                part.clear();
                partBytes = 0;
            }
        }
        for (byte[] value : more) {
            if (partBytes > 0 && partBytes + value.length > PART_BYTES_TARGET) {
                replyTo.tell(new TracePart(question, source, joined(part, partBytes), false, List.of(), false));
                part.clear();
                partBytes = 0;
            }
            part.add(ByteBuffer.wrap(value));
            partBytes += value.length;
        }
        replyTo.tell(new TracePart(question, source, joined(part, partBytes), true, failures, ownerIsNew));
    }

    private static ByteString joined(List<ByteBuffer> parts, int bytes) {
        byte[] all = new byte[bytes];
        int at = 0;
        for (ByteBuffer part : parts) {
            int length = part.remaining();
            part.get(all, at, length);
            at += length;
        }
        return ByteString.fromArrayUnsafe(all);
    }
}
