package tempo.tempodb.backend.gcs;

import com.google.api.client.http.HttpTransport;
import com.google.auth.oauth2.GoogleCredentials;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Who the store says it is. */
final class GcsCredentials {
    /** Objects and their listing; nothing of buckets and rights. */
    private static final String SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";

    private GcsCredentials() {}

    /** Empty for anonymous access. Tokens are fetched through {@code transport}, at the first request. */
    static Optional<GoogleCredentials> load(GcsConfig config, HttpTransport transport) throws IOException {
        if (config.anonymous()) {
            return Optional.empty();
        }
        GoogleCredentials credentials = config.credentialsFile().isEmpty()
                ? applicationDefault(transport)
                : ofFile(Path.of(config.credentialsFile()), transport);
        return Optional.of(credentials.createScoped(SCOPE));
    }

    /** What the file says about where tokens come from is believed: whoever runs the program has put it there. */
    @SuppressWarnings("deprecation")
    private static GoogleCredentials ofFile(Path file, HttpTransport transport) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return GoogleCredentials.fromStream(in, () -> transport);
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(
                    "credentials in " + file + " cannot be read (" + GcsFailures.reason(e)
                            + "): put a service account key or a workload identity configuration, JSON, into"
                            + " credentials-file",
                    e);
        }
    }

    private static GoogleCredentials applicationDefault(HttpTransport transport) throws IOException {
        try {
            return GoogleCredentials.getApplicationDefault(() -> transport);
        } catch (IOException e) {
            throw new IOException(
                    "there are no Application Default Credentials (" + GcsFailures.reason(e)
                            + "): set credentials-file or GOOGLE_APPLICATION_CREDENTIALS, give the machine or pod a"
                            + " service account, or switch anonymous on",
                    e);
        }
    }
}
