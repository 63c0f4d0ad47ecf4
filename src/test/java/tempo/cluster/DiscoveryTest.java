package tempo.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that know nothing but the name of their service find each other, and form one cluster. */
@Timeout(240)
class DiscoveryTest {
    @TempDir
    Path directory;

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private CompletableFuture<TestNode> start(String name, int managementPort, TestDns dns) {
        Map<String, String> settings = new HashMap<>();
        settings.put("tempo.management.port", Integer.toString(managementPort));
        settings.put("tempo.cluster.discovery.method", "dns");
        settings.put("tempo.cluster.discovery.service", "nodes.tempo.test");
        settings.put("tempo.cluster.discovery.nodes-min", "2");
        settings.put("akka.io.dns.async-dns.nameservers", dns.address());
        settings.put("akka.management.cluster.bootstrap.contact-point-discovery.stable-margin", "1 s");
        return CompletableFuture.supplyAsync(() -> {
            try {
                return TestNode.start(directory.resolve(name), directory.resolve("blocks"), Optional.empty(), settings);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void nodesOfOneServiceFormOneCluster() throws Exception {
        List<Integer> ports = List.of(freePort(), freePort());
        try (TestDns dns = new TestDns("_management._tcp.nodes.tempo.test", ports)) {
            CompletableFuture<TestNode> starting = start("one", ports.get(0), dns);
            CompletableFuture<TestNode> startingToo = start("two", ports.get(1), dns);
            try (TestNode first = starting.get(100, TimeUnit.SECONDS);
                    TestNode second = startingToo.get(100, TimeUnit.SECONDS)) {
                assertEquals(2, first.node.membersUp());
                first.send("single-tenant", 1, 0);
                TwoNodesTest.until(
                        () -> second.trace("single-tenant", 1).names().size() == 1);
            }
        }
    }
}
