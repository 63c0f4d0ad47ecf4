package tempo;

import akka.actor.ActorSystem;
import com.typesafe.config.Config;
import java.util.Map;
import java.util.Optional;
import tempo.config.ConfigSources;

/** A node's actor system without what runs in it. */
public final class BareNode {
    private BareNode() {}

    /** @param settings by full key */
    public static ActorSystem start(Config stronger, Map<String, String> settings) {
        Config config = stronger.withFallback(ConfigSources.load(Optional.empty(), Map.of(), settings));
        return ActorSystem.create(NodeConfig.SYSTEM_NAME, NodeConfig.of(Settings.of(config), config));
    }
}
