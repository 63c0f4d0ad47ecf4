package tempo.tempodb.backend.gcs;

import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.apache.v2.ApacheHttpTransport;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.services.storage.Storage;
import com.google.auth.http.HttpCredentialsAdapter;
import java.io.IOException;
import java.net.ProxySelector;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.http.config.SocketConfig;
import org.apache.http.impl.client.HttpClientBuilder;
import org.apache.http.impl.conn.SystemDefaultRoutePlanner;

/**
 * Google's client, set up so that a call is one request in a bounded time. Only a token that the service refuses is fetched anew
 * and the request repeated once. Thread-safe.
 */
final class GcsConnection implements AutoCloseable {
    /** More than callers have threads; who comes later waits, as a part of its request's time. */
    private static final int CONNECTIONS_MAX = 256;

    /** The service's addresses change. */
    private static final int CONNECTION_MINUTES_MAX = 5;

    private final TimedHttpClient http;
    private final Storage storage;

    private GcsConnection(TimedHttpClient http, Storage storage) {
        this.http = http;
        this.storage = storage;
    }

    /** Reads credentials and certificates; sends nothing to the store yet. */
    static GcsConnection open(GcsConfig config) throws IOException {
        TimedHttpClient http = new TimedHttpClient(client(config).build(), config.requestTimeout());
        try {
            HttpTransport transport = new ApacheHttpTransport(http);
            Optional<HttpCredentialsAdapter> credentials =
                    GcsCredentials.load(config, transport).map(HttpCredentialsAdapter::new);
            Storage storage = new Storage.Builder(
                            transport, GsonFactory.getDefaultInstance(), new Initializer(config, credentials))
                    .setRootUrl(config.root() + "/")
                    .setServicePath("storage/v1/")
                    .setApplicationName("tempo")
                    .build();
            return new GcsConnection(http, storage);
        } catch (IOException | RuntimeException e) {
            http.close();
            throw e;
        }
    }

    Storage storage() {
        return storage;
    }

    @Override
    public void close() throws IOException {
        http.close();
    }

    private static HttpClientBuilder client(GcsConfig config) throws IOException {
        int connectMillis = (int) config.connectTimeout().toMillis();
        HttpClientBuilder builder = HttpClientBuilder.create()
                .setRoutePlanner(new SystemDefaultRoutePlanner(ProxySelector.getDefault()))
                // For the handshake of TLS; afterwards each request's own holds.
                .setDefaultSocketConfig(SocketConfig.custom()
                        .setSoTimeout(connectMillis)
                        .setTcpNoDelay(true)
                        .build())
                .setMaxConnTotal(CONNECTIONS_MAX)
                .setMaxConnPerRoute(CONNECTIONS_MAX)
                .setConnectionTimeToLive(CONNECTION_MINUTES_MAX, TimeUnit.MINUTES)
                .disableRedirectHandling()
                .disableAutomaticRetries()
                // Objects are to come as they are stored.
                .disableContentCompression()
                .disableCookieManagement()
                .disableAuthCaching();
        return config.caFile().isEmpty()
                ? builder
                : builder.setSSLContext(TrustedCertificates.with(Path.of(config.caFile())));
    }

    private record Initializer(GcsConfig config, Optional<HttpCredentialsAdapter> credentials)
            implements HttpRequestInitializer {
        @Override
        public void initialize(HttpRequest request) throws IOException {
            if (credentials.isPresent()) {
                credentials.get().initialize(request);
            }
            request.setConnectTimeout((int) config.connectTimeout().toMillis());
            request.setReadTimeout((int) config.requestTimeout().toMillis());
            // Only what refreshes tokens makes use of it.
            request.setNumberOfRetries(credentials.isPresent() ? 1 : 0);
            request.setFollowRedirects(false);
            request.setLoggingEnabled(false);
            if (!config.userProject().isEmpty()) {
                request.getHeaders().set("x-goog-user-project", config.userProject());
            }
        }
    }
}
