package tempo.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tempo.cluster.TestNode.Answer;

/** Nodes in one process of which each span is in two logs before it is acknowledged. */
@Timeout(240)
final class WalCopiesTest {
    private static final String TENANT = "single-tenant";
    private static final Map<String, String> TWO = Map.of("tempo.wal.copies", "2");

    @TempDir
    private Path directory = Path.of("unset");

    @Test
    void eachSpanIsHeldByAnotherNodeUntilItIsInABlock() throws Exception {
        try (TestNode first = start("one", Optional.empty());
                TestNode second = start("two", Optional.of(first))) {
            TwoNodesTest.until(() -> first.trace(TENANT, 0).partial().isEmpty());
            for (int trace = 0; trace < 20; trace++) {
                first.send(TENANT, trace, 0);
                second.send(TENANT, trace, 1);
                Answer answer = second.trace(TENANT, trace);
                if (answer.partial().isEmpty()) {
                    assertEquals(Set.of(TENANT + " 0", TENANT + " 1"), answer.names());
                }
            }
            TwoNodesTest.until(() -> held(first) + held(second) >= 40);
            assertEquals(0, first.metrics().get("tempo_wal_logs_owed"));
        }
        try (TestNode again = start("one", Optional.empty())) {
            for (int trace = 0; trace < 20; trace++) {
                assertEquals(new Answer(Set.of(TENANT + " 0", TENANT + " 1"), ""), again.trace(TENANT, trace));
            }
        }
    }

    @Test
    void aNodeThatIsAloneAcknowledgesNothingAndSaysWhy() throws Exception {
        try (TestNode only = start("one", Optional.empty())) {
            AssertionError refused = assertThrows(AssertionError.class, () -> only.send(TENANT, 1, 1));
            assertTrue(String.valueOf(refused.getMessage()).contains("503"), refused::toString);
        }
    }

    private TestNode start(String name, Optional<TestNode> seed) throws Exception {
        return TestNode.start(directory.resolve(name), directory.resolve("blocks"), seed, TWO);
    }

    private static double held(TestNode node) throws Exception {
        return node.metrics().getOrDefault("tempo_wal_copies_held", 0.0);
    }
}
