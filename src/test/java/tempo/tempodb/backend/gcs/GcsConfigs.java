package tempo.tempodb.backend.gcs;

import java.time.Duration;

/** Configurations for tests: anonymous, and short of patience. */
final class GcsConfigs {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private GcsConfigs() {}

    static GcsConfig of(String endpoint, String bucket, String prefix) {
        return of(endpoint, bucket, prefix, PATIENCE);
    }

    static GcsConfig of(String endpoint, String bucket, String prefix, Duration timeout) {
        return new GcsConfig(
                bucket, prefix, endpoint, "", "", true, "", "", "", timeout, timeout, GcsConfig.CHUNK_UNIT_BYTES);
    }

    /** With settings that only some have. */
    static GcsConfig special(String endpoint, String userProject, String credentialsFile, String kmsKeyName) {
        return new GcsConfig(
                "shelf",
                "",
                endpoint,
                userProject,
                credentialsFile,
                credentialsFile.isEmpty(),
                kmsKeyName,
                "NEARLINE",
                "",
                PATIENCE,
                PATIENCE,
                GcsConfig.CHUNK_UNIT_BYTES);
    }
}
