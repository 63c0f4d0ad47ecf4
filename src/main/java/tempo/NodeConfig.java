package tempo;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tempo.compactor.Compactor;
import tempo.ingester.copies.Zones;

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
        // By the name that discovery finds for it, a node knows that it is one of those found.
        boolean isFound = settings.cluster().discovery().method() != Settings.DiscoveryMethod.SEEDS;
        derived.put(
                "akka.management.http.hostname",
                isFound ? settings.cluster().host() : settings.management().host());
        derived.put("akka.management.http.bind-hostname", settings.management().host());
        derived.put("akka.management.http.port", settings.management().port());
        derived.put("akka.management.http.bind-port", settings.management().port());
        derived.put("kamon.metric.tick-interval", settings.telemetry().tick().toMillis() + " ms");
        addDiscovery(derived, settings.cluster().discovery());
        // Whom to join is decided once it is known who can be reached.
        derived.put("akka.cluster.seed-nodes", List.of());
        return ConfigFactory.parseMap(quoteless(derived), "tempo's settings").withFallback(config);
    }

    private static void addDiscovery(Map<String, Object> derived, Settings.Discovery discovery) {
        String bootstrap = "akka.management.cluster.bootstrap.contact-point-discovery.";
        switch (discovery.method()) {
            // Who is not asked need not answer.
            case SEEDS -> derived.put("akka.management.http.routes.cluster-bootstrap", "");
            case DNS -> derived.put(bootstrap + "discovery-method", "akka-dns");
            case KUBERNETES -> derived.put(bootstrap + "discovery-method", "kubernetes-api");
            case AKKA -> {
                // The user's own block says it.
            }
        }
        boolean known = discovery.method() == Settings.DiscoveryMethod.DNS
                || discovery.method() == Settings.DiscoveryMethod.KUBERNETES;
        if (known) {
            derived.put(bootstrap + "service-name", discovery.service());
            derived.put(bootstrap + "port-name", discovery.portName());
            derived.put(bootstrap + "protocol", "tcp");
            derived.put(bootstrap + "required-contact-point-nr", discovery.nodesMin());
        }
    }

    /** A node that may not merge is no compactor, whatever its roles. */
    private static List<String> roles(Settings settings) {
        List<String> roles = new ArrayList<>(settings.roles());
        if (!settings.compaction().enabled()) {
            roles.remove(Compactor.ROLE);
        }
        if (!settings.zone().isEmpty()) {
            roles.add(Zones.role(settings.zone()));
        }
        return roles;
    }

    private static Map<String, Object> quoteless(Map<String, Object> derived) {
        derived.replaceAll((key, value) -> ConfigValueFactory.fromAnyRef(value, "tempo's setting for " + key));
        return derived;
    }
}
