package tempo.process;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tempo.tempodb.backend.FaultProxy;
import tempo.tempodb.backend.FaultProxy.Fault;
import tempo.tempodb.backend.s3.S3ProxyServer;

/** Three nodes under load, each span in two logs, blocks in S3: the disk of one is full, and then the store is away for a while. */
final class StorageChaosIT {
    private static final List<Integer> ALL = List.of(0, 1, 2);
    private static final long AWAY_MILLIS = ClusterNodes.LONG ? 600_000 : 30_000;

    /** Traces asked for at a time while the store is away: an answer may take as long as the deadline of queries. */
    private static final int ASKED = 16;

    @TempDir
    private Path home;

    @Test
    void nothingAcknowledgedIsMissingWhateverDisksAndTheStoreDo() throws Exception {
        Chaos chaos = new Chaos("StorageChaosIT");
        S3ProxyServer server = S3ProxyServer.start();
        try (FaultProxy store = FaultProxy.start(URI.create(server.endpoint()).getPort(), chaos.seed());
                SmallDisk disk = new SmallDisk(ClusterNodes.data(home, 1), 64);
                ClusterNodes nodes = new ClusterNodes(
                        home,
                        3,
                        ClusterNodes.LOOPBACK,
                        settings("http://localhost:" + store.port(), server.newBucket()));
                ClusterLoad load = chaos.load(nodes)) {
            disk.fill(57);
            chaos.goesOn("a full disk on one", nodes, load);
            chaos.neverWrong("a full disk on one", nodes, ALL);
            disk.empty();
            chaos.goesOn("room again", nodes, load);
            chaos.settled("room again", nodes, load, ALL);

            store.setAll(1, List.of(Fault.RESET, Fault.HANG, Fault.BUSY_503));
            String away = "a store that is away for " + AWAY_MILLIS / 1_000 + " s";
            long until = System.nanoTime() + AWAY_MILLIS * 1_000_000;
            do {
                chaos.neverWrongInSome(ASKED, away, nodes, ALL);
                LockSupport.parkNanos(5_000_000_000L);
            } while (System.nanoTime() < until);
            chaos.goesOn(away, nodes, load);
            store.heal();
            chaos.goesOn("a store that is back", nodes, load);
            chaos.settled("a store that is back", nodes, load, ALL);
        } finally {
            server.stop();
        }
    }

    private static List<String> settings(String endpoint, String bucket) {
        List<String> settings = new ArrayList<>(Chaos.SETTINGS);
        settings.add("wal.segment-bytes = 1 MiB");
        settings.add("wal.free-bytes-min = 8 MiB");
        settings.add("store.backend = s3");
        settings.add("store.s3.endpoint = \"" + endpoint + "\"");
        settings.add("store.s3.bucket = \"" + bucket + "\"");
        settings.add("store.s3.region = us-east-1");
        settings.add("store.s3.access-key-id = " + S3ProxyServer.ACCESS_KEY_ID);
        settings.add("store.s3.secret-access-key = \"" + S3ProxyServer.SECRET_ACCESS_KEY + "\"");
        return settings;
    }
}
