package tempo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tempo.config.ConfigSources;

class NodeShutdownTest {
    @TempDir
    Path data;

    private Node start(Map<String, String> more) throws IOException {
        Map<String, String> settings = new HashMap<>(Map.of(
                "tempo.data-dir", data.toString(),
                "tempo.cluster.ranges", "8",
                "akka.coordinated-shutdown.exit-jvm", "off",
                "akka.coordinated-shutdown.run-by-jvm-shutdown-hook", "off"));
        ConfigSources.portKeys().forEach(key -> settings.put(key, "0"));
        settings.putAll(more);
        Config config = ConfigSources.load(Optional.empty(), Map.of(), settings);
        return Node.start(Settings.of(config), config);
    }

    /** A node that was removed starts again in the same process, and must not wait for ever to do so. */
    @Test
    @Timeout(90)
    void nodeHasStoppedThoughItsActorSystemNeverEnds() throws Exception {
        Node node = start(Map.of(
                "akka.actor.typed.extensions.0",
                StuckAtItsEnd.class.getName(),
                "akka.coordinated-shutdown.phases.actor-system-terminate.timeout",
                "1 s"));
        try {
            node.stop();
            node.terminated().toCompletableFuture().get(1, TimeUnit.SECONDS);
            Node again = start(Map.of());
            again.stop();
            assertTrue(again.terminated().toCompletableFuture().isDone());
        } finally {
            StuckAtItsEnd.release();
        }
    }
}
