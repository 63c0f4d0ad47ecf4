package tempo.process;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.internal.otlp.traces.TraceRequestMarshaler;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import tempo.SpanRecorder;

/**
 * Programs that are traced: threads that record spans with the real SDK and send them with its exporter, whose word on success
 * is what counts as acknowledged. A trace comes in several requests; what was not acknowledged is sent again, to whichever node
 * is there next.
 */
final class SdkLoad implements AutoCloseable {
    private static final int TRACES_OPEN = 8;
    private static final int TRACES_PER_REQUEST = 3;
    private static final int SPANS_PER_TRACE_AND_REQUEST = 8;
    private static final int REQUESTS_PER_TRACE = 10;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration ACKNOWLEDGED_MAX = Duration.ofSeconds(60);
    /** Of the exporter: that a node is gone is what the tests are about. */
    private static final Logger EXPORTER_LOG = Logger.getLogger("io.opentelemetry");

    private final AcknowledgedSpans spans;
    private final List<Program> programs = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;
    private int acknowledgedRequests;

    SdkLoad(AcknowledgedSpans spans, int programCount, long seed) {
        EXPORTER_LOG.setLevel(Level.OFF);
        this.spans = spans;
        for (int i = 0; i < programCount; i++) {
            programs.add(new Program("program-" + i, new Random(seed + i)));
        }
    }

    /** Starts sending. */
    void start(URI otlpGrpc) {
        stopped = false;
        for (Program program : programs) {
            Thread thread = new Thread(() -> send(program, otlpGrpc), program.name);
            threads.add(thread);
            thread.start();
        }
    }

    private void send(Program program, URI otlpGrpc) {
        try (OtlpGrpcSpanExporter exporter = OtlpGrpcSpanExporter.builder()
                .setEndpoint(otlpGrpc.toString())
                .setTimeout(TIMEOUT)
                .setRetryPolicy(null)
                .build()) {
            while (!stopped) {
                List<SpanData> batch = program.batch();
                ExportTraceServiceRequest request = request(batch);
                spans.sending(request);
                CompletableResultCode result =
                        exporter.export(batch).join(2 * TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
                if (result.isDone() && result.isSuccess()) {
                    spans.acknowledged(request);
                    program.acknowledged();
                    countAcknowledged();
                }
            }
        }
    }

    private synchronized void countAcknowledged() {
        acknowledgedRequests++;
        notifyAll();
    }

    /** Waits until {@code more} further requests have been acknowledged. */
    synchronized void awaitAcknowledged(int more) throws InterruptedException {
        int wanted = acknowledgedRequests + more;
        long end = System.nanoTime() + ACKNOWLEDGED_MAX.toNanos();
        while (acknowledgedRequests < wanted) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("of " + wanted + " requests only " + acknowledgedRequests
                        + " were acknowledged in " + ACKNOWLEDGED_MAX);
            }
            wait(left);
        }
    }

    /** Ends the threads. */
    void stop() {
        stopped = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        threads.clear();
    }

    @Override
    public void close() {
        stop();
        programs.forEach(program -> program.provider.close());
    }

    /** What the exporter sends for these spans. */
    private static ExportTraceServiceRequest request(List<SpanData> batch) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            TraceRequestMarshaler.create(batch).writeBinaryTo(bytes);
            return ExportTraceServiceRequest.parseFrom(bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A traced program. For one thread at a time. */
    private static final class Program {
        private final String name;
        private final Random random;
        private final List<SpanData> recorded = new ArrayList<>();
        private final SdkTracerProvider provider;
        private final Tracer tracer;
        private final Context[] open = new Context[TRACES_OPEN];
        private final int[] requestsLeft = new int[TRACES_OPEN];
        private List<SpanData> unacknowledged = List.of();
        private long clock = 1_700_000_000_000_000_000L;

        Program(String name, Random random) {
            this.name = name;
            this.random = random;
            this.provider = SdkTracerProvider.builder()
                    .setResource(Resource.builder().put("service.name", name).build())
                    .setIdGenerator(new SeededIds(random))
                    .addSpanProcessor(SimpleSpanProcessor.create(new SpanRecorder(recorded)))
                    .build();
            this.tracer = provider.get("tempo.process", "1");
        }

        /** What was not acknowledged, else something new. */
        List<SpanData> batch() {
            if (unacknowledged.isEmpty()) {
                for (int i = 0; i < TRACES_PER_REQUEST; i++) {
                    goOn(random.nextInt(TRACES_OPEN));
                }
                unacknowledged = List.copyOf(recorded);
                recorded.clear();
            }
            return unacknowledged;
        }

        void acknowledged() {
            unacknowledged = List.of();
        }

        private void goOn(int index) {
            if (requestsLeft[index] == 0) {
                requestsLeft[index] = REQUESTS_PER_TRACE;
                open[index] = Context.root().with(span(Context.root(), "root"));
            }
            requestsLeft[index]--;
            for (int i = 0; i < SPANS_PER_TRACE_AND_REQUEST; i++) {
                span(open[index], "part-" + random.nextInt(20));
            }
        }

        private Span span(Context parent, String operation) {
            clock += 1_000_000;
            Span span = tracer.spanBuilder(operation)
                    .setParent(parent)
                    .setStartTimestamp(clock, TimeUnit.NANOSECONDS)
                    .setAttribute("http.route", "/shop/" + operation)
                    .setAttribute(AttributeKey.longKey("order"), random.nextLong())
                    .startSpan();
            if (random.nextInt(5) == 0) {
                span.addEvent("retried", clock + 10, TimeUnit.NANOSECONDS);
            }
            span.end(clock + random.nextInt(1_000_000), TimeUnit.NANOSECONDS);
            return span;
        }
    }

    private record SeededIds(Random random) implements IdGenerator {
        @Override
        public String generateSpanId() {
            return String.format("%016x", random.nextLong() | 1);
        }

        @Override
        public String generateTraceId() {
            return String.format("%016x%016x", random.nextLong(), random.nextLong() | 1);
        }
    }
}
