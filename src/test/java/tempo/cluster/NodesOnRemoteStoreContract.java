package tempo.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tempo.cluster.TestNode.Answer;
import tempo.tempodb.backend.FaultProxy;
import tempo.tempodb.backend.FaultProxy.Fault;

/** Whole nodes whose blocks are in a bucket of a cloud, whichever it is. */
@Timeout(240)
abstract class NodesOnRemoteStoreContract {
    private static final String TENANT = "single-tenant";

    @TempDir
    private Path directory = Path.of("unset");

    /** Port of the server on loopback. */
    abstract int port();

    /** Makes a bucket that nobody has used, and returns its name. */
    abstract String newBucket() throws Exception;

    /** Configuration of a node whose blocks are in {@code bucket} of the server at {@code endpoint}. */
    abstract Map<String, String> store(String endpoint, String bucket);

    private Map<String, String> store(int port, String bucket) {
        return new HashMap<>(store("http://127.0.0.1:" + port, bucket));
    }

    private TestNode start(String name, Map<String, String> store) throws IOException {
        return TestNode.start(directory.resolve(name), directory.resolve("unused"), Optional.empty(), store);
    }

    @Test
    void whatOneNodeStoredAnotherFinds() throws Exception {
        Map<String, String> store = store(port(), newBucket());
        try (TestNode first = start("one", store)) {
            for (int trace = 0; trace < 20; trace++) {
                first.send(TENANT, trace, 0);
            }
        }
        try (TestNode second = start("two", store)) {
            for (int trace = 0; trace < 20; trace++) {
                assertEquals(new Answer(Set.of(TENANT + " 0"), ""), second.trace(TENANT, trace));
            }
            assertEquals(new Answer(Set.of(), ""), second.trace(TENANT, 99));
            Map<String, Double> metrics = second.metrics();
            assertTrue(metrics.getOrDefault("tempo_blocks", -1.0) >= 1);
            assertTrue(metrics.getOrDefault("tempo_page_cache_misses_total", -1.0) >= 1);
            assertTrue(metrics.getOrDefault("tempo_page_cache_fetched_bytes_total", -1.0) > 100);
            assertTrue(
                    metrics.getOrDefault("tempo_store_calls_total", -1.0) >= 3,
                    "a marker, a listing and a block are read");
            assertTrue(metrics.getOrDefault("tempo_store_call_seconds_count", -1.0) >= 3);
            assertEquals(0, metrics.getOrDefault("tempo_store_failures_total", -1.0));
        }
    }

    private static final List<Fault> SOFT = List.of(
            Fault.ERROR_500,
            Fault.BUSY_503,
            Fault.THROTTLED_429,
            Fault.RESET,
            Fault.LOST_ANSWER,
            Fault.TRUNCATE,
            Fault.WRONG_RANGE,
            Fault.DAMAGE);

    @Test
    void oneRequestInTwentyMayFail() throws Exception {
        try (FaultProxy proxy = FaultProxy.start(port(), 5)) {
            Map<String, String> store = store(proxy.port(), newBucket());
            store.put("tempo.store.cache.bytes", "0");
            proxy.setAll(0.05, SOFT);
            try (TestNode first = start("one", store)) {
                for (int trace = 0; trace < 20; trace++) {
                    first.send(TENANT, trace, 0);
                }
            }
            try (TestNode second = start("two", store)) {
                for (int round = 0; round < 10; round++) {
                    for (int trace = 0; trace < 20; trace++) {
                        assertEquals(new Answer(Set.of(TENANT + " 0"), ""), second.trace(TENANT, trace));
                    }
                }
            }
            assertTrue(SOFT.stream().mapToLong(proxy::faults).sum() > 5, "hardly anything failed");
        }
    }

    @Test
    void spansAreTakenAndAnswersSayWhatIsMissingWhileTheStoreIsAway() throws Exception {
        try (FaultProxy proxy = FaultProxy.start(port(), 6)) {
            Map<String, String> store = store(proxy.port(), newBucket());
            store.put("tempo.store.cache.bytes", "0");
            store.put("tempo.store.retry.read-deadline", "2 s");
            store.put("tempo.store.retry.attempt-timeout", "1 s");
            store.put("tempo.ingester.trace-idle", "100 ms");
            store.put("tempo.ingester.head-age", "200 ms");
            try (TestNode first = start("one", store)) {
                first.send(TENANT, 1, 0);
            }
            try (TestNode node = start("two", store)) {
                proxy.set(Fault.BUSY_503, 1);
                for (int trace = 2; trace < 30; trace++) {
                    node.send(TENANT, trace, 0);
                    assertEquals(
                            Set.of(TENANT + " 0"), node.trace(TENANT, trace).names());
                }
                Answer away = node.trace(TENANT, 1);
                assertTrue(away.partial().contains("block "), away.toString());
                proxy.heal();
                for (int trace = 1; trace < 30; trace++) {
                    assertEquals(new Answer(Set.of(TENANT + " 0"), ""), node.trace(TENANT, trace));
                }
            }
        }
    }

    @Test
    void aMissingBucketIsOneClearSentence() {
        IOException refused = assertThrows(IOException.class, () -> start("one", store(port(), "no-such-bucket")));
        assertTrue(String.valueOf(refused.getMessage()).contains("no-such-bucket"), refused.getMessage());
    }
}
