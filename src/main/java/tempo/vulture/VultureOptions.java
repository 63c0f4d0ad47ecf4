package tempo.vulture;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;
import tempo.client.Endpoint;

/** Whom the vulture asks, and how. */
final class VultureOptions {
    private static final String TENANT_HEADER = "X-Scope-OrgID";

    @Option(
            names = {"--tempo-query-url", "-tempo-query-url", "--tempo-base-url", "-tempo-base-url"},
            paramLabel = "URL",
            description = "Query port of any node (${DEFAULT-VALUE}).")
    URI queryUrl = URI.create("http://127.0.0.1:3200");

    @Option(
            names = {"--tempo-push-url", "-tempo-push-url"},
            paramLabel = "URL",
            description = "Port of any node that takes OTLP over HTTP (${DEFAULT-VALUE}).")
    URI pushUrl = URI.create("http://127.0.0.1:4318");

    @Option(
            names = {"--tempo-org-id", "-tempo-org-id"},
            paramLabel = "TENANT",
            description = "Whose traces are written and asked for (${DEFAULT-VALUE}).")
    String tenant = "single-tenant";

    @Option(
            names = "--tempo-user",
            paramLabel = "USER:PASSWORD",
            description = "Basic authentication, better in VULTURE_TEMPO_USER.",
            defaultValue = "${env:VULTURE_TEMPO_USER:-}")
    String user = "";

    @Option(names = "--tempo-bearer-token-file", paramLabel = "FILE", description = "A file with a bearer token.")
    String bearerTokenFile = "";

    @Option(names = "--tempo-ca-file", paramLabel = "FILE", description = "Who may vouch for the nodes (PEM).")
    String caFile = "";

    @Option(names = "--tempo-certificate-file", paramLabel = "FILE", description = "What is shown to them (PEM).")
    String certificateFile = "";

    @Option(names = "--tempo-key-file", paramLabel = "FILE", description = "Its key (PEM).")
    String keyFile = "";

    @Option(
            names = {"--loki-url", "--loki-base-url", "-loki-base-url"},
            paramLabel = "URL",
            description = "A Loki to take trace ids from; none by default.")
    String lokiUrl = "";

    @Option(
            names = {"--loki-query", "-loki-query"},
            paramLabel = "LOGQL",
            description = "Lines with trace ids (${DEFAULT-VALUE}).")
    String lokiQuery = "{service_name=~\".+\"} |~ `(?i)trace_?id`";

    @Option(names = "--loki-org-id", paramLabel = "TENANT", description = "Tenant of Loki; none by default.")
    String lokiTenant = "";

    @Option(
            names = {"--loki-user", "-loki-user"},
            paramLabel = "USER[:PASSWORD]",
            description = "Basic authentication, better in VULTURE_LOKI_USER.",
            defaultValue = "${env:VULTURE_LOKI_USER:-}")
    String lokiUser = "";

    @Option(
            names = {"--loki-pass", "-loki-pass"},
            paramLabel = "PASSWORD",
            description = "The password, if it is not with the user.",
            defaultValue = "${env:VULTURE_LOKI_PASS:-}")
    String lokiPassword = "";

    @Option(names = "--loki-bearer-token-file", paramLabel = "FILE", description = "A file with a bearer token.")
    String lokiBearerTokenFile = "";

    @Option(names = "--loki-ca-file", paramLabel = "FILE", description = "Who may vouch for Loki (PEM).")
    String lokiCaFile = "";

    @Option(names = "--loki-certificate-file", paramLabel = "FILE", description = "What is shown to Loki (PEM).")
    String lokiCertificateFile = "";

    @Option(names = "--loki-key-file", paramLabel = "FILE", description = "Its key (PEM).")
    String lokiKeyFile = "";

    @Option(names = "--loki-limit", paramLabel = "N", description = "Most lines of each age (${DEFAULT-VALUE}).")
    int lokiLimit = 10;

    @Option(
            names = "--loki-ages",
            paramLabel = "DURATION",
            split = ",",
            description = "How long ago the half hours begin whose lines are asked for (${DEFAULT-VALUE}).")
    List<Duration> lokiAges = new ArrayList<>(List.of(
            Duration.ofMinutes(30),
            Duration.ofHours(1),
            Duration.ofHours(3),
            Duration.ofHours(6),
            Duration.ofHours(12),
            Duration.ofHours(24)));

    @Option(
            names = "--trace-id-regex",
            paramLabel = "RE2",
            description = "Finds trace ids in lines; its first group is the id (${DEFAULT-VALUE}).")
    String traceIdRegex = TraceIdFinder.DEFAULT_PATTERN;

    @Option(
            names = "--trace-id-labels",
            paramLabel = "LABEL",
            split = ",",
            description = "Labels and structured metadata that are trace ids (${DEFAULT-VALUE}).")
    List<String> traceIdLabels = new ArrayList<>(List.of("trace_id", "traceID", "traceid", "traceId"));

    @Option(
            names = "--request-timeout",
            paramLabel = "DURATION",
            description = "Longest wait for an answer (${DEFAULT-VALUE}).")
    Duration timeout = Duration.ofSeconds(30);

    Endpoint.Settings tempo(URI url) {
        return new Endpoint.Settings(
                url, Map.of(TENANT_HEADER, tenant), user, bearerTokenFile, caFile, certificateFile, keyFile, timeout);
    }

    Endpoint.Settings loki() {
        return new Endpoint.Settings(
                URI.create(lokiUrl),
                lokiTenant.isEmpty() ? Map.of() : Map.of(TENANT_HEADER, lokiTenant),
                lokiPassword.isEmpty() ? lokiUser : lokiUser + ":" + lokiPassword,
                lokiBearerTokenFile,
                lokiCaFile,
                lokiCertificateFile,
                lokiKeyFile,
                timeout);
    }
}
