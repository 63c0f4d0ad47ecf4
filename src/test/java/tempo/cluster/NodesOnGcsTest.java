package tempo.cluster;

import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import tempo.tempodb.backend.gcs.FakeGcsServer;

/** Whole nodes whose blocks are in a bucket of Google Cloud Storage. */
final class NodesOnGcsTest extends NodesOnRemoteStoreContract {
    private static @Nullable FakeGcsServer server;

    @BeforeAll
    static void startServer() throws IOException {
        server = FakeGcsServer.start();
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    int port() {
        return URI.create(server().address()).getPort();
    }

    @Override
    String newBucket() throws IOException, InterruptedException {
        return server().newBucket();
    }

    @Override
    Map<String, String> store(String endpoint, String bucket) {
        return Map.of(
                "tempo.store.backend",
                "gcs",
                "tempo.store.gcs.endpoint",
                endpoint,
                "tempo.store.gcs.bucket",
                bucket,
                "tempo.store.gcs.prefix",
                "traces/eu",
                "tempo.store.gcs.anonymous",
                "on");
    }

    private static FakeGcsServer server() {
        return Objects.requireNonNull(server);
    }
}
