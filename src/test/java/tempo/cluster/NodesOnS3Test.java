package tempo.cluster;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import tempo.tempodb.backend.s3.S3ProxyServer;

/** Whole nodes whose blocks are in a bucket of S3. */
final class NodesOnS3Test extends NodesOnRemoteStoreContract {
    private static S3ProxyServer server;

    @BeforeAll
    static void startServer() throws Exception {
        server = S3ProxyServer.start();
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.stop();
    }

    @Override
    int port() {
        return URI.create(server.endpoint()).getPort();
    }

    @Override
    String newBucket() {
        return server.newBucket();
    }

    @Override
    Map<String, String> store(String endpoint, String bucket) {
        return Map.of(
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
                S3ProxyServer.SECRET_ACCESS_KEY);
    }
}
