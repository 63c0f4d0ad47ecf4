package tempo.cli;

import java.net.URI;
import picocli.CommandLine.Option;

/** The option that says which node a command asks. */
final class ApiOptions {
    @Option(
            names = "--api",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:3200",
            description = "Query port of any node (${DEFAULT-VALUE}).")
    private URI api = URI.create("http://127.0.0.1:3200");

    ApiClient client() {
        return new ApiClient(api);
    }
}
