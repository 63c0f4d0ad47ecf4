package tempo.tempodb.backend.s3;

import java.nio.file.Path;
import java.time.Duration;

/** A configuration with one thing changed. */
final class Configs {
    private Configs() {}

    static S3Config withPrefix(S3Config c, String prefix) {
        return copy(
                c,
                prefix,
                c.accessKeyId(),
                c.secretAccessKey(),
                c.pathStyle(),
                "",
                c.requestTimeout(),
                c.maxConnections());
    }

    static S3Config withCredentials(S3Config c, String accessKeyId, String secretAccessKey) {
        return copy(
                c, c.prefix(), accessKeyId, secretAccessKey, c.pathStyle(), "", c.requestTimeout(), c.maxConnections());
    }

    static S3Config withPathStyle(S3Config c, S3Config.PathStyle pathStyle) {
        return copy(
                c,
                c.prefix(),
                c.accessKeyId(),
                c.secretAccessKey(),
                pathStyle,
                "",
                c.requestTimeout(),
                c.maxConnections());
    }

    static S3Config withCaFile(S3Config c, Path caFile) {
        return copy(
                c,
                c.prefix(),
                c.accessKeyId(),
                c.secretAccessKey(),
                c.pathStyle(),
                caFile.toString(),
                c.requestTimeout(),
                c.maxConnections());
    }

    static S3Config withRequestTimeout(S3Config c, Duration requestTimeout) {
        return copy(
                c,
                c.prefix(),
                c.accessKeyId(),
                c.secretAccessKey(),
                c.pathStyle(),
                "",
                requestTimeout,
                c.maxConnections());
    }

    static S3Config withMaxConnections(S3Config c, int maxConnections) {
        return copy(
                c,
                c.prefix(),
                c.accessKeyId(),
                c.secretAccessKey(),
                c.pathStyle(),
                "",
                c.requestTimeout(),
                maxConnections);
    }

    /** With a key of its own, and a storage class. */
    static S3Config encrypted(S3Config c) {
        return new S3Config(
                c.bucket(),
                c.prefix(),
                c.endpoint(),
                c.region(),
                c.accessKeyId(),
                c.secretAccessKey(),
                c.sessionToken(),
                c.pathStyle(),
                S3Config.Encryption.AWS_KMS,
                "key-1",
                "STANDARD_IA",
                c.caFile(),
                c.requestTimeout(),
                c.connectTimeout(),
                c.maxConnections(),
                c.partBytes());
    }

    private static S3Config copy(
            S3Config c,
            String prefix,
            String accessKeyId,
            String secretAccessKey,
            S3Config.PathStyle pathStyle,
            String caFile,
            Duration requestTimeout,
            int maxConnections) {
        return new S3Config(
                c.bucket(),
                prefix,
                c.endpoint(),
                c.region(),
                accessKeyId,
                secretAccessKey,
                c.sessionToken(),
                pathStyle,
                c.encryption(),
                c.kmsKeyId(),
                c.storageClass(),
                caFile,
                requestTimeout,
                c.connectTimeout(),
                maxConnections,
                c.partBytes());
    }
}
