package tempo.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tempo.cluster.TestNode.Answer;

/** Two nodes merge the blocks that both cut, go on when the one that coordinates leaves, and lose nothing by it. */
@Timeout(240)
final class CompactionClusterTest {
    private static final String TENANT = "single-tenant";
    private static final Map<String, String> EAGER = Map.of(
            "tempo.ingester.trace-idle", "200 ms",
            "tempo.ingester.head-age", "300 ms",
            "tempo.compaction.interval", "200 ms",
            "tempo.compaction.worker-timeout", "10 s",
            "tempo.compaction.inputs-max", "4",
            "tempo.compaction.replaced-kept", "1 s",
            "tempo.blocklist.poll-interval", "500 ms");

    @TempDir
    private Path directory = Path.of("unset");

    private TestNode start(String name, Optional<TestNode> seed) throws IOException {
        return TestNode.start(directory.resolve(name), directory.resolve("blocks"), seed, EAGER);
    }

    @Test
    void blocksBecomeFewAndTracesStayWholeWhoeverCoordinates() throws Exception {
        int sent;
        try (TestNode second = secondAlone()) {
            int before = merged();
            sent = sendUntilMerged(second, 1_000, before + 1);
            for (int trace = 1_000; trace < sent; trace++) {
                assertEquals(new Answer(Set.of(TENANT + " 0"), ""), second.trace(TENANT, trace));
            }
        }
    }

    /** Starts two nodes, has them merge, checks all traces on both, and stops the first, which coordinates. */
    private TestNode secondAlone() throws Exception {
        TestNode second;
        int sent;
        try (TestNode first = start("one", Optional.empty())) {
            second = start("two", Optional.of(first));
            sent = sendUntilMerged(second, 0, 2);
            for (int trace = 0; trace < sent; trace++) {
                assertEquals(new Answer(Set.of(TENANT + " 0"), ""), first.trace(TENANT, trace));
                assertEquals(new Answer(Set.of(TENANT + " 0"), ""), second.trace(TENANT, trace));
            }
        }
        until(() -> second.trace(TENANT, 0).partial().isEmpty());
        for (int trace = 0; trace < sent; trace++) {
            assertEquals(new Answer(Set.of(TENANT + " 0"), ""), second.trace(TENANT, trace));
        }
        return second;
    }

    /** Sends traces of one span each until so many jobs were made and their inputs are gone; returns the number after the last. */
    private int sendUntilMerged(TestNode node, int from, int jobs) throws Exception {
        int trace = from;
        while (merged() < jobs) {
            node.send(TENANT, trace++, 0);
            LockSupport.parkNanos(20_000_000);
            assertTrue(trace < from + 900, "blocks are not merged: " + blocks() + " are there");
        }
        until(() -> blocks() < 8);
        return trace;
    }

    /** How many blocks replace others, or did: the highest number of a job. */
    private int merged() throws IOException {
        Path jobs = directory.resolve("blocks").resolve("~jobs");
        if (!Files.isDirectory(jobs)) {
            return 0;
        }
        try (Stream<Path> records = Files.list(jobs)) {
            return records.mapToInt(each -> Integer.parseInt(each.getFileName().toString(), 16))
                    .max()
                    .orElse(0);
        }
    }

    private int blocks() throws IOException {
        Path tenant = directory.resolve("blocks").resolve(TENANT);
        if (!Files.isDirectory(tenant)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(tenant)) {
            return (int) files.filter(each -> each.toString().endsWith(".meta")).count();
        } catch (java.io.UncheckedIOException deletedMeanwhile) {
            return Integer.MAX_VALUE;
        }
    }

    private static void until(Callable<Boolean> condition) throws Exception {
        long giveUp = System.nanoTime() + 60_000_000_000L;
        while (!condition.call()) {
            assertTrue(System.nanoTime() < giveUp, "condition does not come true");
            LockSupport.parkNanos(50_000_000);
        }
    }
}
