package tempo.tempodb.backend.gcs;

import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;
import tempo.tempodb.backend.ObjectKeys;

/**
 * Where a store in Google Cloud Storage is, and how it is reached. Holds no secret: credentials are in a file or come from the
 * machine.
 *
 * @param bucket empty until it is set, which {@link GcsObjectStore#open} refuses
 * @param prefix what the names of all objects begin with, without the '/' that follows it; empty for a bucket of one's own
 * @param endpoint {@code scheme://host:port} of an emulator or a private endpoint; empty means Google
 * @param userProject id of the project that the requests are billed to and counted for; empty leaves it to bucket and credentials
 * @param credentialsFile a service account key or workload identity configuration, JSON; empty means Application Default Credentials
 * @param anonymous sends no credentials, as emulators and public buckets want
 * @param kmsKeyName full resource name of the key that new objects are encrypted with; empty leaves it to the bucket
 * @param storageClass of new objects; empty leaves it to the bucket
 * @param caFile certificates (PEM) that are trusted besides those of the Java runtime; empty means none
 * @param requestTimeout longest time that one request may take, from connecting to the last byte of the answer
 * @param connectTimeout longest time that connecting may take
 * @param chunkBytes how much of a streamed upload one request carries, and its writer holds; a multiple of 256 KiB
 */
public record GcsConfig(
        String bucket,
        String prefix,
        String endpoint,
        String userProject,
        String credentialsFile,
        boolean anonymous,
        String kmsKeyName,
        String storageClass,
        String caFile,
        Duration requestTimeout,
        Duration connectTimeout,
        int chunkBytes) {
    /** The service accepts parts of an upload only in multiples of this. */
    static final int CHUNK_UNIT_BYTES = 256 << 10;

    private static final int CHUNK_BYTES_MAX = 256 << 20;
    private static final int TIMEOUT_MILLIS_MAX = 60 * 60 * 1000;
    private static final String GOOGLE = "https://storage.googleapis.com";
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]");
    private static final Pattern PROJECT = Pattern.compile("[a-z0-9.:-]{1,100}");
    private static final Pattern KMS_KEY =
            Pattern.compile("projects/[^/\\s]+/locations/[^/\\s]+/keyRings/[^/\\s]+/cryptoKeys/[^/\\s]+");
    private static final Pattern STORAGE_CLASS = Pattern.compile("[A-Z_]{1,40}");

    public GcsConfig {
        require(
                bucket.isEmpty() || BUCKET.matcher(bucket).matches(),
                "bucket must be 3 to 222 lower-case letters, digits, '-', '_' and '.', without gs://");
        requirePrefix(prefix);
        requireEndpoint(endpoint, anonymous);
        require(userProject.isEmpty() || PROJECT.matcher(userProject).matches(), "user-project must be a project's id");
        require(
                credentialsFile.isEmpty() || !anonymous,
                "credentials-file must be empty when anonymous is on, or anonymous off");
        require(
                kmsKeyName.isEmpty() || KMS_KEY.matcher(kmsKeyName).matches(),
                "kms-key-name must be of the form projects/P/locations/L/keyRings/R/cryptoKeys/K");
        require(
                storageClass.isEmpty() || STORAGE_CLASS.matcher(storageClass).matches(),
                "storage-class must be a class such as STANDARD or NEARLINE");
        requireTimeout("request-timeout", requestTimeout);
        requireTimeout("connect-timeout", connectTimeout);
        require(
                chunkBytes >= CHUNK_UNIT_BYTES && chunkBytes <= CHUNK_BYTES_MAX && chunkBytes % CHUNK_UNIT_BYTES == 0,
                "chunk-bytes must be a multiple of 256 KiB, up to 256 MiB, but was " + chunkBytes + " bytes");
    }

    /** The service's address: no '/' at its end. */
    String root() {
        return endpoint.isEmpty() ? GOOGLE : endpoint;
    }

    /** What the names of all objects begin with. */
    String namePrefix() {
        return prefix.isEmpty() ? "" : prefix + "/";
    }

    private static void requirePrefix(String prefix) {
        try {
            require(!prefix.endsWith("/"), "prefix must not end with '/'");
            ObjectKeys.requirePrefix(prefix);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("prefix must be of the form a or a/b: " + e.getMessage(), e);
        }
    }

    private static void requireEndpoint(String endpoint, boolean anonymous) {
        if (endpoint.isEmpty()) {
            return;
        }
        URI uri;
        try {
            uri = URI.create(endpoint);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("endpoint must be of the form https://host or http://host:port", e);
        }
        boolean plain = "http".equals(uri.getScheme());
        boolean valid = (plain || "https".equals(uri.getScheme()))
                && uri.getHost() != null
                && uri.getUserInfo() == null
                && endpoint.equals(uri.getScheme() + "://" + uri.getAuthority());
        require(valid, "endpoint must be of the form https://host or http://host:port");
        require(
                !plain || anonymous || LOOPBACK.contains(uri.getHost()),
                "endpoint must begin with https:// as credentials are sent there, or anonymous must be on");
    }

    private static void requireTimeout(String key, Duration timeout) {
        require(
                timeout.compareTo(Duration.ZERO) > 0 && timeout.toMillis() <= TIMEOUT_MILLIS_MAX,
                key + " must be above zero and at most an hour");
        require(timeout.toMillis() > 0, key + " must be at least a millisecond");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
