package tempo.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is told to stop answers what it has begun, answers reads while it stores everything, and leaves nothing to replay. */
final class DrainIT {
    private static final String TENANT = "single-tenant";
    private static final int SENDERS = 6;
    private static final int READERS = 2;
    private static final int REQUESTS_BEFORE = 1_000;

    @TempDir
    private Path home;

    private final AcknowledgedSpans spans = new AcknowledgedSpans(TENANT);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch begun = new CountDownLatch(REQUESTS_BEFORE);
    private final AtomicInteger readsWhileStopping = new AtomicInteger();
    private volatile boolean stopping;

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    @Test
    void stopsUnderLoadWithoutLosingOrHidingAnything() throws Exception {
        try (NodeProcess node = start()) {
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < SENDERS; i++) {
                int number = i;
                clients.add(threads.submit(() -> send(node, number)));
            }
            assertTrue(begun.await(60, TimeUnit.SECONDS), "requests are not answered");
            for (int i = 0; i < READERS; i++) {
                clients.add(threads.submit(() -> readUntilClosed(node)));
            }
            stopping = true;
            node.terminate();
            assertEquals(0, node.awaitEnd(), node::output);
            for (Future<?> client : clients) {
                client.get(60, TimeUnit.SECONDS);
            }
            assertEquals(List.of(), node.lines("ERROR"), node::output);
            assertEquals(List.of(), node.lines("WARN"), node::output);
            assertEquals(1, node.lines("all ranges are handed over").size(), node::output);
            System.out.println("DrainIT: " + readsWhileStopping + " reads answered while stopping");
            assertTrue(readsWhileStopping.get() > 0, "no read was answered while the node stopped");
        }
        try (NodeProcess node = start()) {
            spans.assertAllThere(node.api());
            assertEquals(List.of(), node.lines("replayed"), "what the log replays after an orderly stop");
        }
    }

    private NodeProcess start() throws IOException {
        return NodeProcess.start(home, home.resolve("data"), "256m", List.of());
    }

    /** Sends until the node no longer answers; what it says must be OK or that it is unavailable. */
    private void send(NodeProcess node, int number) {
        OtlpRequests requests = new OtlpRequests(number);
        try (OtlpSender sender =
                number % 2 == 0 ? OtlpSender.grpc(node.otlpGrpc(), TENANT) : OtlpSender.http(node.otlpHttp(), TENANT)) {
            while (true) {
                ExportTraceServiceRequest request = requests.trace(5, 200);
                spans.sending(request);
                OtlpSender.Answer answer = sender.send(request);
                switch (answer.end()) {
                    case ACKNOWLEDGED -> spans.acknowledged(request);
                    case UNAVAILABLE -> {
                        assertTrue(stopping, answer::toString);
                        return;
                    }
                    case FULL, OTHER -> throw new AssertionError(answer);
                }
                begun.countDown();
            }
        }
    }

    /** Reads until nobody answers; every answer must have everything that was acknowledged before it was asked for. */
    private int readUntilClosed(NodeProcess node) {
        int reads = 0;
        while (true) {
            for (String id : spans.traceIds()) {
                boolean whileStopping = stopping;
                AcknowledgedSpans.Report report;
                try {
                    report = spans.look(node.api(), id);
                } catch (FoundTrace.UnexpectedStatusException refused) {
                    throw new AssertionError("read was refused before the port closed", refused);
                } catch (IOException closed) {
                    assertTrue(whileStopping, closed::toString);
                    return reads;
                }
                assertEquals("[] []", report.lost() + " " + report.wrong(), "lost spans and wrong answers");
                reads++;
                if (whileStopping) {
                    readsWhileStopping.incrementAndGet();
                }
            }
        }
    }
}
