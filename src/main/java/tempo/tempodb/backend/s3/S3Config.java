package tempo.tempodb.backend.s3;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import tempo.tempodb.backend.ObjectKeys;

/**
 * Which bucket, and how it is reached.
 *
 * @param bucket name; empty as long as no bucket is used
 * @param prefix what the keys of all objects begin with, without a slash at its ends; empty for none
 * @param endpoint {@code http://host:port} or {@code https://host:port} of a store that is not AWS; empty for AWS
 * @param region empty for what the AWS SDK finds in environment, profile and instance; of an endpoint {@code us-east-1} if that is
 *     nothing
 * @param accessKeyId empty, as the next one, for the credentials that the AWS SDK finds: environment, profile, web identity, container,
 *     instance
 * @param sessionToken of temporary credentials; empty if they are not
 * @param pathStyle whether the bucket stands in the path or in the host's name
 * @param kmsKeyId id or ARN of a key, for encryption by KMS; empty for the bucket's or the account's own
 * @param storageClass in the words of S3, as {@code STANDARD_IA}; empty for the bucket's own
 * @param caFile certificates, in PEM, of those who may vouch for the endpoint; empty for those that Java trusts
 * @param requestTimeout longest time for a request with its whole answer, also for the wait for a free connection
 * @param partBytes size of the parts in which large objects are uploaded, 5 MiB to 1 GiB; as much again is in flight
 */
public record S3Config(
        String bucket,
        String prefix,
        String endpoint,
        String region,
        String accessKeyId,
        String secretAccessKey,
        String sessionToken,
        PathStyle pathStyle,
        Encryption encryption,
        String kmsKeyId,
        String storageClass,
        String caFile,
        Duration requestTimeout,
        Duration connectTimeout,
        int maxConnections,
        int partBytes) {
    /** Where a request names the bucket: in the path ({@code ON}) or in front of the host's name ({@code OFF}). */
    public enum PathStyle {
        /** In the path if there is an endpoint, in the host's name for AWS. */
        AUTO,
        ON,
        OFF
    }

    /** What the store is asked to encrypt objects with. */
    public enum Encryption {
        /** Whatever the bucket does of itself. */
        NONE,
        /** Keys of S3. */
        AES256,
        /** A key of AWS's key management service. */
        AWS_KMS
    }

    private static final Pattern BUCKET = Pattern.compile("[a-z0-9A-Z][a-zA-Z0-9._-]{1,62}");
    private static final Pattern REGION = Pattern.compile("[a-zA-Z0-9-]*");
    private static final Pattern STORAGE_CLASS = Pattern.compile("[A-Z0-9_]*");
    private static final Pattern HEADER_TEXT = Pattern.compile("[!-~]*");
    private static final int PART_BYTES_MIN = 5 << 20;
    private static final int PART_BYTES_MAX = 1 << 30;
    private static final int CONNECTIONS_MAX = 4_096;

    public S3Config {
        if (!bucket.isEmpty() && !BUCKET.matcher(bucket).matches()) {
            throw new IllegalArgumentException(
                    "bucket must be the name of a bucket, 3 to 63 letters, digits, dots and hyphens");
        }
        requirePrefix(prefix);
        if (!endpoint.isEmpty() && httpUri(endpoint).isEmpty()) {
            throw new IllegalArgumentException(
                    "endpoint must be http://host:port or https://host:port, with no path behind it");
        }
        require(REGION, region, "region must be a name such as eu-central-1");
        if (accessKeyId.isEmpty() != secretAccessKey.isEmpty()) {
            throw new IllegalArgumentException("access-key-id and secret-access-key must both be set, or neither");
        }
        if (!sessionToken.isEmpty() && accessKeyId.isEmpty()) {
            throw new IllegalArgumentException("session-token needs an access-key-id and a secret-access-key");
        }
        require(HEADER_TEXT, accessKeyId, "access-key-id must have no spaces");
        require(HEADER_TEXT, sessionToken, "session-token must have no spaces");
        require(HEADER_TEXT, kmsKeyId, "kms-key-id must be the id or ARN of a key");
        if (!kmsKeyId.isEmpty() && encryption != Encryption.AWS_KMS) {
            throw new IllegalArgumentException("kms-key-id is only for encryption = aws-kms");
        }
        require(STORAGE_CLASS, storageClass, "storage-class must be a word such as STANDARD_IA");
        requirePositive("request-timeout", requestTimeout);
        requirePositive("connect-timeout", connectTimeout);
        if (maxConnections < 1 || maxConnections > CONNECTIONS_MAX) {
            throw new IllegalArgumentException("max-connections must be between 1 and " + CONNECTIONS_MAX);
        }
        if (partBytes < PART_BYTES_MIN || partBytes > PART_BYTES_MAX) {
            throw new IllegalArgumentException("part-bytes must be between 5 MiB and 1 GiB");
        }
    }

    /** Whether requests name the bucket in their path. */
    boolean namesBucketInPath() {
        return pathStyle == PathStyle.ON || pathStyle == PathStyle.AUTO && !endpoint.isEmpty();
    }

    /** The endpoint's scheme, host and port; nothing for AWS. */
    Optional<URI> endpointUri() {
        return endpoint.isEmpty() ? Optional.empty() : httpUri(endpoint);
    }

    /** How messages name the store. */
    String place() {
        return "bucket " + bucket + (endpoint.isEmpty() ? " of AWS" : " at " + endpoint);
    }

    /** Says which secrets are set, never what they are. */
    @Override
    public String toString() {
        return "S3Config[bucket=" + bucket + ", prefix=" + prefix + ", endpoint=" + endpoint + ", region=" + region
                + ", accessKeyId=" + accessKeyId + ", secretAccessKey=" + hidden(secretAccessKey) + ", sessionToken="
                + hidden(sessionToken) + ", pathStyle=" + pathStyle + ", encryption=" + encryption + ", kmsKeyId="
                + kmsKeyId
                + ", storageClass=" + storageClass + ", caFile=" + caFile + ", requestTimeout=" + requestTimeout
                + ", connectTimeout=" + connectTimeout + ", maxConnections=" + maxConnections + ", partBytes="
                + partBytes
                + "]";
    }

    private static String hidden(String secret) {
        return secret.isEmpty() ? "" : "***";
    }

    private static void requirePrefix(String prefix) {
        try {
            if (!prefix.isEmpty()) {
                ObjectKeys.require(prefix);
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "prefix must be segments of letters, digits and !._*'()-@ with single slashes between them", e);
        }
    }

    private static void require(Pattern pattern, String value, String otherwise) {
        if (!pattern.matcher(value).matches()) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    private static void requirePositive(String key, Duration value) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException(key + " must be at least 1 ms");
        }
    }

    private static Optional<URI> httpUri(String text) {
        try {
            URI uri = new URI(text);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            boolean bare = uri.getHost() != null
                    && (uri.getPath().isEmpty() || uri.getPath().equals("/"))
                    && uri.getQuery() == null
                    && uri.getFragment() == null
                    && uri.getUserInfo() == null;
            return http && bare ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
