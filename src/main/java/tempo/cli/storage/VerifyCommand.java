package tempo.cli.storage;

import static tempo.cli.Table.column;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Parameters;
import tempo.cli.StartException;
import tempo.cli.Table;
import tempo.cli.Table.Kind;
import tempo.tempodb.block.BlockCheck;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.blocklist.UnreadableMeta;

/** Checks blocks. */
@Command(
        name = "verify",
        description = {
            "Verify blocks: every checksum, every span, and every promise of the format. Reads them whole.",
            "Exit code 1 if a promise is broken; each is named on standard error."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  tempo-cli -gcs-bucket traces verify",
            "  tempo-cli -path ./blocks verify 3f2504e0-4f89-11d3-9a0c-0305e82c3301"
        })
final class VerifyCommand implements Callable<Integer> {
    private final StorageCommand root;

    @Parameters(arity = "0..*", paramLabel = "BLOCK", description = "Only these blocks.")
    private List<UUID> ids = new ArrayList<>();

    VerifyCommand(StorageCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() throws IOException, StartException {
        Table table = new Table(
                column("BLOCK", "blockId", Kind.TEXT),
                column("STATE", "state", Kind.TEXT),
                column("PROBLEMS", "problems", Kind.COUNT),
                column("GROUPS", "groups", Kind.COUNT),
                column("TRACES", "traces", Kind.COUNT),
                column("SPANS", "spans", Kind.COUNT),
                column("BYTES", "dataBytes", Kind.BYTES),
                column("", "messages", Kind.TEXTS));
        boolean sound = true;
        try (OpenStore open = root.open()) {
            List<BlockMeta> blocks = new ArrayList<>();
            for (UUID id : ids) {
                blocks.add(open.select(id));
            }
            if (ids.isEmpty()) {
                blocks.addAll(open.select(Optional.empty()));
                for (UnreadableMeta record : open.blocks().unreadable()) {
                    String problem = record.name() + ": " + record.reason();
                    root.err().println("tempo-cli: " + problem);
                    table.add(record.blockId().toString(), "damaged", 1, 0, 0L, 0L, 0L, List.of(problem));
                    sound = false;
                }
            }
            long bytes = BlockTable.dataBytes(blocks);
            try (Progress progress = root.progress("verifying", bytes)) {
                for (BlockMeta meta : blocks) {
                    sound &= verify(open, meta, progress, table);
                }
            }
        }
        table.print(root.out(), root.output());
        return sound ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private boolean verify(OpenStore open, BlockMeta meta, Progress progress, Table table) throws IOException {
        long bytes;
        try {
            bytes = open.store().head(meta.spec().dataName()).bytes();
        } catch (NoSuchFileException e) {
            String problem = "block " + meta.blockId() + ": data object is missing";
            root.err().println("tempo-cli: " + problem);
            table.add(meta.blockId().toString(), "damaged", 1, 0, 0L, 0L, 0L, List.of(problem));
            return false;
        }
        BlockCheck.Report report = BlockCheck.run(meta, open.source(meta), bytes, progress::add);
        report.problems().forEach(problem -> root.err().println("tempo-cli: block " + meta.blockId() + ": " + problem));
        table.add(
                meta.blockId().toString(),
                report.isSound() ? "sound" : "damaged",
                report.problems().size(),
                report.groups(),
                report.traces(),
                report.spans(),
                bytes,
                report.problems());
        return report.isSound();
    }
}
