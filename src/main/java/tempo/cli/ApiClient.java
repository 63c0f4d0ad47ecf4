package tempo.cli;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks a running node at its query port. */
final class ApiClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    private final URI api;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    ApiClient(URI api) {
        this.api = api;
    }

    String get(String path) throws IOException {
        return send(HttpRequest.newBuilder(api.resolve(path)).GET());
    }

    String post(String path) throws IOException {
        return send(HttpRequest.newBuilder(api.resolve(path)).POST(HttpRequest.BodyPublishers.noBody()));
    }

    /** Returns the body of a 200; what else is answered, or nothing, is one sentence. */
    private String send(HttpRequest.Builder request) throws IOException {
        try {
            HttpResponse<String> response =
                    http.send(request.timeout(TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IOException(api + " answered " + response.statusCode() + ": "
                        + response.body().strip());
            }
            return response.body();
        } catch (ConnectException e) {
            throw new IOException("nothing listens at " + api + ": is a node running there? --api names another", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
