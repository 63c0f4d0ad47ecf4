package tempo.cli.storage;

import static tempo.cli.Table.column;

import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tempo.cli.StartException;
import tempo.cli.Table;
import tempo.cli.Table.Kind;
import tempo.tempodb.SalvageResult;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockSalvage;
import tempo.tempodb.block.BlockSource;

/** Writes what is whole of a damaged block anew. */
@Command(
        name = "repair",
        description = {
            "WRITES: save what is whole of a damaged block into a new one, which replaces it.",
            "The old block is marked and stays for the time of its quarantine. Running nodes see the new one at their next poll.",
            "Nodes do the same by themselves with blocks that they find damaged twice. Reads the block twice."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  tempo-cli -path ./blocks repair 3f2504e0-4f89-11d3-9a0c-0305e82c3301 --dry-run"})
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
        try (OpenStore open = dryRun ? root.open() : root.openToWrite()) {
            BlockMeta meta = open.select(block);
            if (dryRun) {
                tell(meta, look(open, meta), Optional.empty());
                return ExitCode.OK;
            }
            open.db().markBad(meta, "repair was asked for");
            SalvageResult result = open.db().salvage(meta);
            tell(meta, result.report(), result.block());
            return result.block().isPresent() ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private BlockSalvage.Report look(OpenStore open, BlockMeta meta) throws IOException {
        long bytes = open.store().head(meta.spec().dataName()).bytes();
        try (Progress progress = root.progress("reading", bytes)) {
            BlockSource source = (offset, length) -> {
                progress.add(length);
                return open.source(meta).read(offset, length);
            };
            return BlockSalvage.scan(block, meta.spec().content(), source, bytes)
                    .report();
        }
    }

    private void tell(BlockMeta meta, BlockSalvage.Report report, Optional<BlockMeta> replacement) throws IOException {
        StringBuilder text = new StringBuilder("block " + meta.blockId() + ": " + report.traces() + " of "
                + meta.summary().traces() + " traces and " + report.spans() + " of "
                + meta.summary().spans() + " spans are whole, in " + report.groups() + " groups");
        if (!report.groupsLost().isEmpty()) {
            text.append("\ngroups that are lost: ").append(report.groupsLost());
        }
        if (!report.segmentsLost().isEmpty()) {
            text.append("\nsegments that are lost: ").append(report.segmentsLost());
        }
        String by = replacement.map(each -> each.blockId().toString()).orElse("");
        if (!dryRun) {
            text.append(by.isEmpty() ? "\nnothing is whole: all stays as it is" : "\nblock " + by + " replaces it");
        }
        Table table = new Table(
                column("", "blockId", Kind.TEXT),
                column("", "traces", Kind.COUNT),
                column("", "spans", Kind.COUNT),
                column("", "groups", Kind.COUNT),
                column("", "groupsLost", Kind.TEXTS),
                column("", "segmentsLost", Kind.TEXTS),
                column("", "replacedBy", Kind.TEXT));
        table.add(
                meta.blockId().toString(),
                report.traces(),
                report.spans(),
                report.groups(),
                report.groupsLost(),
                report.segmentsLost(),
                by);
        root.tell(text.toString(), table);
    }
}
