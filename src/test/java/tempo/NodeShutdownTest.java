package tempo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class NodeShutdownTest {
    @TempDir
    Path data;

    /** A node that was removed starts again in the same process, and must not wait for ever to do so. */
    @Test
    @Timeout(90)
    void nodeHasStoppedThoughItsActorSystemNeverEnds() throws Exception {
        Node node = NodeFixture.start(
                data,
                Map.of(
                        "akka.actor.typed.extensions.0",
                        StuckAtItsEnd.class.getName(),
                        "akka.coordinated-shutdown.phases.actor-system-terminate.timeout",
                        "1 s"));
        try {
            node.stop();
            node.terminated().toCompletableFuture().get(1, TimeUnit.SECONDS);
            Node again = NodeFixture.start(data, Map.of());
            again.stop();
            assertTrue(again.terminated().toCompletableFuture().isDone());
        } finally {
            StuckAtItsEnd.release();
        }
    }
}
