package tempo;

import akka.actor.Address;
import akka.actor.AddressFromURIString;
import akka.actor.typed.ActorSystem;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.cluster.typed.JoinSeedNodes;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins the cluster of a list of nodes. The first node of the list forms a cluster if it finds none; so that it forms no second one
 * while it is cut off from the first, it waits until it reaches most nodes of the list.
 */
final class SeedNodes {
    private static final Logger LOG = LoggerFactory.getLogger(SeedNodes.class);
    private static final int CONNECT_MILLIS = 500;

    private SeedNodes() {}

    /**
     * Begins to join; returns before the node is a member.
     *
     * @throws IOException if this node is the first of the list and does not reach most of it in time
     */
    static void join(ActorSystem<?> system, Settings.Cluster settings, Duration atMost) throws IOException {
        Cluster cluster = Cluster.get(system);
        Address self = cluster.selfMember().address();
        if (settings.seeds().isEmpty()) {
            cluster.manager().tell(Join.create(self));
            return;
        }
        List<Address> seeds = new ArrayList<>();
        for (String seed : settings.seeds()) {
            seeds.add(AddressFromURIString.parse(self.protocol() + "://" + NodeConfig.SYSTEM_NAME + "@" + seed));
        }
        if (seeds.get(0).equals(self)) {
            awaitMost(seeds, self, atMost);
        }
        cluster.manager().tell(new JoinSeedNodes(seeds));
    }

    private static void awaitMost(List<Address> seeds, Address self, Duration atMost) throws IOException {
        long deadline = SystemClock.nanos() + atMost.toNanos();
        boolean told = false;
        while (true) {
            long reached = seeds.stream()
                    .filter(seed -> seed.equals(self) || reaches(seed))
                    .count();
            if (reached > seeds.size() / 2) {
                return;
            }
            if (SystemClock.nanos() > deadline) {
                throw new IOException("cluster was not joined: of " + seeds.size() + " nodes of tempo.cluster.seeds "
                        + reached + " can be reached, and the first forms a cluster only with most of them");
            }
            if (!told) {
                LOG.info("waiting for most of {} nodes, {} can be reached", seeds.size(), reached);
                told = true;
            }
            new CompletableFuture<Void>()
                    .completeOnTimeout(null, CONNECT_MILLIS, TimeUnit.MILLISECONDS)
                    .join();
        }
    }

    private static boolean reaches(Address seed) {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(
                            seed.getHost().orElse(""), seed.getPort().orElse(0)),
                    CONNECT_MILLIS);
            return true;
        } catch (IOException notReached) {
            return false;
        }
    }
}
