package tempo.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tempo.cluster.TestNode.Answer;
import tempo.tempodb.backend.FaultProxy;
import tempo.tempodb.backend.FaultProxy.Fault;
import tempo.tempodb.backend.s3.S3ProxyServer;

/** Whole nodes whose blocks are in a bucket of S3. */
@Timeout(240)
final class NodesOnS3Test {
    private static final String TENANT = "single-tenant";

    @TempDir
    private Path directory = Path.of("unset");

    private static S3ProxyServer server;

    @BeforeAll
    static void startServer() throws Exception {
        server = S3ProxyServer.start();
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.stop();
    }

    private static Map<String, String> store(String endpoint, String bucket) {
        return new HashMap<>(Map.of(
                "tempo.store.backend",
                "s3",
                "tempo.store.s3.endpoint",
                endpoint,
                "tempo.store.s3.bucket",
                bucket,
                "tempo.store.s3.prefix",
                "traces/eu",
                "tempo.store.s3.region",
                "us-east-1",
                "tempo.store.s3.access-key-id",
                S3ProxyServer.ACCESS_KEY_ID,
                "tempo.store.s3.secret-access-key",
                S3ProxyServer.SECRET_ACCESS_KEY));
    }

    private TestNode start(String name, Map<String, String> store) throws IOException {
        return TestNode.start(directory.resolve(name), directory.resolve("unused"), Optional.empty(), store);
    }

    @Test
    void whatOneNodeStoredAnotherFinds() throws Exception {
        Map<String, String> store = store(server.endpoint(), server.newBucket());
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
            Fault.WRONG_RANGE);

    @Test
    void oneRequestInTwentyMayFail() throws Exception {
        try (FaultProxy proxy = FaultProxy.start(portOf(server.endpoint()), 5)) {
            Map<String, String> store = store("http://127.0.0.1:" + proxy.port(), server.newBucket());
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
        try (FaultProxy proxy = FaultProxy.start(portOf(server.endpoint()), 6)) {
            Map<String, String> store = store("http://127.0.0.1:" + proxy.port(), server.newBucket());
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

    private static int portOf(String endpoint) {
        return URI.create(endpoint).getPort();
    }

    @Test
    void aMissingBucketIsOneClearSentence() {
        IOException refused =
                assertThrows(IOException.class, () -> start("one", store(server.endpoint(), "no-such-bucket")));
        assertTrue(String.valueOf(refused.getMessage()).contains("no-such-bucket"), refused.getMessage());
    }
}
