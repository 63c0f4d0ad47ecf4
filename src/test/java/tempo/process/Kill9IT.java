package tempo.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No acknowledged span is lost however often a node is killed, whatever it is doing. */
final class Kill9IT {
    private static final int ROUNDS = Boolean.getBoolean("tempo.test.long") ? 30 : 4;
    private static final int PROGRAMS = 4;
    private static final int REQUESTS_MAX = 300;
    private static final Duration CUT_MAX = Duration.ofSeconds(60);
    private static final Pattern COMMITTED = Pattern.compile("block \\S+ of tenant \\S+ committed");
    private static final Pattern REPLAYED = Pattern.compile("replayed \\d+ records");

    /** So short that traces are finished, blocks cut and segments used again all the time. */
    private static final List<String> BUSY = List.of(
            "ingester.trace-idle = 1 s",
            "ingester.trace-age = 2 s",
            "ingester.head-age = 2 s",
            "ingester.head-bytes-max = 1 MiB",
            "wal.segment-bytes = 1 MiB",
            "wal.retain-after-release = 6 s",
            "querier.deadline = 3 s");

    private static final List<String> DEFAULTS = List.of();

    @TempDir
    private Path home;

    @Test
    void keepsEverythingAcknowledgedThroughKillsAndAStop() throws Exception {
        long seed = Long.getLong("tempo.test.seed", new Random().nextLong());
        System.out.println("Kill9IT: tempo.test.seed=" + seed);
        Random random = new Random(seed);
        AcknowledgedSpans spans = new AcknowledgedSpans("single-tenant");
        try (SdkLoad load = new SdkLoad(spans, PROGRAMS, seed)) {
            for (int round = 0; round < ROUNDS; round++) {
                boolean busy = round % 2 == 1;
                try (NodeProcess node = start(busy)) {
                    spans.assertAllThere(node.api());
                    load.start(node.otlpGrpc());
                    if (busy) {
                        // The first block is what was replayed; up to three more, and the kill meets cuts and segments
                        // used again.
                        node.awaitLine(COMMITTED, 1 + random.nextInt(4), CUT_MAX);
                    }
                    load.awaitAcknowledged(1 + random.nextInt(REQUESTS_MAX));
                    node.kill9();
                    load.stop();
                } finally {
                    load.stop();
                }
            }
        }
        System.out.println("Kill9IT: " + spans.count() + " spans acknowledged in "
                + spans.traceIds().size() + " traces");
        try (NodeProcess node = start(false)) {
            node.awaitLine(REPLAYED, 1, CUT_MAX);
            spans.assertAllThere(node.api());
            node.terminate();
            assertEquals(0, node.awaitEnd(), node::output);
        }
        try (NodeProcess node = start(false)) {
            spans.assertAllThere(node.api());
            assertEquals(List.of(), node.lines("replayed"), "what the log replays after an orderly stop");
            assertTrue(node.lines("damaged").isEmpty(), node::output);
        }
    }

    private NodeProcess start(boolean busy) throws IOException {
        return NodeProcess.start(home, home.resolve("data"), "256m", busy ? BUSY : DEFAULTS);
    }
}
