package tempo.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A full disk is said to the senders, harms nothing that was acknowledged, and is over as soon as there is room. */
final class FullDiskIT {
    private static final String TENANT = "single-tenant";
    private static final int DISK_MEBIBYTES = 64;
    private static final int BALLAST_MEBIBYTES = 32;
    private static final int SPAN_BYTES = 16 << 10;
    private static final int SPANS = 8;
    /** More than the disk has room for. */
    private static final int REQUESTS_MAX = (64 << 20) / (SPANS * SPAN_BYTES);

    private static final int RETRIES_MAX = 300;
    private static final List<String> SETTINGS = List.of("wal.segment-bytes = 1 MiB", "wal.free-bytes-min = 8 MiB");

    @TempDir
    private Path home;

    private @Nullable SmallDisk disk;

    @BeforeEach
    void mountSmallDisk() throws IOException {
        SmallDisk mounted = new SmallDisk(home.resolve("disk"), DISK_MEBIBYTES);
        disk = mounted;
        mounted.fill(BALLAST_MEBIBYTES);
    }

    @AfterEach
    void unmount() throws IOException {
        if (disk != null) {
            disk.close();
        }
    }

    private void makeRoom() throws IOException {
        Objects.requireNonNull(disk).empty();
    }

    @Test
    void refusesUntilThereIsRoomAndGoesOnWithoutRestart() throws Exception {
        AcknowledgedSpans spans = new AcknowledgedSpans(TENANT);
        OtlpRequests requests = new OtlpRequests(1);
        try (NodeProcess node = start();
                OtlpSender grpc = OtlpSender.grpc(node.otlpGrpc(), TENANT);
                OtlpSender http = OtlpSender.http(node.otlpHttp(), TENANT)) {
            fill(grpc, spans, requests);
            assertRefused(grpc, spans, requests);
            assertRefused(http, spans, requests);
            spans.assertAllThere(node.api());
            makeRoom();
            awaitAcknowledged(grpc, spans, requests);
            awaitAcknowledged(http, spans, requests);
            spans.assertAllThere(node.api());
        }
    }

    @Test
    void startsOnFullDiskAndGoesOnOnceThereIsRoom() throws Exception {
        AcknowledgedSpans spans = new AcknowledgedSpans(TENANT);
        OtlpRequests requests = new OtlpRequests(2);
        try (NodeProcess node = start();
                OtlpSender grpc = OtlpSender.grpc(node.otlpGrpc(), TENANT)) {
            fill(grpc, spans, requests);
            node.kill9();
        }
        try (NodeProcess node = start();
                OtlpSender grpc = OtlpSender.grpc(node.otlpGrpc(), TENANT)) {
            spans.assertAllThere(node.api());
            makeRoom();
            awaitAcknowledged(grpc, spans, requests);
            node.terminate();
            assertEquals(0, node.awaitEnd(), node::output);
        }
        try (NodeProcess node = start()) {
            spans.assertAllThere(node.api());
            assertEquals(List.of(), node.lines("replayed"), "what the log replays after an orderly stop");
        }
    }

    private NodeProcess start() throws IOException {
        return NodeProcess.start(home, home.resolve("disk").resolve("data"), "256m", SETTINGS);
    }

    /** Sends until a request is refused because the disk is full. */
    private static void fill(OtlpSender sender, AcknowledgedSpans spans, OtlpRequests requests) {
        for (int i = 0; i < REQUESTS_MAX; i++) {
            OtlpSender.Answer answer = send(sender, spans, requests.trace(SPANS, SPAN_BYTES));
            if (answer.end() == OtlpSender.End.FULL) {
                assertTrue(answer.retryHint(), answer::toString);
                assertTrue(spans.count() > 0, "nothing was ever accepted");
                return;
            }
            assertEquals(OtlpSender.End.ACKNOWLEDGED, answer.end(), answer::toString);
        }
        throw new AssertionError("disk never became full in " + REQUESTS_MAX + " requests");
    }

    private static void assertRefused(OtlpSender sender, AcknowledgedSpans spans, OtlpRequests requests) {
        OtlpSender.Answer answer = send(sender, spans, requests.trace(SPANS, 2 * SPAN_BYTES));
        assertEquals(OtlpSender.End.FULL, answer.end(), answer::toString);
        assertTrue(answer.retryHint(), answer::toString);
    }

    private static void awaitAcknowledged(OtlpSender sender, AcknowledgedSpans spans, OtlpRequests requests) {
        ExportTraceServiceRequest request = requests.trace(SPANS, SPAN_BYTES);
        OtlpSender.Answer answer = send(sender, spans, request);
        for (int i = 0; i < RETRIES_MAX && answer.end() != OtlpSender.End.ACKNOWLEDGED; i++) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            answer = send(sender, spans, request);
        }
        assertEquals(OtlpSender.End.ACKNOWLEDGED, answer.end(), answer::toString);
    }

    private static OtlpSender.Answer send(
            OtlpSender sender, AcknowledgedSpans spans, ExportTraceServiceRequest request) {
        spans.sending(request);
        OtlpSender.Answer answer = sender.send(request);
        if (answer.end() == OtlpSender.End.ACKNOWLEDGED) {
            spans.acknowledged(request);
        }
        return answer;
    }
}
