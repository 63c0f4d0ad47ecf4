package tempo.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tempo.config.InvalidConfigException;

/** Nodes that each do a part of the work are one system. */
@Timeout(240)
class RolesTest {
    private static final String TENANT = "single-tenant";

    @TempDir
    Path directory;

    private TestNode start(String roles, Optional<TestNode> seed) throws IOException {
        return TestNode.start(
                directory.resolve(roles), directory.resolve("blocks"), seed, Map.of("tempo.roles", roles));
    }

    private static HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void spansGoFromDistributorToIngesterAndQueriesFindThemThereAndInBlocks() throws Exception {
        try (TestNode compactor = start("compactor", Optional.empty());
                TestNode querier = start("querier", Optional.of(compactor))) {
            TestNode ingester = start("ingester", Optional.of(compactor));
            try (ingester;
                    TestNode distributor = start("distributor", Optional.of(compactor))) {
                assertEquals(4, distributor.node.membersUp());
                assertTrue(ingester.node.endpoints().otlpHttp().isEmpty(), "an ingester takes no requests");
                for (int trace = 0; trace < 20; trace++) {
                    distributor.send(TENANT, trace, 0);
                    distributor.send(TENANT, trace, 1);
                }
                for (int trace = 0; trace < 20; trace++) {
                    int each = trace;
                    TwoNodesTest.until(
                            () -> querier.trace(TENANT, each).partial().isEmpty());
                    assertEquals(2, querier.trace(TENANT, trace).names().size());
                }
                HttpResponse<String> elsewhere =
                        get(distributor.node.endpoints().api().resolve("/api/traces/1"));
                assertEquals(501, elsewhere.statusCode());
                assertEquals(
                        "this node does not answer queries: querier is not among its roles (tempo.roles)\n",
                        elsewhere.body());
                assertEquals(
                        200,
                        get(distributor.node.endpoints().api().resolve("/ready"))
                                .statusCode());
                assertFalse(Files.exists(directory.resolve("distributor").resolve("wal")), "only ingesters have a log");
            }
            // The ingester has stopped in order, so all is in blocks; but while there is no other nobody can say that
            // nothing is live.
            TwoNodesTest.until(() -> querier.node.membersUp() == 2
                    && querier.trace(TENANT, 3).names().size() == 2);
            assertTrue(querier.trace(TENANT, 3).partial().contains("ingesters"), "without ingesters it is partial");
        }
    }

    @Test
    void rolesThatDoNotExistAreRefused() {
        InvalidConfigException refused =
                assertThrows(InvalidConfigException.class, () -> start("ingester,cook", Optional.empty()));
        assertTrue(
                String.valueOf(refused.getMessage())
                        .contains("roles must be one or more of distributor, ingester, querier, compactor"),
                refused.getMessage());
    }
}
