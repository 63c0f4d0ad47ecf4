package tempo.process;

import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** Programs that send small traces to the nodes of a cluster in turn, and each request to the next node until one has taken it. Thread-safe. */
final class ClusterLoad implements AutoCloseable {
    private static final int PROGRAMS = 4;
    private static final long PAUSE_NANOS = 250_000_000;
    private static final int SPANS = 5;

    /** A program that has others to turn to does not wait long for one that stands still. */
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    /** As a balancer of load would do it. */
    private static final long AVOID_MILLIS = 3_000;

    private final AcknowledgedSpans spans;
    private final List<Thread> threads = new ArrayList<>();
    private final Map<String, Integer> failures = new ConcurrentHashMap<>();
    private volatile List<URI> nodes;
    private volatile boolean stopped;
    private long lastMillis;
    private long longestGapMillis;
    private int acknowledged;

    ClusterLoad(AcknowledgedSpans spans, List<URI> nodes, long seed) {
        this.spans = spans;
        this.nodes = nodes;
        this.lastMillis = millis();
        for (int program = 0; program < PROGRAMS; program++) {
            OtlpRequests requests = new OtlpRequests(seed + program);
            int number = program;
            Thread thread = new Thread(() -> send(requests, number), "program " + program);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    private static long millis() {
        return System.nanoTime() / 1_000_000;
    }

    /** Where the nodes are now. */
    void nodes(List<URI> now) {
        nodes = now;
    }

    private void send(OtlpRequests requests, int number) {
        Map<URI, OtlpSender> senders = new ConcurrentHashMap<>();
        Map<URI, Long> avoidUntil = new ConcurrentHashMap<>();
        int turn = number;
        try {
            while (!stopped) {
                ExportTraceServiceRequest request = requests.trace(SPANS, 100);
                spans.sending(request);
                boolean taken = false;
                while (!taken && !stopped) {
                    List<URI> now = nodes;
                    URI node = now.get(turn++ % now.size());
                    if (avoidUntil.getOrDefault(node, 0L) > millis()
                            && !avoidUntil.keySet().containsAll(now)) {
                        continue;
                    }
                    OtlpSender sender =
                            senders.computeIfAbsent(node, uri -> OtlpSender.grpc(uri, "single-tenant", TIMEOUT));
                    OtlpSender.Answer answer = sender.send(request);
                    taken = answer.end() == OtlpSender.End.ACKNOWLEDGED;
                    if (taken) {
                        spans.acknowledged(request);
                        avoidUntil.remove(node);
                        countAcknowledged();
                    } else {
                        avoidUntil.put(node, millis() + AVOID_MILLIS);
                        failures.merge(answer.answered() ? answer.text() : "no answer", 1, Integer::sum);
                        LockSupport.parkNanos(PAUSE_NANOS);
                    }
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } finally {
            senders.values().forEach(OtlpSender::close);
        }
    }

    private synchronized void countAcknowledged() {
        long now = millis();
        longestGapMillis = Math.max(longestGapMillis, now - lastMillis);
        lastMillis = now;
        acknowledged++;
        notifyAll();
    }

    /** Waits until so many more requests are acknowledged. */
    synchronized void awaitAcknowledged(int more, long millisMax) throws InterruptedException {
        int wanted = acknowledged + more;
        long deadline = millis() + millisMax;
        while (acknowledged < wanted) {
            long left = deadline - millis();
            if (left <= 0) {
                throw new AssertionError("requests were acknowledged " + (more - (wanted - acknowledged))
                        + " times and not " + more + " in " + millisMax + " ms; failures " + new TreeMap<>(failures));
            }
            wait(left);
        }
    }

    /** The longest time without an acknowledgement since this was asked last, in milliseconds. */
    synchronized long longestGapMillis() {
        long gap = Math.max(longestGapMillis, millis() - lastMillis);
        longestGapMillis = 0;
        return gap;
    }

    /** What was answered other than OK since this was asked last. */
    Map<String, Integer> failures() {
        Map<String, Integer> all = new TreeMap<>(failures);
        failures.clear();
        return all;
    }

    @Override
    public void close() {
        stopped = true;
        for (Thread thread : threads) {
            try {
                thread.join(60_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
