package tempo.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small node under far too much load says so, keeps its memory bounded, and keeps what it acknowledged. */
final class OverloadIT {
    private static final List<String> TENANTS = List.of("red", "blue");
    private static final int SENDERS = 24;
    private static final int REQUESTS_EACH = 30;
    private static final int SPANS = 20;
    /** So that a few requests in flight take all there is. */
    private static final int SPAN_BYTES = 24 << 10;

    private static final int METRICS_READS_MAX = 300;

    @TempDir
    private Path home;

    private final AcknowledgedSpans[] spans = {
        new AcknowledgedSpans(TENANTS.get(0)), new AcknowledgedSpans(TENANTS.get(1))
    };
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger unavailable = new AtomicInteger();

    @Test
    void refusesWithHintsAndKeepsWhatItAcknowledged() throws Exception {
        List<String> settings = List.of(
                "tenancy.multi-tenancy = on",
                "receiver.otlp.request-bytes-max = 2 MiB",
                "receiver.otlp.inflated-bytes-max = 2 MiB",
                "receiver.zipkin.enabled = off",
                "receiver.opencensus.enabled = off",
                "receiver.jaeger { grpc.enabled = off, http.enabled = off, compact.enabled = off, binary.enabled = off }",
                "receiver.in-flight-bytes-max = 3 MiB",
                "wal.queue-bytes-max = 2 MiB");
        try (NodeProcess node = NodeProcess.start(home, home.resolve("data"), "128m", settings)) {
            overload(node);
            System.out.println("OverloadIT: of " + SENDERS * REQUESTS_EACH + " requests " + refused + " were refused, "
                    + unavailable + " not answered in time");
            assertTrue(refused.get() > 0, "nothing was refused: no overload");
            assertTrue(node.alive(), node::output);
            assertEquals(List.of(), node.lines("OutOfMemoryError"), node::output);
            for (int tenant = 0; tenant < TENANTS.size(); tenant++) {
                assertTrue(spans[tenant].count() > 0, "nothing was accepted");
                assertCountsAddUp(node, TENANTS.get(tenant), spans[tenant].count());
                spans[tenant].assertAllThere(node.api());
            }
            assertEquals(List.of(), node.lines("ERROR"), node::output);
        }
    }

    private void overload(NodeProcess node) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(SENDERS);
        try {
            List<Future<?>> senders = new ArrayList<>();
            for (int i = 0; i < SENDERS; i++) {
                int number = i;
                senders.add(threads.submit(() -> send(node, number)));
            }
            for (Future<?> sender : senders) {
                sender.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private void send(NodeProcess node, int number) {
        int tenant = number % TENANTS.size();
        OtlpRequests requests = new OtlpRequests(number);
        boolean overGrpc = number / TENANTS.size() % 2 == 0;
        try (OtlpSender sender = overGrpc
                ? OtlpSender.grpc(node.otlpGrpc(), TENANTS.get(tenant))
                : OtlpSender.http(node.otlpHttp(), TENANTS.get(tenant))) {
            for (int i = 0; i < REQUESTS_EACH; i++) {
                ExportTraceServiceRequest request = requests.trace(SPANS, SPAN_BYTES);
                spans[tenant].sending(request);
                OtlpSender.Answer answer = sender.send(request);
                switch (answer.end()) {
                    case ACKNOWLEDGED -> spans[tenant].acknowledged(request);
                    case FULL -> refused.incrementAndGet();
                    case UNAVAILABLE -> unavailable.incrementAndGet();
                    case OTHER -> throw new AssertionError(answer);
                }
                boolean asExpected =
                        answer.answered() && (answer.end() == OtlpSender.End.ACKNOWLEDGED || answer.retryHint());
                assertTrue(asExpected, answer::toString);
            }
        }
    }

    /** Metrics are gathered once a second, so they may have to be asked for again. */
    private static void assertCountsAddUp(NodeProcess node, String tenant, int acknowledged) throws IOException {
        String counts = "";
        for (int i = 0; i < METRICS_READS_MAX; i++) {
            NodeMetrics metrics = NodeMetrics.get(node.api());
            long received = metrics.sum("tempo_spans_received_total", tenant);
            long accepted = metrics.sum("tempo_spans_accepted_total", tenant);
            long refused = metrics.sum("tempo_spans_refused_total", tenant);
            boolean bytesAddUp = metrics.sum("tempo_bytes_received_total", tenant)
                    == metrics.sum("tempo_bytes_accepted_total", tenant)
                            + metrics.sum("tempo_bytes_refused_total", tenant);
            if (accepted == acknowledged && received == accepted + refused && bytesAddUp) {
                return;
            }
            counts = received + " received, " + accepted + " accepted, " + refused + " refused";
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
        throw new AssertionError("spans of " + tenant + ": " + counts + ", but " + acknowledged + " acknowledged");
    }
}
