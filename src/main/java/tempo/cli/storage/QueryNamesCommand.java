package tempo.cli.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static tempo.cli.Table.column;

import com.typesafe.config.Config;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tempo.cli.Table;
import tempo.cli.Table.Kind;

/** Asks a running node for names. */
@Command(
        name = "names",
        description = "Ask a running node for the names of services, or for the names of a service's spans.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  tempo-cli query names", "  tempo-cli query names checkout"})
final class QueryNamesCommand implements Callable<Integer> {
    private final StorageCommand root;

    @Parameters(index = "0", arity = "0..1", paramLabel = "SERVICE", description = "Whose spans; none lists services.")
    private @Nullable String service;

    @Option(names = "--server", paramLabel = "URL", description = "Jaeger's query port of any node (${DEFAULT-VALUE}).")
    private URI server = URI.create("http://127.0.0.1:16686");

    @Mixin
    private ServerOptions options = new ServerOptions();

    QueryNamesCommand(StorageCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() throws IOException {
        String path = service == null
                ? "/api/services"
                : "/api/services/" + URLEncoder.encode(service, UTF_8).replace("+", "%20") + "/operations";
        Config answer = QuerySearchCommand.ask(options.endpoint(server, root.tenant()), path);
        Table table = new Table(column(service == null ? "SERVICE" : "OPERATION", "name", Kind.TEXT));
        answer.getStringList("data").forEach(table::add);
        table.print(root.out(), root.output());
        return ExitCode.OK;
    }
}
