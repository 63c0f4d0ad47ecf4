package tempo.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tempo.cluster.TestNode.Answer;
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
        }
    }

    @Test
    void aMissingBucketIsOneClearSentence() {
        IOException refused =
                assertThrows(IOException.class, () -> start("one", store(server.endpoint(), "no-such-bucket")));
        assertTrue(String.valueOf(refused.getMessage()).contains("no-such-bucket"), refused.getMessage());
    }
}
