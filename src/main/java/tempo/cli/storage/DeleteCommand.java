package tempo.cli.storage;

import static tempo.cli.Table.column;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tempo.cli.StartException;
import tempo.cli.Table;
import tempo.cli.Table.Kind;
import tempo.span.TraceId;
import tempo.span.TraceKey;
import tempo.span.TraceMerge;
import tempo.tempodb.FindResult;

/** Deletes traces. */
@Command(
        name = "delete",
        description = {
            "WRITES: delete traces. From then on nobody finds them in this store, also what of them arrives later.",
            "Running nodes know of it at their next poll, every 30 s by default; their compaction then removes the bytes.",
            "How long late spans are hidden follows from the retention: give the settings of a node (-c) if it is not the default."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  tempo-cli -c node.conf delete 5b8efff798038103d269b633813fc60c --yes"})
final class DeleteCommand implements Callable<Integer> {
    private final StorageCommand root;

    @Parameters(arity = "1..*", paramLabel = "TRACE-ID", description = "1 to 32 hexadecimal digits each.")
    private List<String> ids = new ArrayList<>();

    @Option(names = "--dry-run", description = "Only show what is there of them.")
    private boolean dryRun;

    @Option(names = "--yes", description = "Do it without asking.")
    private boolean yes;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    DeleteCommand(StorageCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() throws IOException, StartException {
        List<TraceId> traces =
                ids.stream().map(id -> FindCommand.traceId(spec, id)).toList();
        if (!dryRun) {
            root.require(
                    yes, traces.size() + (traces.size() == 1 ? " trace" : " traces") + " would be deleted for good");
        }
        Table table = new Table(
                column("", "traceId", Kind.TEXT), column("", "spans", Kind.COUNT), column("", "deleted", Kind.TEXT));
        List<String> sentences = new ArrayList<>();
        try (OpenStore open = dryRun ? root.open() : root.openToWrite()) {
            for (TraceId trace : traces) {
                TraceKey key = TraceKey.of(trace);
                FindResult found = open.db().find(open.tenant(), key);
                int spans = TraceMerge.merge(found.values()).spanCount();
                if (!dryRun) {
                    open.db().deleteTrace(open.tenant(), key);
                }
                table.add(trace.toHex(), spans, !dryRun);
                sentences.add("trace " + trace + ": " + spans + " spans in blocks "
                        + (dryRun ? "would be deleted" : "are deleted"));
            }
        }
        root.tell(String.join("\n", sentences), table);
        return ExitCode.OK;
    }
}
