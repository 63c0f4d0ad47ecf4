package tempo.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes under load, each span in two logs: the disk of one is full, and then the store takes nothing for a while. */
final class StorageChaosIT {
    private static final List<Integer> ALL = List.of(0, 1, 2);
    private static final long AWAY_MILLIS = ClusterNodes.LONG ? 600_000 : 30_000;

    @TempDir
    private Path home;

    @Test
    void nothingAcknowledgedIsMissingWhateverDisksDo() throws Exception {
        Chaos chaos = new Chaos("StorageChaosIT");
        List<String> settings = new ArrayList<>(Chaos.SETTINGS);
        settings.add("wal.segment-bytes = 1 MiB");
        settings.add("wal.free-bytes-min = 8 MiB");
        try (SmallDisk disk = new SmallDisk(ClusterNodes.data(home, 1), 64);
                SmallDisk store = new SmallDisk(ClusterNodes.blocks(home), 256);
                ClusterNodes nodes = new ClusterNodes(home, 3, ClusterNodes.LOOPBACK, settings);
                ClusterLoad load = chaos.load(nodes)) {
            disk.fill(57);
            chaos.goesOn("a full disk on one", nodes, load);
            chaos.neverWrong("a full disk on one", nodes, ALL);
            disk.empty();
            chaos.goesOn("room again", nodes, load);
            chaos.settled("room again", nodes, ALL);

            store.fillUp();
            LockSupport.parkNanos(AWAY_MILLIS * 1_000_000);
            chaos.goesOn("a store that takes nothing for " + AWAY_MILLIS / 1_000 + " s", nodes, load);
            chaos.settled("a store that takes nothing", nodes, ALL);
            store.empty();
            chaos.goesOn("a store that takes blocks again", nodes, load);
            chaos.settled("a store that takes blocks again", nodes, ALL);
        }
    }
}
