package tempo.cli.storage;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import tempo.config.ConfigSources;

/** The options that say in which store to look. They stand for settings of a node, and win over its file and environment. */
final class StoreOptions {
    private static final String STORE = "tempo.store.";

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "Settings of a node (HOCON): its store is looked into. Its environment variables count too.")
    private @Nullable Path file;

    @Option(
            names = {"-path", "--path"},
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "Directory of blocks (tempo.store.local.directory).")
    private @Nullable Path path;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "Data directory of a node alone, with its blocks in it (tempo.data-dir).")
    private @Nullable Path data;

    @Option(
            names = {"-gcs-bucket", "--gcs-bucket"},
            paramLabel = "BUCKET",
            scope = ScopeType.INHERIT,
            description = "Bucket of Google Cloud Storage, by Application Default Credentials.")
    private @Nullable String gcsBucket;

    @Option(
            names = "--gcs-credentials-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "Key of a service account instead.")
    private @Nullable String gcsCredentials;

    @Option(
            names = "--gcs-endpoint",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            description = "An emulator or a private endpoint.")
    private @Nullable String gcsEndpoint;

    @Option(names = "--gcs-anonymous", scope = ScopeType.INHERIT, description = "Send no credentials.")
    private boolean gcsAnonymous;

    @Option(
            names = {"-s3-bucket", "--s3-bucket"},
            paramLabel = "BUCKET",
            scope = ScopeType.INHERIT,
            description = "Bucket of S3, by the credentials that the AWS SDK finds.")
    private @Nullable String s3Bucket;

    @Option(
            names = {"-s3-endpoint", "--s3-endpoint"},
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            description = "http(s)://host:port of a store that is not AWS.")
    private @Nullable String s3Endpoint;

    @Option(
            names = {"-s3-region", "--s3-region"},
            paramLabel = "REGION",
            scope = ScopeType.INHERIT,
            description = "Region of the bucket.")
    private @Nullable String s3Region;

    @Option(
            names = {"-s3-user", "--s3-access-key"},
            paramLabel = "KEY",
            scope = ScopeType.INHERIT,
            description = "Access key instead. TEMPO_STORE_S3_ACCESS_KEY_ID keeps it out of the list of processes.")
    private @Nullable String s3AccessKey;

    @Option(
            names = {"-s3-pass", "--s3-secret-key"},
            paramLabel = "SECRET",
            scope = ScopeType.INHERIT,
            description = "Its secret, better in TEMPO_STORE_S3_SECRET_ACCESS_KEY.")
    private @Nullable String s3SecretKey;

    @Option(
            names = "--prefix",
            paramLabel = "PREFIX",
            scope = ScopeType.INHERIT,
            description = "What all keys in the bucket begin with.")
    private @Nullable String prefix;

    @Option(
            names = {"-tenant-id", "--tenant-id", "--tenant"},
            paramLabel = "TENANT",
            scope = ScopeType.INHERIT,
            description = "Whose blocks (${DEFAULT-VALUE}).")
    private String tenant = "single-tenant";

    String tenant() {
        return tenant;
    }

    /** The settings of a node with this store; throws {@link ParameterException} if no store is named, or several are. */
    Config load(Map<String, String> environment, CommandLine command) {
        Map<String, String> options = new HashMap<>();
        Map<String, String> backends = new LinkedHashMap<>();
        put(backends, "-path", path == null ? null : "local");
        put(backends, "--data", data == null ? null : "local");
        put(backends, "-gcs-bucket", gcsBucket == null ? null : "gcs");
        put(backends, "-s3-bucket", s3Bucket == null ? null : "s3");
        if (backends.size() > 1) {
            throw new ParameterException(command, "one store is wanted, but there are " + backends.keySet());
        }
        boolean named = !backends.isEmpty() || file != null || environment.containsKey("TEMPO_STORE_BACKEND");
        if (!named) {
            throw new ParameterException(
                    command,
                    "no store is named: -path DIR, -gcs-bucket BUCKET, -s3-bucket BUCKET, or -c FILE of a node");
        }
        backends.values().forEach(backend -> options.put(STORE + "backend", backend));
        put(options, STORE + "local.directory", path == null ? null : path.toString());
        if (data != null) {
            options.put("tempo.data-dir", data.toString());
            options.put(STORE + "local.directory", "");
        }
        put(options, STORE + "gcs.bucket", gcsBucket);
        put(options, STORE + "gcs.credentials-file", gcsCredentials);
        put(options, STORE + "gcs.endpoint", gcsEndpoint);
        put(options, STORE + "gcs.anonymous", gcsAnonymous ? "true" : null);
        put(options, STORE + "s3.bucket", s3Bucket);
        put(options, STORE + "s3.endpoint", s3Endpoint);
        put(options, STORE + "s3.region", s3Region);
        put(options, STORE + "s3.access-key-id", s3AccessKey);
        put(options, STORE + "s3.secret-access-key", s3SecretKey);
        put(options, STORE + "s3.prefix", prefix);
        put(options, STORE + "gcs.prefix", prefix);
        return ConfigSources.load(Optional.ofNullable(file), environment, options);
    }

    private static void put(Map<String, String> options, String key, @Nullable String value) {
        if (value != null) {
            options.put(key, value);
        }
    }
}
