package tempo.cli;

import java.io.IOException;
import java.net.URI;
import tempo.client.Endpoint;

/** Asks a running node at its query port; what is not answered with 200 is one sentence. */
final class ApiClient {
    private static final int OK = 200;

    private final Endpoint api;

    ApiClient(URI api) throws IOException {
        this.api = Endpoint.of(Endpoint.Settings.of(api));
    }

    String get(String path) throws IOException {
        return body(api.get(path, ""));
    }

    String post(String path) throws IOException {
        return body(api.post(path, "application/x-www-form-urlencoded", new byte[0]));
    }

    private String body(Endpoint.Answer answer) throws IOException {
        if (answer.status() != OK) {
            throw new IOException(api.base() + " answered " + answer.status() + ": " + answer.reason());
        }
        return answer.text();
    }
}
