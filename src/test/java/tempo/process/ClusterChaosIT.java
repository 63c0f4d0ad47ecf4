package tempo.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tempo.process.AcknowledgedSpans.Report;

/**
 * Three nodes under load, each span in two logs, and what happens to machines: whatever it is, no acknowledged span is missing from an
 * answer that claims to be complete, none is there twice, and requests are taken again soon.
 */
final class ClusterChaosIT {
    private static final List<String> SETTINGS = List.of(
            "wal.copies = 2",
            "cluster.ranges = 32",
            "ingester.trace-idle = 2 s",
            "ingester.trace-age = 5 s",
            "ingester.head-age = 20 s",
            "querier.deadline = 4 s");

    /** Sharding's own failover takes longer; a slow machine is given three times what is promised. */
    private static final long GAP_MILLIS_MAX = 15_000;

    private static final long SETTLED_MILLIS_MAX = ClusterNodes.LONG ? 240_000 : 120_000;
    private static final long PAUSE_MILLIS = ClusterNodes.LONG ? 60_000 : 20_000;

    @TempDir
    private Path home;

    private final long seed = Long.getLong("tempo.test.seed", new Random().nextLong());
    private final AcknowledgedSpans spans = new AcknowledgedSpans("single-tenant");

    @Test
    void nothingAcknowledgedIsMissingWhateverHappensToOneNode() throws Exception {
        System.out.println("ClusterChaosIT: tempo.test.seed=" + seed);
        try (ClusterNodes nodes = new ClusterNodes(home, 3, ClusterNodes.LOOPBACK, SETTINGS);
                ClusterLoad load = new ClusterLoad(spans, nodes.otlpGrpc(), seed)) {
            load.awaitAcknowledged(100, 60_000);
            report("start", load);

            nodes.node(1).kill9();
            goesOn("kill -9 of one of three", nodes, load, List.of(0, 2));
            nodes.restart(1);
            load.nodes(nodes.otlpGrpc());
            settled("its return with its disk", nodes, load, List.of(0, 1, 2));

            nodes.node(0).kill9();
            nodes.wipe(0);
            goesOn("kill -9 of the coordinator's node, and its disk is lost", nodes, load, List.of(1, 2));
            nodes.restart(0);
            load.nodes(nodes.otlpGrpc());
            settled("its return with an empty disk", nodes, load, List.of(0, 1, 2));

            nodes.node(2).pause();
            load.awaitAcknowledged(50, GAP_MILLIS_MAX);
            LockSupport.parkNanos(PAUSE_MILLIS * 1_000_000);
            nodes.node(2).resume();
            goesOn("a pause of " + PAUSE_MILLIS / 1_000 + " s", nodes, load, List.of(0, 1));
            nodes.node(2).awaitLine(Pattern.compile("is ready: "), 2, NodeProcess.START_MAX);
            load.nodes(nodes.otlpGrpc());
            settled("its return", nodes, load, List.of(0, 1, 2));

            for (int node = 0; node < nodes.count(); node++) {
                nodes.node(node).terminate();
                assertEquals(0, nodes.node(node).awaitEnd(), nodes::output);
                nodes.restart(node);
                load.nodes(nodes.otlpGrpc());
                load.awaitAcknowledged(20, GAP_MILLIS_MAX);
            }
            settled("a rolling restart", nodes, load, List.of(0, 1, 2));

            for (int node = 0; node < nodes.count(); node++) {
                nodes.node(node).kill9();
            }
            nodes.restartAll();
            load.nodes(nodes.otlpGrpc());
            settled("kill -9 of all three", nodes, load, List.of(0, 1, 2));
        }
    }

    private void goesOn(String what, ClusterNodes nodes, ClusterLoad load, List<Integer> alive) throws Exception {
        load.awaitAcknowledged(200, 4 * GAP_MILLIS_MAX);
        long gap = report(what, load);
        assertTrue(
                gap < GAP_MILLIS_MAX, () -> what + ": nothing was acknowledged for " + gap + " ms\n" + nodes.output());
        settled(what, nodes, load, alive);
    }

    /** Each answer of each node is right at any time, and in the end all are complete. */
    private void settled(String what, ClusterNodes nodes, ClusterLoad load, List<Integer> alive) throws Exception {
        long begun = System.nanoTime();
        for (int node : alive) {
            while (true) {
                Report report = look(nodes, node);
                List<String> partial = new ArrayList<>();
                List<String> wrong = new ArrayList<>();
                for (String each : report.wrong()) {
                    (each.contains(" is partial: ") ? partial : wrong).add(each);
                }
                assertEquals(List.of(), wrong, () -> what + "\n" + nodes.output());
                boolean late = System.nanoTime() - begun > SETTLED_MILLIS_MAX * 1_000_000L;
                if (partial.isEmpty()) {
                    assertEquals(Set.of(), report.lost(), () -> what + ", asked node " + node + "\n" + nodes.output());
                    break;
                }
                assertTrue(!late, () -> what + ": still partial: " + partial.get(0) + "\n" + nodes.output());
                LockSupport.parkNanos(500_000_000);
            }
        }
        System.out.println("ClusterChaosIT: " + what + ": " + spans.count() + " spans, all there, complete after "
                + (System.nanoTime() - begun) / 1_000_000 + " ms");
        report(what, load);
    }

    private Report look(ClusterNodes nodes, int node) throws IOException {
        URI api = nodes.node(node).api();
        return spans.look(api);
    }

    private static long report(String what, ClusterLoad load) {
        long gap = load.longestGapMillis();
        System.out.println(
                "ClusterChaosIT: " + what + ": longest time without an OK " + gap + " ms, failures " + load.failures());
        return gap;
    }
}
