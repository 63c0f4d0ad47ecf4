package tempo.process;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes in networks of their own, under load, each span in two logs, and links that fail: the side with the majority goes on, the
 * other one acknowledges nothing that could be lost, and afterwards they are one cluster again.
 */
final class PartitionIT {
    private static final List<Integer> ALL = List.of(0, 1, 2);
    private static final long CUT_MILLIS = ClusterNodes.LONG ? 60_000 : 15_000;
    private static final int FLAPS = ClusterNodes.LONG ? 10 : 3;
    private static final long FLAP_MILLIS = 2_500;
    private static final Pattern READY = Pattern.compile("is ready: ");

    @TempDir
    private Path home;

    @Test
    void nothingAcknowledgedIsMissingWhateverLinksDo() throws Exception {
        Chaos chaos = new Chaos("PartitionIT");
        try (NetworkNamespaces network = new NetworkNamespaces(3);
                ClusterNodes nodes = new ClusterNodes(home, 3, network, Chaos.SETTINGS);
                ClusterLoad load = chaos.load(nodes)) {
            network.isolate(0);
            chaos.goesOn("one of three cut off", nodes, load);
            LockSupport.parkNanos(CUT_MILLIS * 1_000_000);
            chaos.neverWrong("one of three cut off", nodes, List.of(1, 2));
            network.join(0);
            nodes.node(0).awaitLine(READY, 2, NodeProcess.START_MAX);
            load.nodes(nodes.otlpGrpc());
            chaos.settled("one of three joined again", nodes, load, ALL);

            network.cut(1, 2);
            chaos.goesOn("one direction between two nodes cut", nodes, load);
            LockSupport.parkNanos(CUT_MILLIS * 1_000_000);
            chaos.neverWrong("one direction between two nodes cut", nodes, List.of(0));
            network.heal(1, 2);
            awaitThree(nodes);
            load.nodes(nodes.otlpGrpc());
            chaos.settled("one direction between two nodes healed", nodes, load, ALL);
            load.longestGapMillis();

            for (int flap = 0; flap < FLAPS; flap++) {
                network.isolate(2);
                LockSupport.parkNanos(FLAP_MILLIS * 1_000_000);
                network.join(2);
                LockSupport.parkNanos(FLAP_MILLIS * 1_000_000);
            }
            chaos.goesOn("a link that flaps", nodes, load);
            awaitThree(nodes);
            load.nodes(nodes.otlpGrpc());
            chaos.settled("a link that flapped", nodes, load, ALL);
        }
    }

    /** Whoever was removed has started again: then each answers. */
    private static void awaitThree(ClusterNodes nodes) throws Exception {
        for (int node : ALL) {
            nodes.awaitMembers(node, 3);
        }
    }
}
