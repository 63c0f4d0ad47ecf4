package tempo.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes under load, each span in two logs, and what happens to machines: whatever it is, no acknowledged span is missing from an
 * answer that claims to be complete, none is there twice, and requests are taken again soon.
 */
final class ClusterChaosIT {
    private static final List<Integer> ALL = List.of(0, 1, 2);
    private static final long PAUSE_MILLIS = ClusterNodes.LONG ? 60_000 : 20_000;
    private static final Pattern READY = Pattern.compile("is ready: ");

    @TempDir
    private Path home;

    @Test
    void nothingAcknowledgedIsMissingWhateverHappensToMachines() throws Exception {
        Chaos chaos = new Chaos("ClusterChaosIT");
        try (ClusterNodes nodes = new ClusterNodes(home, 3, ClusterNodes.LOOPBACK, Chaos.SETTINGS);
                ClusterLoad load = chaos.load(nodes)) {
            nodes.node(1).kill9();
            chaos.goesOn("kill -9 of one of three", nodes, load);
            chaos.settled("kill -9 of one of three", nodes, load, List.of(0, 2));
            nodes.restart(1);
            load.nodes(nodes.otlpGrpc());
            chaos.settled("its return with its disk", nodes, load, ALL);

            nodes.node(0).kill9();
            nodes.wipe(0);
            chaos.goesOn("kill -9 of the coordinator's node, whose disk is lost", nodes, load);
            chaos.settled("kill -9 of the coordinator's node, whose disk is lost", nodes, load, List.of(1, 2));
            nodes.restart(0);
            load.nodes(nodes.otlpGrpc());
            chaos.settled("its return with an empty disk", nodes, load, ALL);

            nodes.node(2).pause();
            chaos.goesOn("a pause of " + PAUSE_MILLIS / 1_000 + " s", nodes, load);
            LockSupport.parkNanos(PAUSE_MILLIS * 1_000_000);
            nodes.node(2).resume();
            chaos.goesOn("the end of the pause", nodes, load);
            chaos.neverWrong("the end of the pause", nodes, List.of(0, 1));
            nodes.node(2).awaitLine(READY, 2, NodeProcess.START_MAX);
            load.nodes(nodes.otlpGrpc());
            chaos.settled("its return after the pause", nodes, load, ALL);

            for (int node : ALL) {
                nodes.node(node).terminate();
                assertEquals(0, nodes.node(node).awaitEnd(), nodes::output);
                chaos.goesOn("the stop of node " + node, nodes, load);
                nodes.restart(node);
                load.nodes(nodes.otlpGrpc());
                chaos.goesOn("the restart of node " + node, nodes, load);
            }
            chaos.settled("a rolling restart", nodes, load, ALL);

            ALL.forEach(node -> nodes.node(node).kill9());
            nodes.restartAll();
            load.nodes(nodes.otlpGrpc());
            chaos.settled("kill -9 of all three", nodes, load, ALL);
        }
    }
}
