package tempo.cli.storage;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tempo.client.Endpoint;

/** The options that say how a server is reached. */
final class ServerOptions {
    @Option(names = "--header", paramLabel = "NAME=VALUE", description = "Send a header with each request.")
    private Map<String, String> headers = new LinkedHashMap<>();

    @Option(
            names = "--user",
            paramLabel = "USER:PASSWORD",
            description = "Basic authentication, also from TEMPO_CLI_USER.",
            defaultValue = "${env:TEMPO_CLI_USER:-}")
    private String user = "";

    @Option(names = "--bearer-token-file", paramLabel = "FILE", description = "A file with a bearer token.")
    private String bearerTokenFile = "";

    @Option(names = "--ca-file", paramLabel = "FILE", description = "Who may vouch for the server (PEM).")
    private String caFile = "";

    @Option(names = "--certificate-file", paramLabel = "FILE", description = "What is shown to the server (PEM).")
    private String certificateFile = "";

    @Option(names = "--key-file", paramLabel = "FILE", description = "The certificate's key (PEM).")
    private String keyFile = "";

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "Longest wait for an answer (${DEFAULT-VALUE}).")
    private int timeoutSeconds = 30;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    /** The server at an address, asked in the name of a tenant, to whom both header names belong that nodes know. */
    Endpoint endpoint(URI server, String tenant) throws IOException {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("X-Scope-OrgID", tenant);
        all.put("x-tenant", tenant);
        all.putAll(headers);
        try {
            return Endpoint.of(new Endpoint.Settings(
                    server,
                    all,
                    user,
                    bearerTokenFile,
                    caFile,
                    certificateFile,
                    keyFile,
                    Duration.ofSeconds(Math.max(1, timeoutSeconds))));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }
}
