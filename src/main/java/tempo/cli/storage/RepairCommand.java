package tempo.cli.storage;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tempo.cli.StartException;
import tempo.tempodb.SalvageResult;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockSalvage;

/** Writes what is whole of a damaged block anew. */
@Command(
        name = "repair",
        description = {
            "WRITES: save what is whole of a damaged block into a new one, which replaces it.",
            "The old block is marked and stays for the time of its quarantine. Running nodes see the new one at their next poll.",
            "Nodes do the same by themselves with blocks that they find damaged twice. Reads the block twice."
        },
        mixinStandardHelpOptions = true)
final class RepairCommand implements Callable<Integer> {
    private final StorageCommand root;

    @Parameters(index = "0", paramLabel = "BLOCK", description = "Id of the block.")
    private UUID block = new UUID(0, 0);

    @Option(names = "--dry-run", description = "Only show what is whole, and what is lost.")
    private boolean dryRun;

    @Option(names = "--yes", description = "Do it without asking.")
    private boolean yes;

    RepairCommand(StorageCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() throws IOException, StartException {
        if (!dryRun) {
            root.require(yes, "what is damaged of block " + block + " would be given up");
        }
        PrintWriter out = root.out();
        try (OpenStore open = dryRun ? root.open() : root.openToWrite()) {
            BlockMeta meta = open.select(block);
            if (dryRun) {
                long bytes = open.store().head(meta.spec().dataName()).bytes();
                try (Progress progress = root.progress("reading", bytes)) {
                    BlockSalvage salvage = BlockSalvage.scan(
                            block,
                            meta.spec().content(),
                            (offset, length) -> {
                                progress.add(length);
                                return open.source(meta).read(offset, length);
                            },
                            bytes);
                    report(meta, salvage.report(), out);
                }
                return ExitCode.OK;
            }
            open.db().markBad(meta, "repair was asked for");
            SalvageResult result = open.db().salvage(meta);
            report(meta, result.report(), out);
            out.println(
                    result.block().isPresent()
                            ? "block " + result.block().get().blockId() + " replaces it"
                            : "nothing is whole: all stays as it is");
            out.flush();
            return result.block().isPresent() ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private static void report(BlockMeta meta, BlockSalvage.Report report, PrintWriter out) {
        out.println("block " + meta.blockId() + ": " + report.traces() + " of "
                + meta.summary().traces() + " traces and " + report.spans() + " of "
                + meta.summary().spans() + " spans are whole, in " + report.groups() + " groups");
        if (!report.groupsLost().isEmpty()) {
            out.println("groups that are lost: " + report.groupsLost());
        }
        if (!report.segmentsLost().isEmpty()) {
            out.println("segments that are lost: " + report.segmentsLost());
        }
        out.flush();
    }
}
