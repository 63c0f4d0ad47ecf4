package tempo;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValueFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tempo.compactor.CompactorConfig;
import tempo.config.ConfigReader;
import tempo.config.ConfigSources;
import tempo.ingester.IngesterConfig;
import tempo.querier.BlocklistConfig;
import tempo.querier.QuerierConfig;
import tempo.span.SpanLimits;
import tempo.tempodb.Retention;
import tempo.tempodb.backend.gcs.GcsConfig;
import tempo.tempodb.backend.retry.RetryConfig;
import tempo.tempodb.backend.s3.S3Config;
import tempo.tempodb.block.BlockNames;
import tempo.tenant.Tenancy;
import tempo.tls.TlsConfig;

/**
 * Everything that can be set, as one value. Each component's key, unit, default and environment variable stand in
 * {@code reference.conf}; to add a setting, add a component here (or to a record of its package) and its key there.
 *
 * @param dataDir where the node keeps its write-ahead log, head block and, with the local store, its blocks
 * @param roles what the node does; names of {@link NodeRole}
 * @param zone where the node is; empty if that does not matter
 */
public record Settings(
        Path dataDir,
        List<String> roles,
        String zone,
        Tenancy tenancy,
        ReceiverSettings receiver,
        Api api,
        Listener management,
        Cluster cluster,
        Telemetry telemetry,
        SpanLimits limits,
        WalSettings wal,
        IngesterConfig ingester,
        QuerierConfig querier,
        BlocklistConfig blocklist,
        CompactorConfig compaction,
        RetentionSettings retention,
        Store store,
        Security security) {

    /** How long after its deadline a query that was held up may still take an answer. */
    static final Duration QUERY_MARGIN = Duration.ofSeconds(2);

    public Settings {
        NodeRole.of(roles);
        wal.toConfig();
        if (!zone.matches("[A-Za-z0-9._-]{0,63}")) {
            throw new IllegalArgumentException("zone must be up to 63 letters, digits, dots, dashes, but was " + zone);
        }
        roles = List.copyOf(roles);
        Duration queryMax = querier.deadline().plus(QUERY_MARGIN);
        if (wal.retainAfterRelease().compareTo(queryMax) <= 0) {
            throw new IllegalArgumentException("wal.retain-after-release must be longer than " + queryMax.toSeconds()
                    + " s, querier.deadline and " + QUERY_MARGIN.toSeconds() + " s more, but was "
                    + wal.retainAfterRelease().toSeconds() + " s");
        }
        if (cluster.discovery().method() != DiscoveryMethod.SEEDS
                && management.tls().enabled()) {
            throw new IllegalArgumentException("cluster.discovery asks nodes over their management ports, without TLS:"
                    + " management.tls.certificate-file must be empty, or cluster.discovery.method be seeds");
        }
        List<String> exposed = Exposure.of(receiver, api, management, cluster);
        if (!security.allowUnauthenticated() && !exposed.isEmpty()) {
            throw new IllegalArgumentException(
                    "security.allow-unauthenticated must be on where other machines can reach a port without"
                            + " showing a certificate: " + String.join(", ", exposed));
        }
    }

    /** Reads the block {@code tempo}; throws {@link tempo.config.InvalidConfigException} naming every problem. */
    public static Settings of(Config config) {
        return ConfigReader.read(config, ConfigSources.ROOT, Settings.class);
    }

    /** Whether the node has this role. */
    boolean has(NodeRole role) {
        return roles.contains(role.word());
    }

    /**
     * Queries.
     *
     * @param deletion whether traces can be deleted by whoever reaches the port
     */
    public record Api(Listener http, JaegerApi jaeger, boolean deletion) {}

    /**
     * Where Jaeger, and those who read from it, are answered.
     *
     * @param tenantHeader by which Jaeger names the tenant, if nothing else does
     * @param namesLookback how old blocks may be that are asked for services and operations
     */
    public record JaegerApi(
            String tenantHeader, Duration namesLookback, ReceiverSettings.Port grpc, ReceiverSettings.Port http) {}

    /**
     * Who may reach what.
     *
     * @param allowUnauthenticated whether ports that do not ask who is calling may listen on other addresses than loopback
     */
    public record Security(boolean allowUnauthenticated) {}

    /**
     * An address to listen on.
     *
     * @param port 0 to 65535; 0 takes any free one
     */
    public record Listener(String host, int port, TlsConfig tls) {
        public Listener {
            requirePort(port);
        }
    }

    /**
     * Membership and placement.
     *
     * @param host name or address under which the other nodes reach this one
     * @param port 0 to 65535; 0 takes any free one
     * @param seeds {@code host:port} of nodes to join, where these are listed; none means a cluster of one
     * @param discovery how nodes find each other
     * @param ranges into how many equal intervals the keys are divided
     */
    public record Cluster(String host, int port, List<String> seeds, Discovery discovery, int ranges, NodesTls tls) {
        private static final int RANGES_MAX = 65_536;

        public Cluster {
            requirePort(port);
            if (ranges < 1 || ranges > RANGES_MAX) {
                throw new IllegalArgumentException("ranges must be between 1 and " + RANGES_MAX);
            }
            seeds = List.copyOf(seeds);
            if (discovery.method() != DiscoveryMethod.SEEDS && !seeds.isEmpty()) {
                throw new IllegalArgumentException("seeds must be empty where discovery.method finds other nodes");
            }
        }
    }

    /** Ways in which nodes find each other. */
    public enum DiscoveryMethod {
        /** By a list. */
        SEEDS,
        DNS,
        KUBERNETES,
        /** As the user's {@code akka.management.cluster.bootstrap} says. */
        AKKA
    }

    /**
     * How nodes find each other, and form a cluster if there is none yet.
     *
     * @param service name of their service (SRV records), or the value of their pods' label {@code app}
     * @param portName name of the management port of the service or the pods
     * @param nodesMin how many have to be found before a cluster is formed
     */
    public record Discovery(DiscoveryMethod method, String service, String portName, int nodesMin) {
        public Discovery {
            if ((method == DiscoveryMethod.DNS || method == DiscoveryMethod.KUBERNETES) && service.isEmpty()) {
                throw new IllegalArgumentException("service must not be empty for this discovery.method");
            }
            requirePositive("nodes-min", nodesMin);
        }
    }

    /**
     * TLS between nodes, each of which shows a certificate. It is on if there is one.
     *
     * @param caFile who vouches for nodes
     */
    public record NodesTls(String certificateFile, String keyFile, String caFile, Duration reloadInterval) {
        public NodesTls {
            if (certificateFile.isEmpty() != keyFile.isEmpty() || certificateFile.isEmpty() != caFile.isEmpty()) {
                throw new IllegalArgumentException(
                        "certificate-file, key-file and ca-file go together, some of them are empty");
            }
            requirePositive("reload-interval", reloadInterval.toNanos());
        }

        boolean enabled() {
            return !certificateFile.isEmpty();
        }

        TlsConfig toConfig() {
            return new TlsConfig(certificateFile, keyFile, caFile, reloadInterval);
        }
    }

    /**
     * How long traces are kept after they arrived.
     *
     * @param period for tenants without one of their own
     * @param tenants periods of single tenants, each {@code tenant=period}
     */
    public record RetentionSettings(Duration period, List<String> tenants) {
        public RetentionSettings {
            if (period.toMinutes() < 1) {
                throw new IllegalArgumentException("period must be at least 1 m");
            }
            tenants = List.copyOf(tenants);
            parse(tenants);
        }

        Retention toRetention() {
            return new Retention(period, parse(tenants));
        }

        private static Map<String, Duration> parse(List<String> tenants) {
            Map<String, Duration> periods = new HashMap<>();
            for (String each : tenants) {
                int equals = each.indexOf('=');
                try {
                    String tenant =
                            BlockNames.requireTenant(each.substring(0, equals).trim());
                    Duration period = ConfigValueFactory.fromAnyRef(
                                    each.substring(equals + 1).trim())
                            .atKey("period")
                            .getDuration("period");
                    if (period.toMinutes() < 1 || periods.put(tenant, period) != null) {
                        throw new IllegalArgumentException("period is too short, or there are two");
                    }
                } catch (ConfigException | IllegalArgumentException | StringIndexOutOfBoundsException e) {
                    throw new IllegalArgumentException(
                            "tenants must each be a tenant, '=' and a period of at least 1 m, such as \"team-a=30 d\"",
                            e);
                }
            }
            return periods;
        }
    }

    /**
     * Where blocks are.
     *
     * @param backend which of the following
     * @param retry how requests to a remote store are tried again
     * @param cache what is kept of blocks in a remote store
     */
    public record Store(
            StoreBackend backend,
            LocalStore local,
            S3Config s3,
            GcsConfig gcs,
            RetryConfig retry,
            CacheSettings cache) {}

    /**
     * The page cache before a remote store.
     *
     * @param bytes of memory off the heap; 0 caches nothing
     * @param diskDirectory where a second tier is; empty means none
     * @param diskBytes how large that is at most
     */
    public record CacheSettings(long bytes, String diskDirectory, long diskBytes) {
        public CacheSettings {
            if (bytes < 0) {
                throw new IllegalArgumentException("bytes must not be negative");
            }
            if (diskBytes < 0) {
                throw new IllegalArgumentException("disk-bytes must not be negative");
            }
        }
    }

    /** Kinds of stores. */
    public enum StoreBackend {
        LOCAL,
        S3,
        GCS
    }

    /**
     * Blocks in a directory.
     *
     * @param directory where; empty means {@code blocks} in the data directory
     */
    public record LocalStore(String directory) {
        /** The directory, or the one of a node alone. */
        Path directoryOr(Path ofNode) {
            return directory.isEmpty() ? ofNode : Path.of(directory);
        }
    }

    /**
     * What the node says about itself.
     *
     * @param tick how often metrics are gathered: a scrape is at most this old
     */
    public record Telemetry(Duration tick, LogLevel logLevel) {
        public Telemetry {
            requirePositive("tick", tick.toNanos());
        }
    }

    /** The least severe log lines that are written. */
    public enum LogLevel {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE;

        /** As the logging library spells it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static void requirePort(int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be between 0 and 65535");
        }
    }

    static void requirePositive(String key, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(key + " must be above zero");
        }
    }
}
