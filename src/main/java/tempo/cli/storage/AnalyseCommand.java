package tempo.cli.storage;

import static tempo.cli.Table.column;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tempo.cli.StartException;
import tempo.cli.Table;
import tempo.cli.Table.Kind;
import tempo.tempodb.block.BlockAnatomy;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.spans.ColumnCensus;

/** Shows what attributes cost. */
@Command(
        name = "analyse",
        aliases = "analyze",
        description = {
            "Analyse which attributes and fields cost what, the dearest first: in one block, or in the newest ones of a tenant.",
            "A value that is the same in all spans of a kind costs nothing here: it is in their template."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  tempo-cli -gcs-bucket traces analyse --max-blocks 3 --top 20"})
final class AnalyseCommand implements Callable<Integer> {
    private final StorageCommand root;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "BLOCK",
            description = "Id of the block; none means the newest ones.")
    private @Nullable UUID block;

    @Option(names = "--max-blocks", paramLabel = "N", description = "At most so many blocks (${DEFAULT-VALUE}).")
    private int maxBlocks = 10;

    @Option(
            names = {"--top", "--num-attr"},
            paramLabel = "N",
            description = "Only the N dearest (${DEFAULT-VALUE}); 0 shows all.")
    private int top = 40;

    AnalyseCommand(StorageCommand root) {
        this.root = root;
    }

    private static final class Sum {
        private final String of;
        private final String name;
        private String type;
        private long values;
        private long pageBytes;
        private long dictionaryBytes;
        private long patterns;

        Sum(ColumnCensus.Column first) {
            this.of = first.of();
            this.name = first.name();
            this.type = first.type();
        }

        void add(ColumnCensus.Column column) {
            type = type.equals(column.type()) ? type : "mixed";
            values += column.rows();
            pageBytes += column.pageBytes();
            dictionaryBytes += column.dictionaryBytes();
            patterns += column.dictionaryEntries();
        }

        long bytes() {
            return pageBytes + dictionaryBytes;
        }
    }

    @Override
    public Integer call() throws IOException, StartException {
        try (OpenStore open = root.open()) {
            List<BlockMeta> blocks = new ArrayList<>(open.select(Optional.ofNullable(block)));
            blocks.sort(Comparator.comparingLong(meta -> -meta.summary().startMax()));
            List<BlockMeta> some = blocks.subList(0, Math.min(Math.max(1, maxBlocks), blocks.size()));
            long bytes = BlockTable.dataBytes(some);
            Map<String, Sum> sums = new HashMap<>();
            List<String> failures = new ArrayList<>();
            try (Progress progress = root.progress("reading", bytes)) {
                for (BlockMeta meta : some) {
                    BlockAnatomy anatomy = BlockAnatomy.of(meta, open.source(meta), progress::add);
                    failures.addAll(anatomy.failures());
                    anatomy.columns().forEach(each -> sums.computeIfAbsent(
                                    each.of() + ' ' + each.name(), unused -> new Sum(each))
                            .add(each));
                }
            }
            long spans = some.stream().mapToLong(meta -> meta.summary().spans()).sum();
            table(sums.values().stream().toList(), bytes, spans).print(root.out(), root.output());
            failures.forEach(failure -> root.err().println("tempo-cli: " + failure));
            return failures.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private Table table(List<Sum> sums, long bytes, long spans) {
        Table table = new Table(
                column("OF", "of", Kind.TEXT),
                column("ATTRIBUTE OR FIELD", "name", Kind.TEXT),
                column("TYPE", "type", Kind.TEXT),
                column("VALUES", "values", Kind.COUNT),
                column("BYTES", "bytes", Kind.BYTES),
                column("SHARE", "share", Kind.SHARE),
                column("B/SPAN", "bytesPerSpan", Kind.RATIO),
                column("B/VALUE", "bytesPerValue", Kind.RATIO),
                column("PATTERNS", "dictionaryEntries", Kind.COUNT),
                column("DICTIONARY", "dictionaryBytes", Kind.BYTES));
        sums.stream()
                .sorted(Comparator.comparingLong(Sum::bytes).reversed().thenComparing(sum -> sum.name))
                .limit(top > 0 ? top : Long.MAX_VALUE)
                .forEach(sum -> table.add(
                        sum.of,
                        sum.name,
                        sum.type,
                        sum.values,
                        sum.bytes(),
                        bytes == 0 ? 0.0 : (double) sum.bytes() / bytes,
                        BlockTable.bytesPerSpan(sum.bytes(), spans),
                        BlockTable.bytesPerSpan(sum.bytes(), sum.values),
                        sum.patterns,
                        sum.dictionaryBytes));
        return table;
    }
}
