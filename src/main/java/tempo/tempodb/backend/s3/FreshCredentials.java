package tempo.tempodb.backend.s3;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * The credentials that requests are signed with. The SDK's chain may ask the instance or a token service and blocks meanwhile; so it
 * is asked by the thread that wants to send a request, and never by the threads that sign. Thread-safe.
 */
final class FreshCredentials implements AwsCredentialsProvider, AutoCloseable {
    private final AwsCredentialsProvider source;
    private volatile @Nullable AwsCredentials latest;

    private FreshCredentials(AwsCredentialsProvider source) {
        this.source = source;
    }

    static FreshCredentials of(S3Config config) {
        if (config.accessKeyId().isEmpty()) {
            // Not DefaultCredentialsProvider.create(): that one is shared by the whole process and must not be closed.
            return new FreshCredentials(DefaultCredentialsProvider.builder().build());
        }
        AwsCredentials given = config.sessionToken().isEmpty()
                ? AwsBasicCredentials.create(config.accessKeyId(), config.secretAccessKey())
                : AwsSessionCredentials.create(config.accessKeyId(), config.secretAccessKey(), config.sessionToken());
        return new FreshCredentials(StaticCredentialsProvider.create(given));
    }

    /** Takes those that are valid now; may block, and asks nobody as long as the last ones are. */
    void refresh() {
        latest = source.resolveCredentials();
    }

    @Override
    public AwsCredentials resolveCredentials() {
        AwsCredentials credentials = latest;
        if (credentials == null) {
            throw new IllegalStateException("credentials were not asked for before the request");
        }
        return credentials;
    }

    @Override
    public void close() {
        if (source instanceof SdkAutoCloseable closeable) {
            closeable.close();
        }
    }

    @Override
    public String toString() {
        return "FreshCredentials";
    }
}
