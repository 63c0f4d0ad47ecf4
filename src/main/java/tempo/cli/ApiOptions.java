package tempo.cli;

import java.io.IOException;
import java.net.URI;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option that says which node a command asks. */
final class ApiOptions {
    @Option(
            names = "--api",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:3200",
            description = "Query port of any node (${DEFAULT-VALUE}).")
    private URI api = URI.create("http://127.0.0.1:3200");

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    ApiClient client() throws IOException {
        try {
            return new ApiClient(api);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--api: " + e.getMessage());
        }
    }
}
