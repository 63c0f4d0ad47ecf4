package tempo.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tempo.cluster.TestNode.Answer;

/** Two nodes in one process that share a directory of blocks. */
@Timeout(240)
final class TwoNodesTest {
    private static final String TENANT = "single-tenant";
    private static final int TRACES = 40;

    @TempDir
    private Path directory = Path.of("unset");

    private TestNode start(String name, Optional<TestNode> seed, Map<String, String> more) throws IOException {
        return TestNode.start(directory.resolve(name), directory.resolve("blocks"), seed, more);
    }

    @Test
    void tracesSentToBothAreWholeOnBothWhileRangesMoveAndWhenOneHasLeft() throws Exception {
        try (TestNode first = start("one", Optional.empty(), Map.of())) {
            for (int trace = 0; trace < TRACES; trace++) {
                first.send(TENANT, trace, 0);
            }
            TestNode second = start("two", Optional.of(first), Map.of());
            try (second) {
                // Meanwhile ranges move to the second node, and no answer may be short for that.
                for (int trace = 0; trace < TRACES; trace++) {
                    second.send(TENANT, trace, 1);
                    assertWholeOrSaysSo(first, trace, 2);
                    assertWholeOrSaysSo(second, trace, 2);
                }
                until(() -> first.trace(TENANT, 0).partial().isEmpty());
                until(() -> second.trace(TENANT, 0).partial().isEmpty());
                until(() -> ranges(first) > 0 && ranges(second) > 0);
                assertEquals(2, first.node.membersUp());
                for (int trace = 0; trace < TRACES; trace++) {
                    first.send(TENANT, trace, 2);
                    second.send(TENANT, trace, 3);
                    assertWhole(first, trace, 4);
                    assertWhole(second, trace, 4);
                }
            }
            until(() -> first.node.membersUp() == 1
                    && first.trace(TENANT, 0).partial().isEmpty());
            for (int trace = 0; trace < TRACES; trace++) {
                int each = trace;
                until(() -> first.trace(TENANT, each).partial().isEmpty());
                assertWhole(first, trace, 4);
            }
            first.send(TENANT, 0, 4);
            assertWhole(first, 0, 5);
        }
        try (TestNode again = start("one", Optional.empty(), Map.of())) {
            for (int trace = 1; trace < TRACES; trace++) {
                assertWhole(again, trace, 4);
            }
        }
    }

    @Test
    void tenantsWithTheSameTraceIdStayApart() throws Exception {
        Map<String, String> tenants = Map.of("tempo.tenancy.multi-tenancy", "on");
        try (TestNode first = start("one", Optional.empty(), tenants);
                TestNode second = start("two", Optional.of(first), tenants)) {
            until(() -> first.trace("red", 0).partial().isEmpty());
            for (int trace = 0; trace < 10; trace++) {
                first.send("red", trace, 0);
                second.send("blue", trace, 1);
                assertEquals(new Answer(Set.of("red 0"), ""), second.trace("red", trace));
                assertEquals(new Answer(Set.of("blue 1"), ""), first.trace("blue", trace));
                assertEquals(new Answer(Set.of(), ""), first.trace("green", trace));
            }
        }
    }

    @Test
    void aSearchOfAnyNodeFindsWhatAnyHasTaken() throws Exception {
        try (TestNode first = start("one", Optional.empty(), Map.of())) {
            TestNode second = start("two", Optional.of(first), Map.of());
            try (second) {
                until(() -> second.trace(TENANT, 0).partial().isEmpty());
                until(() -> first.trace(TENANT, 0).partial().isEmpty());
                for (int trace = 0; trace < 10; trace++) {
                    (trace % 2 == 0 ? first : second).send(TENANT, trace, 0);
                    assertEquals(trace + 1, found(first));
                    assertEquals(trace + 1, found(second));
                }
                assertTrue(second.jaeger("/api/services").contains("[\"shop\"]"));
            }
            until(() -> first.node.membersUp() == 1 && found(first) == 10);
        }
    }

    /** How many traces a search finds; -1 if it says that it may lack some. */
    private static int found(TestNode node) throws Exception {
        String answer = node.jaeger("/api/traces?service=shop");
        return answer.endsWith("\"errors\":null}") ? answer.split("\"spans\":", -1).length - 1 : -1;
    }

    private static void assertWholeOrSaysSo(TestNode node, int trace, int spans) throws Exception {
        Answer answer = node.trace(TENANT, trace);
        if (answer.partial().isEmpty()) {
            assertEquals(names(spans), answer.names(), "trace " + trace);
        }
    }

    private static void assertWhole(TestNode node, int trace, int spans) throws Exception {
        assertEquals(new Answer(names(spans), ""), node.trace(TENANT, trace), "trace " + trace);
    }

    private static Set<String> names(int spans) {
        Set<String> expected = new java.util.TreeSet<>();
        for (int span = 0; span < spans; span++) {
            expected.add(TENANT + " " + span);
        }
        return expected;
    }

    /** How many ranges live on a node, as Akka Management says. */
    private static int ranges(TestNode node) throws Exception {
        URI uri = node.node.endpoints().management().resolve("/cluster/shards/trace-range");
        String shards = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                .body();
        Matcher matcher = Pattern.compile("\"shardId\"").matcher(shards);
        int count = 0;
        while (matcher.find()) {
            count++;
        }
        return count;
    }

    static void until(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.call()) {
            assertTrue(System.nanoTime() < deadline, "condition did not come true in 60 s");
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }
}
