package tempo.cli.storage;

import static tempo.cli.Table.column;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import tempo.cli.StartException;
import tempo.cli.Table;
import tempo.cli.Table.Kind;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.blocklist.TenantBlocks;
import tempo.tempodb.blocklist.UnreadableMeta;

/** Lists the blocks of a tenant. */
@Command(
        name = "blocks",
        description = "List the blocks of a tenant, a line each. Exit code 1 if a commit record cannot be read.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  tempo-cli -gcs-bucket traces list blocks",
            "  tempo-cli -path ./blocks list blocks --all --output json"
        })
final class ListBlocksCommand implements Callable<Integer> {
    private final StorageCommand root;

    @Option(
            names = {"--all", "--include-compacted"},
            description = "Those too that are replaced and not deleted yet, and those in quarantine.")
    private boolean all;

    ListBlocksCommand(StorageCommand root) {
        this.root = root;
    }

    private record Listed(BlockMeta meta, String state) {}

    @Override
    public Integer call() throws IOException, StartException {
        try (OpenStore open = root.open()) {
            List<BlockMeta> visible = open.select(Optional.empty());
            TenantBlocks blocks = open.blocks();
            Set<UUID> bad = new HashSet<>();
            blocks.bad().forEach(each -> bad.add(each.meta().blockId()));
            List<Listed> listed = new ArrayList<>();
            visible.forEach(meta -> listed.add(new Listed(meta, bad.contains(meta.blockId()) ? "damaged" : "visible")));
            if (all) {
                blocks.replaced().forEach(meta -> listed.add(new Listed(meta, "replaced")));
                blocks.quarantined().forEach(each -> listed.add(new Listed(each.meta(), "quarantine")));
            }
            listed.sort(
                    Comparator.comparingLong(each -> each.meta().spec().window().startSeconds()));
            table(listed).print(root.out(), root.output());
            for (UnreadableMeta unreadable : blocks.unreadable()) {
                root.err()
                        .println("tempo-cli: " + unreadable.name() + " cannot be read, and its block is missing: "
                                + unreadable.reason());
            }
            return blocks.unreadable().isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private static Table table(List<Listed> blocks) {
        Table table = new Table(
                column("BLOCK", "blockId", Kind.TEXT),
                column("STATE", "state", Kind.TEXT),
                column("LEVEL", "level", Kind.COUNT),
                column("TRACES", "traces", Kind.COUNT),
                column("SPANS", "spans", Kind.COUNT),
                column("BYTES", "dataBytes", Kind.BYTES),
                column("B/SPAN", "bytesPerSpan", Kind.RATIO),
                column("WINDOW", "window", Kind.TEXT),
                column("FIRST START", "firstStart", Kind.TIME),
                column("LAST START", "lastStart", Kind.TIME));
        for (Listed each : blocks) {
            BlockMeta meta = each.meta();
            table.add(
                    meta.blockId().toString(),
                    each.state(),
                    meta.spec().level(),
                    meta.summary().traces(),
                    meta.summary().spans(),
                    meta.summary().dataBytes(),
                    BlockTable.bytesPerSpan(
                            meta.summary().dataBytes(), meta.summary().spans()),
                    BlockTable.windowOf(meta),
                    meta.summary().startMin(),
                    meta.summary().startMax());
        }
        return table;
    }
}
