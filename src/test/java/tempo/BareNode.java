package tempo;

import akka.actor.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import com.typesafe.config.Config;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import tempo.config.ConfigSources;

/** A node's actor system without what runs in it. */
public final class BareNode {
    private BareNode() {}

    /** @param settings by full key */
    public static ActorSystem start(Config stronger, Map<String, String> settings) throws IOException {
        Config config = stronger.withFallback(ConfigSources.load(Optional.empty(), Map.of(), settings));
        Settings all = Settings.of(config);
        ActorSystem system = ActorSystem.create(NodeConfig.SYSTEM_NAME, NodeConfig.of(all, config));
        SeedNodes.join(Adapter.toTyped(system), all.cluster(), Duration.ofSeconds(10));
        return system;
    }
}
