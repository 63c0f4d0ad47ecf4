package tempo.cli.storage;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tempo.cli.StartException;
import tempo.span.MergedTrace;
import tempo.span.TraceId;
import tempo.span.TraceKey;
import tempo.span.TraceMerge;
import tempo.tempodb.FindResult;

/** Finds a trace in the blocks. */
@Command(
        name = "find",
        description = {
            "Find a trace by its id straight from the store, and draw it or write it out.",
            "Spans that are in no block yet are not found: ask a node for these (query trace).",
            "Exit code 1 if the trace is not there, or a block that may have a part of it cannot be read."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  tempo-cli -path ./blocks find 5b8efff798038103d269b633813fc60c",
            "  tempo-cli -s3-bucket traces find 5b8efff798038103d269b633813fc60c --format jaeger-json --out trace.json"
        })
final class FindCommand implements Callable<Integer> {
    private final StorageCommand root;

    @Parameters(index = "0", paramLabel = "TRACE-ID", description = "1 to 32 hexadecimal digits.")
    private String id = "";

    @Mixin
    private TraceOptions trace = new TraceOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    FindCommand(StorageCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() throws IOException, StartException {
        TraceId traceId = traceId(spec, id);
        trace.check(root);
        try (OpenStore open = root.open()) {
            FindResult found = open.db().find(open.tenant(), TraceKey.of(traceId));
            found.failures().forEach(failure -> root.err()
                    .println("tempo-cli: block " + failure.blockId()
                            + " may have a part of the trace, but cannot be read: " + failure.reason()));
            MergedTrace merged = TraceMerge.merge(found.values());
            if (merged.spanCount() == 0) {
                throw new StartException("trace " + traceId + " is in none of the "
                        + open.blocks().visible().size() + " blocks of tenant " + open.tenant() + " in " + open.name()
                        + (open.db().hides(open.tenant(), TraceKey.of(traceId)) ? ": it was deleted" : ""));
            }
            trace.write(root, merged.bytes());
            return found.isComplete() ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    static TraceId traceId(CommandSpec spec, String text) {
        return TraceId.parse(text)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "trace id must be 1 to 32 hexadecimal digits but is '" + text + "'"));
    }
}
