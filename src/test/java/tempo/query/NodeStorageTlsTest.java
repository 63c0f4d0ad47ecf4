package tempo.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tempo.NodeFixture;
import tempo.config.ConfigSources;
import tempo.querier.TraceAnswer;
import tempo.span.TraceId;
import tempo.tls.TestCertificates;

/** A node whose port speaks TLS. */
class NodeStorageTlsTest {
    private static final TestCertificates CERTIFICATES = TestCertificates.temporary();

    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of(
            "tempo.api.jaeger.grpc.tls.certificate-file", CERTIFICATES.certificateFile.toString(),
            "tempo.api.jaeger.grpc.tls.key-file", CERTIFICATES.keyFile.toString()));

    private static final ActorSystem<?> SYSTEM = ActorSystem.create(
            Behaviors.empty(),
            "tempo-query-tls-test",
            ConfigSources.load(
                    Optional.empty(),
                    Map.of(),
                    Map.of(
                            "akka.actor.provider", "local",
                            "akka.coordinated-shutdown.exit-jvm", "off",
                            "akka.coordinated-shutdown.run-by-jvm-shutdown-hook", "off")));

    @AfterAll
    static void stop() {
        SYSTEM.terminate();
    }

    private static NodeCredentials trusting(String caFile) throws Exception {
        return new NodeCredentials(new NodeCredentials.CredentialFiles(caFile, "", "", ""));
    }

    private static TraceAnswer ask(NodeCredentials credentials) throws Exception {
        GrpcClient client = new GrpcClient(
                SYSTEM, List.of(NODE.receiver("Jaeger storage")), credentials, Duration.ofSeconds(20), 1 << 20);
        return new NodeStorage(client)
                .trace("single-tenant", new TraceId(1, 2))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }

    @Test
    void aNodeIsAskedIfItsAuthorityIsTrusted() throws Exception {
        TraceAnswer none = ask(trusting(CERTIFICATES.authorityFile.toString()));
        assertEquals(List.of(), none.missing());
        assertEquals(0, none.spans());
    }

    @Test
    void aNodeThatNobodyVouchesForIsNot() throws Exception {
        assertEquals(1, ask(trusting("")).missing().size());
    }

    @Test
    void whatChangesInFilesCountsFromTheNextCallOn(@TempDir Path directory) throws Exception {
        Path ca = directory.resolve("ca.pem");
        Path token = Files.writeString(directory.resolve("token"), "one\n");
        Files.writeString(ca, TestCertificates.temporary().authority.certificatePem());
        NodeCredentials credentials =
                new NodeCredentials(new NodeCredentials.CredentialFiles(ca.toString(), "", "", token.toString()));
        assertEquals(1, ask(credentials).missing().size(), "another authority");
        assertEquals(Map.of("authorization", "Bearer one"), credentials.headers());

        Files.copy(CERTIFICATES.authorityFile, ca, StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(token, "two\n");
        credentials.reload();
        assertEquals(List.of(), ask(credentials).missing());
        assertEquals(Map.of("authorization", "Bearer two"), credentials.headers());

        Files.writeString(ca, "half a file");
        assertThrows(IOException.class, credentials::reload);
        assertEquals(List.of(), ask(credentials).missing(), "what was read before still counts");
        Files.copy(CERTIFICATES.authorityFile, ca, StandardCopyOption.REPLACE_EXISTING);
        Files.delete(token);
        assertEquals(
                "bearer token file " + token + " does not exist",
                assertThrows(IOException.class, credentials::reload).getMessage());
    }
}
