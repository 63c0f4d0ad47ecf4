package tempo.query;

import static org.junit.jupiter.api.Assertions.assertEquals;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tempo.NodeFixture;
import tempo.config.ConfigSources;
import tempo.querier.TraceAnswer;
import tempo.span.TraceId;
import tempo.tls.ClientTls;
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

    private static TraceAnswer ask(String caFile) throws Exception {
        GrpcClient client = new GrpcClient(
                SYSTEM,
                List.of(NODE.receiver("Jaeger storage")),
                ClientTls.context(caFile, "", ""),
                Map.of(),
                Duration.ofSeconds(20),
                1 << 20);
        return new NodeStorage(client)
                .trace("single-tenant", new TraceId(1, 2))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }

    @Test
    void aNodeIsAskedIfItsAuthorityIsTrusted() throws Exception {
        TraceAnswer none = ask(CERTIFICATES.authorityFile.toString());
        assertEquals(List.of(), none.missing());
        assertEquals(0, none.spans());
    }

    @Test
    void aNodeThatNobodyVouchesForIsNot() throws Exception {
        assertEquals(1, ask("").missing().size());
    }
}
