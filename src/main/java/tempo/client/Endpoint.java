package tempo.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import tempo.tls.BearerToken;
import tempo.tls.ClientTls;

/** A server that is asked over HTTP, always in the same name. Thread-safe; calls block. */
public final class Endpoint {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** More of an answer than this is not kept of what a server says went wrong. */
    private static final int REASON_CHARS_MAX = 300;

    private final Settings settings;
    private final HttpClient http;

    private Endpoint(Settings settings, HttpClient http) {
        this.settings = settings;
        this.http = http;
    }

    /**
     * How a server is reached.
     *
     * @param base scheme, host, port, and what all paths begin with
     * @param headers sent with each request
     * @param basicAuth {@code user:password}; empty sends none
     * @param bearerTokenFile a file with a token, read anew for each request; empty sends none
     * @param caFile who may vouch for the server (PEM); empty means those whom Java trusts
     * @param certificateFile what is shown to the server (PEM); empty means nothing
     * @param keyFile its key (PEM)
     * @param timeout longest time for a request with its whole answer
     */
    public record Settings(
            URI base,
            Map<String, String> headers,
            String basicAuth,
            String bearerTokenFile,
            String caFile,
            String certificateFile,
            String keyFile,
            Duration timeout) {
        public Settings {
            headers = Map.copyOf(headers);
            String scheme = String.valueOf(base.getScheme());
            if (!scheme.equals("http") && !scheme.equals("https") || base.getHost() == null) {
                throw new IllegalArgumentException(
                        "address must be http://host:port or https://host:port but is " + base);
            }
            if (!basicAuth.isEmpty() && !bearerTokenFile.isEmpty()) {
                throw new IllegalArgumentException("basic authentication and a bearer token exclude each other");
            }
            if (!basicAuth.isEmpty() && basicAuth.indexOf(':') < 0) {
                throw new IllegalArgumentException("basic authentication must be user:password");
            }
        }

        /** The server at an address, with nothing else. */
        public static Settings of(URI base) {
            return new Settings(base, Map.of(), "", "", "", "", "", Duration.ofSeconds(15));
        }

        /** The same with one header more. */
        public Settings with(String header, String value) {
            Map<String, String> more = new LinkedHashMap<>(headers);
            more.put(header, value);
            return new Settings(base, more, basicAuth, bearerTokenFile, caFile, certificateFile, keyFile, timeout);
        }
    }

    /** What a server answered. */
    public record Answer(int status, String contentType, byte[] body) {
        public String text() {
            return new String(body, UTF_8);
        }

        /** What the server says went wrong, in one line. */
        public String reason() {
            String line = text().strip().replaceAll("\\s+", " ");
            return line.length() <= REASON_CHARS_MAX ? line : line.substring(0, REASON_CHARS_MAX) + "...";
        }
    }

    /**
     * Prepares to call a server, and connects to nobody.
     *
     * @throws IOException if a file of certificates cannot be used
     */
    public static Endpoint of(Settings settings) throws IOException {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(CONNECT_TIMEOUT);
        if (settings.base().getScheme().equals("https")) {
            builder.sslContext(ClientTls.context(settings.caFile(), settings.certificateFile(), settings.keyFile()));
            builder.sslParameters(new SSLParameters());
        }
        return new Endpoint(settings, builder.build());
    }

    public URI base() {
        return settings.base();
    }

    /** Asks for a path, with its query; {@code accept} may be empty. */
    public Answer get(String path, String accept) throws IOException {
        HttpRequest.Builder request = request(path).GET();
        if (!accept.isEmpty()) {
            request.setHeader("Accept", accept);
        }
        return send(request);
    }

    /** Sends a body to a path. */
    public Answer post(String path, String contentType, byte[] body) throws IOException {
        return send(request(path)
                .setHeader("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    private HttpRequest.Builder request(String path) throws IOException {
        String base = settings.base().toString();
        String start = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(start + path)).timeout(settings.timeout());
        settings.headers().forEach(request::setHeader);
        if (!settings.basicAuth().isEmpty()) {
            String encoded =
                    Base64.getEncoder().encodeToString(settings.basicAuth().getBytes(UTF_8));
            request.setHeader("Authorization", "Basic " + encoded);
        } else if (!settings.bearerTokenFile().isEmpty()) {
            request.setHeader("Authorization", BearerToken.authorization(settings.bearerTokenFile()));
        }
        return request;
    }

    private Answer send(HttpRequest.Builder request) throws IOException {
        try {
            HttpResponse<byte[]> response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            return new Answer(
                    response.statusCode(),
                    response.headers().firstValue("Content-Type").orElse(""),
                    response.body());
        } catch (HttpConnectTimeoutException e) {
            throw new IOException(
                    settings.base() + " cannot be reached within " + CONNECT_TIMEOUT.toSeconds() + " s", e);
        } catch (ConnectException e) {
            throw new IOException("nothing listens at " + settings.base(), e);
        } catch (HttpTimeoutException e) {
            throw new IOException(
                    settings.base() + " did not answer within "
                            + settings.timeout().toSeconds() + " s",
                    e);
        } catch (SSLException e) {
            throw new IOException("no TLS connection with " + settings.base() + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new IOException(settings.base() + " could not be asked: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
