package tempo.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tempo.cluster.TestNode.Answer;

/** What is deleted on one node is gone on all, wherever its spans are, and stays so. */
@Timeout(240)
final class DeletionTest {
    private static final String TENANT = "single-tenant";
    private static final Answer THERE = new Answer(Set.of(TENANT + " 0"), "");
    private static final Answer GONE = new Answer(Set.of(), "");

    @TempDir
    private Path directory = Path.of("unset");

    private final HttpClient http = HttpClient.newHttpClient();

    private TestNode start(String name, Optional<TestNode> seed, Map<String, String> more) throws IOException {
        Map<String, String> options = new HashMap<>(Map.of("tempo.api.deletion", "on"));
        options.putAll(more);
        return TestNode.start(directory.resolve(name), directory.resolve("blocks"), seed, options);
    }

    private int delete(TestNode node, String path) throws Exception {
        URI uri = node.node.endpoints().api().resolve(path);
        return http.send(HttpRequest.newBuilder(uri).DELETE().build(), BodyHandlers.ofString())
                .statusCode();
    }

    private static String pathOf(long trace) {
        return "/api/traces/" + "%016x%016x".formatted(5, trace);
    }

    /** Within a few seconds, whatever else the machine is busy with; a second is the promise. */
    private static void assertSoon(Answer expected, TestNode node, long trace) throws Exception {
        long giveUp = System.nanoTime() + 20_000_000_000L;
        Answer answer = node.trace(TENANT, trace);
        while (!answer.equals(expected) && System.nanoTime() < giveUp) {
            LockSupport.parkNanos(20_000_000);
            answer = node.trace(TENANT, trace);
        }
        assertEquals(expected, answer);
    }

    @Test
    void aDeletedTraceIsGoneOnAllNodes() throws Exception {
        // The poll is too far away to be what tells the other node.
        Map<String, String> seldom = Map.of("tempo.blocklist.poll-interval", "1 h");
        try (TestNode first = start("one", Optional.empty(), seldom);
                TestNode second = start("two", Optional.of(first), seldom)) {
            for (int trace = 0; trace < 4; trace++) {
                first.send(TENANT, trace, 0);
            }
            assertEquals(204, delete(first, pathOf(1)));
            assertEquals(GONE, first.trace(TENANT, 1));
            assertSoon(GONE, second, 1);
            // What comes late is hidden too.
            second.send(TENANT, 1, 5);
            assertEquals(GONE, first.trace(TENANT, 1));
            assertEquals(GONE, second.trace(TENANT, 1));
            assertSoon(THERE, second, 0);
            assertSoon(THERE, first, 2);
        }
        try (TestNode again = start("one", Optional.empty(), seldom)) {
            assertEquals(GONE, again.trace(TENANT, 1));
        }
    }

    @Test
    void aDeletedTenantHasNothing() throws Exception {
        try (TestNode node = start("one", Optional.empty(), Map.of())) {
            node.send(TENANT, 0, 0);
            assertEquals(400, delete(node, "/api/traces"));
            assertEquals(400, delete(node, "/api/traces?confirm=somebody"));
            assertEquals(THERE, node.trace(TENANT, 0));
            assertEquals(204, delete(node, "/api/traces?confirm=" + TENANT));
            assertEquals(GONE, node.trace(TENANT, 0));
        }
        try (TestNode again = start("one", Optional.empty(), Map.of())) {
            assertEquals(GONE, again.trace(TENANT, 0));
        }
    }

    @Test
    void nothingIsDeletedUnlessThatIsOn() throws Exception {
        try (TestNode node = start("one", Optional.empty(), Map.of("tempo.api.deletion", "off"))) {
            node.send(TENANT, 0, 0);
            assertEquals(403, delete(node, pathOf(0)));
            assertEquals(403, delete(node, "/api/traces?confirm=" + TENANT));
            assertTrue(node.trace(TENANT, 0).names().contains(TENANT + " 0"));
        }
    }
}
