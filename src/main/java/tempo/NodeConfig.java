package tempo;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tempo.compactor.Compactor;
import tempo.ingester.Ingester;

/** Derives Akka's and Kamon's settings from tempo's own, so that each thing is set in one place. */
final class NodeConfig {
    static final String SYSTEM_NAME = "tempo";

    private NodeConfig() {}

    static Config of(Settings settings, Config config) {
        Map<String, Object> derived = new HashMap<>();
        derived.put("akka.remote.artery.canonical.hostname", settings.cluster().host());
        derived.put("akka.remote.artery.canonical.port", settings.cluster().port());
        if (settings.cluster().tls().enabled()) {
            ClusterTls.addTo(derived, settings.cluster().tls());
        }
        derived.put("akka.cluster.roles", roles(settings));
        derived.put(
                "akka.actor.tempo-compaction-dispatcher.thread-pool-executor.fixed-pool-size",
                settings.compaction().workers() + 1);
        derived.put("akka.management.http.hostname", settings.management().host());
        derived.put("akka.management.http.bind-hostname", settings.management().host());
        derived.put("akka.management.http.port", settings.management().port());
        derived.put("akka.management.http.bind-port", settings.management().port());
        derived.put("kamon.metric.tick-interval", settings.telemetry().tick().toMillis() + " ms");
        List<String> seeds = new ArrayList<>();
        for (String seed : settings.cluster().seeds()) {
            seeds.add("akka://" + SYSTEM_NAME + "@" + seed);
        }
        derived.put("akka.cluster.seed-nodes", seeds);
        return ConfigFactory.parseMap(quoteless(derived), "tempo's settings").withFallback(config);
    }

    private static List<String> roles(Settings settings) {
        return settings.compaction().enabled() ? List.of(Ingester.ROLE, Compactor.ROLE) : List.of(Ingester.ROLE);
    }

    private static Map<String, Object> quoteless(Map<String, Object> derived) {
        derived.replaceAll((key, value) -> ConfigValueFactory.fromAnyRef(value, "tempo's setting for " + key));
        return derived;
    }
}
