package tempo.cli.storage;

import static tempo.cli.Table.column;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import tempo.cli.StartException;
import tempo.cli.Table;
import tempo.cli.Table.Kind;
import tempo.tempodb.block.BlockMeta;

/** Sums blocks up by how often they were merged. */
@Command(
        name = "compaction-summary",
        description = "Sum the blocks of a tenant up by level: 0 was cut by an ingester, each merge is one more.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  tempo-cli -s3-bucket traces --tenant team-a list compaction-summary"})
final class ListSummaryCommand implements Callable<Integer> {
    private final StorageCommand root;

    ListSummaryCommand(StorageCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() throws IOException, StartException {
        Map<Integer, List<BlockMeta>> levels = new TreeMap<>();
        try (OpenStore open = root.open()) {
            for (BlockMeta meta : open.select(Optional.empty())) {
                levels.computeIfAbsent(meta.spec().level(), level -> new ArrayList<>())
                        .add(meta);
            }
        }
        Table table = new Table(
                column("LEVEL", "level", Kind.COUNT),
                column("BLOCKS", "blocks", Kind.COUNT),
                column("WINDOWS", "windows", Kind.COUNT),
                column("SPANS", "spans", Kind.COUNT),
                column("BYTES", "dataBytes", Kind.BYTES),
                column("SMALLEST", "smallestBytes", Kind.BYTES),
                column("LARGEST", "largestBytes", Kind.BYTES),
                column("B/SPAN", "bytesPerSpan", Kind.RATIO),
                column("FIRST START", "firstStart", Kind.TIME),
                column("LAST START", "lastStart", Kind.TIME));
        levels.forEach((level, blocks) -> add(table, level, blocks));
        table.print(root.out(), root.output());
        return ExitCode.OK;
    }

    private static void add(Table table, int level, List<BlockMeta> blocks) {
        long spans = 0;
        long bytes = 0;
        long smallest = Long.MAX_VALUE;
        long largest = 0;
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (BlockMeta meta : blocks) {
            long size = meta.summary().dataBytes();
            spans += meta.summary().spans();
            bytes += size;
            smallest = Math.min(smallest, size);
            largest = Math.max(largest, size);
            first = Math.min(first, meta.summary().startMin());
            last = Math.max(last, meta.summary().startMax());
        }
        table.add(
                level,
                blocks.size(),
                blocks.stream().map(meta -> meta.spec().window()).distinct().count(),
                spans,
                bytes,
                smallest,
                largest,
                BlockTable.bytesPerSpan(bytes, spans),
                first,
                last);
    }
}
