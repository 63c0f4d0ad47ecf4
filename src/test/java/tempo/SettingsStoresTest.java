package tempo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tempo.cli.storage.StorageCommand;
import tempo.tempodb.backend.gcs.FakeGcsServer;
import tempo.tempodb.backend.s3.S3ProxyServer;

/** The tool tempo-cli over real servers of object stores. */
final class SettingsStoresTest {
    private static final String GOLDEN = "src/test/resources/golden/1.0/store";

    @TempDir
    Path directory;

    private record Outcome(int exitCode, String out, String err) {}

    private static Outcome cli(Map<String, String> environment, List<String> options, String... command) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of(command));
        int exitCode = StorageCommand.execute(
                new SettingsStores(),
                environment,
                InstantSource.system(),
                new PrintWriter(out),
                new PrintWriter(err, true),
                all.toArray(new String[0]));
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    private static void succeeds(Outcome outcome) {
        assertEquals("", outcome.err());
        assertEquals(0, outcome.exitCode());
    }

    /** As its users know the invocation; where the emulator is comes from the environment, as for a node. */
    @Test
    void gcsBucketAndTenantAreEnoughToSeeTheHeadersOfAllBlocks() throws Exception {
        try (FakeGcsServer server = FakeGcsServer.start()) {
            String bucket = server.newBucket();
            succeeds(cli(
                    Map.of(),
                    List.of("-path", GOLDEN, "--tenant", "spans"),
                    "copy",
                    "--to-gcs-bucket",
                    bucket,
                    "--to-gcs-endpoint",
                    server.address(),
                    "--to-gcs-anonymous",
                    "--yes"));
            Map<String, String> environment =
                    Map.of("TEMPO_STORE_GCS_ENDPOINT", server.address(), "TEMPO_STORE_GCS_ANONYMOUS", "true");
            Outcome headers = cli(environment, List.of("-gcs-bucket", bucket, "-tenant-id", "spans"));
            succeeds(headers);
            assertTrue(headers.out().contains("41fa21b4-459b-5387-cc7a-4f8fe229c739"), headers.out());
            Outcome missing = cli(environment, List.of("-gcs-bucket", "nowhere-" + bucket));
            assertEquals(1, missing.exitCode());
            assertEquals(1, missing.err().lines().count(), missing.err());
        }
    }

    @Test
    void aBucketOfS3IsVerifiedFoundInAndCopiedFrom() throws Exception {
        S3ProxyServer server = S3ProxyServer.start();
        try {
            String bucket = server.newBucket();
            succeeds(cli(
                    Map.of(),
                    List.of("-path", GOLDEN, "--tenant", "merged"),
                    "copy",
                    "--to-s3-bucket",
                    bucket,
                    "--to-s3-endpoint",
                    server.endpoint(),
                    "--to-s3-region",
                    "us-east-1",
                    "--to-s3-access-key",
                    S3ProxyServer.ACCESS_KEY_ID,
                    "--to-s3-secret-key",
                    S3ProxyServer.SECRET_ACCESS_KEY,
                    "--yes"));
            List<String> store = List.of(
                    "-s3-bucket",
                    bucket,
                    "-s3-endpoint",
                    server.endpoint(),
                    "-s3-region",
                    "us-east-1",
                    "--tenant",
                    "merged");
            Map<String, String> keys = Map.of(
                    "TEMPO_STORE_S3_ACCESS_KEY_ID", S3ProxyServer.ACCESS_KEY_ID,
                    "TEMPO_STORE_S3_SECRET_ACCESS_KEY", S3ProxyServer.SECRET_ACCESS_KEY);
            succeeds(cli(keys, store, "verify"));
            Path copy = directory.resolve("copy");
            succeeds(cli(keys, store, "copy", "--to-path", copy.toString(), "--yes"));
            List<String> copied = List.of("-path", copy.toString(), "--tenant", "merged");
            assertEquals(
                    cli(keys, store, "export").out(),
                    cli(Map.of(), copied, "export").out());
            Outcome wrongKey = cli(
                    Map.of("TEMPO_STORE_S3_ACCESS_KEY_ID", "other", "TEMPO_STORE_S3_SECRET_ACCESS_KEY", "wrong"),
                    store,
                    "verify");
            assertEquals(1, wrongKey.exitCode());
            assertEquals(1, wrongKey.err().lines().count(), wrongKey.err());
        } finally {
            server.stop();
        }
    }
}
