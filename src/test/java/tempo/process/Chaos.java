package tempo.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import tempo.process.AcknowledgedSpans.Report;

/** What all tests of chaos have in common: settings, the load, the checker, and the lines that tell how it went. Not thread-safe. */
final class Chaos {
    /** Each span in two logs; traces finished and blocks cut all the time. */
    static final List<String> SETTINGS = List.of(
            "wal.copies = 2",
            "cluster.ranges = 32",
            "ingester.trace-idle = 2 s",
            "ingester.trace-age = 5 s",
            "ingester.head-age = 20 s",
            "querier.deadline = 4 s");

    /** The promise is 5 s; a machine that runs three nodes and more on two cores is given more, and most if it builds as well. */
    static final long GAP_MILLIS_MAX = ClusterNodes.LONG ? 15_000 : 30_000;

    private static final long SETTLED_MILLIS_MAX = ClusterNodes.LONG ? 240_000 : 150_000;

    private final String name;
    private final long seed = Long.getLong("tempo.test.seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private final AcknowledgedSpans spans = new AcknowledgedSpans("single-tenant");

    Chaos(String name) {
        this.name = name;
        say("tempo.test.seed=" + seed);
    }

    ClusterLoad load(ClusterNodes nodes) throws InterruptedException {
        ClusterLoad load = new ClusterLoad(spans, nodes.otlpGrpc(), seed);
        load.awaitAcknowledged(40, 60_000);
        load.longestGapMillis();
        return load;
    }

    long seed() {
        return seed;
    }

    void say(String line) {
        System.out.println(name + ": " + line);
    }

    /** Requests are taken again soon. */
    void goesOn(String what, ClusterNodes nodes, ClusterLoad load) throws InterruptedException {
        load.awaitAcknowledged(40, 4 * GAP_MILLIS_MAX);
        long gap = load.longestGapMillis();
        say(what + ": longest time without an OK " + gap + " ms, failures " + load.failures());
        assertTrue(gap < GAP_MILLIS_MAX, () -> what + ": no OK for " + gap + " ms\n" + nodes.output());
    }

    /** Whatever a node answers is right, and says so if it may be incomplete. */
    void neverWrong(String what, ClusterNodes nodes, List<Integer> asked) throws IOException {
        for (int node : asked) {
            check(what, nodes, node, spans.look(nodes.node(node).api()));
        }
    }

    /** As {@link #neverWrong}, of so many traces: where each answer takes its time. */
    void neverWrongInSome(int traces, String what, ClusterNodes nodes, List<Integer> asked) throws IOException {
        for (int node : asked) {
            check(what, nodes, node, spans.lookAtSome(nodes.node(node).api(), traces, random));
        }
    }

    /**
     * As {@link #neverWrong}, and in the end all nodes answer, and all answers are complete. A node may be gone for a while: who is
     * removed just as its links are whole again starts once more, on other ports.
     */
    void settled(String what, ClusterNodes nodes, ClusterLoad load, List<Integer> asked) {
        long begun = System.nanoTime();
        for (int node : asked) {
            Optional<String> open;
            while ((open = open(what, nodes, node)).isPresent()) {
                String first = open.get();
                assertTrue(
                        System.nanoTime() - begun < SETTLED_MILLIS_MAX * 1_000_000L,
                        () -> what + ": still not settled: " + first + "\n" + nodes.output());
                LockSupport.parkNanos(500_000_000);
            }
        }
        load.nodes(nodes.otlpGrpc());
        say(what + ": " + spans.count() + " spans are all there, answers complete after "
                + (System.nanoTime() - begun) / 1_000_000 + " ms");
    }

    /** What keeps a node from being settled: an answer that is partial, or none. */
    private Optional<String> open(String what, ClusterNodes nodes, int node) {
        try {
            return check(what, nodes, node, spans.look(nodes.node(node).api())).stream()
                    .findFirst();
        } catch (IOException noAnswer) {
            return Optional.of("node " + node + ": " + noAnswer.getMessage());
        }
    }

    /** Returns the partial answers. */
    private static List<String> check(String what, ClusterNodes nodes, int node, Report report) {
        List<String> partial = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        for (String each : report.wrong()) {
            (each.contains(" is partial: ") ? partial : wrong).add(each);
        }
        assertEquals(List.of(), wrong, () -> what + "\n" + nodes.output());
        Set<String> lost = new java.util.TreeSet<>(report.lost());
        lost.removeIf(span -> partial.stream().anyMatch(each -> each.contains(span.substring(0, span.indexOf('/')))));
        assertEquals(
                Set.of(), lost, () -> what + ": lacking in complete answers of node " + node + "\n" + nodes.output());
        return partial;
    }
}
