package tempo.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.ActorSystem;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tempo.config.ConfigSources;
import tempo.tls.TestCertificates;

/** Nodes that have certificates of one authority, for one name, are a cluster; nobody else gets in. */
@Timeout(240)
class SecuredClusterTest {
    private static final String NAME = "tempo.example";

    @TempDir
    Path directory;

    private Map<String, String> certificates(String node, HeldCertificate authority, String name) throws IOException {
        HeldCertificate own = new HeldCertificate.Builder()
                .commonName(node)
                .addSubjectAlternativeName(name)
                .signedBy(authority)
                .build();
        Map<String, String> settings = new HashMap<>();
        settings.put("certificate-file", write(node + ".pem", own.certificatePem() + authority.certificatePem()));
        settings.put("key-file", write(node + ".key", own.privateKeyPkcs8Pem()));
        settings.put("ca-file", write(node + ".ca", authority.certificatePem()));
        Map<String, String> prefixed = new HashMap<>();
        settings.forEach((key, file) -> prefixed.put("tempo.cluster.tls." + key, file));
        return prefixed;
    }

    private String write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    private TestNode start(String name, Optional<TestNode> seed, Map<String, String> settings) throws IOException {
        return TestNode.start(directory.resolve(name), directory.resolve("blocks"), seed, settings);
    }

    private static HeldCertificate authority() {
        return new HeldCertificate.Builder().certificateAuthority(0).build();
    }

    @Test
    void nodesOfOneAuthorityAndNameAreACluster() throws Exception {
        HeldCertificate authority = authority();
        try (TestNode first = start("one", Optional.empty(), certificates("one", authority, NAME));
                TestNode second = start("two", Optional.of(first), certificates("two", authority, NAME))) {
            assertEquals(2, first.node.membersUp());
            assertEquals(2, second.node.membersUp());
            for (int trace = 0; trace < 20; trace++) {
                first.send("single-tenant", trace, 0);
                second.send("single-tenant", trace, 1);
                int each = trace;
                TwoNodesTest.until(
                        () -> second.trace("single-tenant", each).partial().isEmpty());
                assertEquals(2, second.trace("single-tenant", trace).names().size());
            }
        }
    }

    /** Akka gives up, and ends the system, when it cannot join for so long. */
    private static final Config GIVES_UP = ConfigFactory.parseString(
            """
            akka {
              loglevel = OFF
              stdout-loglevel = OFF
              coordinated-shutdown.exit-jvm = off
              coordinated-shutdown.run-by-jvm-shutdown-hook = off
              cluster.shutdown-after-unsuccessful-join-seed-nodes = 4 s
              cluster.seed-node-timeout = 1 s
              cluster.retry-unsuccessful-join-after = 1 s
            }
            """);

    @ParameterizedTest
    @ValueSource(strings = {"no certificate", "another authority", "another name"})
    void whoHasNoSuchCertificateCannotJoin(String who) throws Exception {
        HeldCertificate authority = authority();
        try (TestNode node = start("one", Optional.empty(), certificates("one", authority, NAME))) {
            Map<String, String> settings = new HashMap<>();
            settings.put("tempo.cluster.seeds", node.node.clusterAddress());
            ConfigSources.portKeys().forEach(key -> settings.put(key, "0"));
            settings.put("tempo.data-dir", directory.resolve("intruder").toString());
            switch (who) {
                case "another authority" -> settings.putAll(certificates("intruder", authority(), NAME));
                case "another name" -> settings.putAll(certificates("intruder", authority, "client.example"));
                default -> {
                    // It speaks without TLS.
                }
            }
            ActorSystem intruder = tempo.BareNode.start(GIVES_UP, settings);
            intruder.getWhenTerminated().toCompletableFuture().get(60, TimeUnit.SECONDS);
            assertEquals(1, node.node.membersUp());
            node.send("single-tenant", 1, 0);
        }
    }

    @Test
    void certificatesThatCannotBeUsedAreNamedBeforeTheStart() throws Exception {
        Map<String, String> settings = certificates("one", authority(), NAME);
        Files.delete(Path.of(settings.getOrDefault("tempo.cluster.tls.key-file", "")));
        IOException failure = assertThrows(IOException.class, () -> start("one", Optional.empty(), settings));
        assertEquals(
                "tempo.cluster.tls.key-file " + directory.resolve("one.key") + " does not exist",
                String.valueOf(failure.getMessage()));
    }

    /** Serializable as it is, no message of ours: whoever could send one could run code. */
    @Test
    void objectsOfJavaAreNeitherSentNorRead() throws Exception {
        Map<String, String> settings = new HashMap<>();
        ConfigSources.portKeys().forEach(key -> settings.put(key, "0"));
        settings.put("tempo.data-dir", directory.resolve("alone").toString());
        ActorSystem system = tempo.BareNode.start(GIVES_UP, settings);
        try {
            Serialization serialization = SerializationExtension.get(system);
            List<String> object = new ArrayList<>(List.of("x"));
            assertTrue(serialization.serialize(object).isFailure());
            byte[] bytes = TestCertificates.javaBytes((java.io.Serializable) object);
            assertTrue(serialization
                    .deserialize(bytes, 1, ArrayList.class.getName())
                    .isFailure());
        } finally {
            system.terminate();
            system.getWhenTerminated().toCompletableFuture().get(60, TimeUnit.SECONDS);
        }
    }
}
