package tempo.cli.storage;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tempo.cli.StartException;
import tempo.client.Endpoint;
import tempo.client.TraceClient;
import tempo.span.TraceId;

/** Asks a running node for a trace. */
@Command(
        name = "trace",
        aliases = "trace-id",
        description = {
            "Ask a running node for a trace by its id, and draw it or write it out.",
            "Exit code 1 if it is not there, or the answer is partial."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  tempo-cli query trace 5b8efff798038103d269b633813fc60c --server http://tempo:3200"})
final class QueryTraceCommand implements Callable<Integer> {
    private final StorageCommand root;

    @Parameters(index = "0", paramLabel = "TRACE-ID", description = "1 to 32 hexadecimal digits.")
    private String id = "";

    @Option(
            names = {"--server", "--api"},
            paramLabel = "URL",
            description = "Query port of any node (${DEFAULT-VALUE}).")
    private URI server = URI.create("http://127.0.0.1:3200");

    @Mixin
    private TraceOptions trace = new TraceOptions();

    @Mixin
    private ServerOptions options = new ServerOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    QueryTraceCommand(StorageCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() throws IOException, StartException {
        TraceId traceId = FindCommand.traceId(spec, id);
        trace.check(root);
        Endpoint endpoint = options.endpoint(server, root.tenant());
        TraceClient.Found found = new TraceClient(endpoint).trace(traceId);
        if (found.otlp().length == 0) {
            throw new StartException("trace " + traceId + " of tenant " + root.tenant() + " is not known at " + server
                    + (found.partial() ? ", but the answer is partial: " + found.message() : ""));
        }
        trace.write(root, found.otlp());
        if (found.partial()) {
            root.err().println("tempo-cli: the answer is partial: " + found.message());
            return ExitCode.SOFTWARE;
        }
        return ExitCode.OK;
    }
}
