package tempo.cli.storage;

import static tempo.cli.Table.column;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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

/** Shows what a block is made of. */
@Command(
        name = "view",
        description = {
            "View a block: its sections, segments, and columns with bytes and encodings; with --templates and --groups these too.",
            "Reads the whole block. Exit code 1 if a part of it is damaged."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  tempo-cli -path ./blocks view 3f2504e0-4f89-11d3-9a0c-0305e82c3301 --templates"})
final class ViewCommand implements Callable<Integer> {
    private final StorageCommand root;

    @Parameters(index = "0", paramLabel = "BLOCK", description = "Id of the block, as list blocks shows it.")
    private UUID block = new UUID(0, 0);

    @Option(names = "--templates", description = "The templates of spans, events and links of each segment.")
    private boolean templates;

    @Option(names = "--groups", description = "Each group.")
    private boolean groups;

    ViewCommand(StorageCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() throws IOException, StartException {
        try (OpenStore open = root.open()) {
            BlockMeta meta = open.select(block);
            BlockAnatomy anatomy;
            try (Progress progress = root.progress("reading", meta.summary().dataBytes())) {
                anatomy = BlockAnatomy.of(meta, open.source(meta), progress::add);
            }
            if (root.output() == Table.Output.JSON) {
                json(meta, anatomy);
            } else {
                text(meta, anatomy);
            }
            anatomy.failures().forEach(failure -> root.err().println("tempo-cli: " + failure));
            return anatomy.failures().isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private void text(BlockMeta meta, BlockAnatomy anatomy) throws IOException {
        PrintWriter out = root.out();
        print(BlockTable.headers(List.of(meta)));
        out.println();
        print(sections(anatomy, meta));
        out.println();
        print(segments(anatomy));
        out.println();
        print(columns(anatomy, meta));
        if (templates) {
            out.println();
            print(templates(anatomy));
        }
        if (groups) {
            out.println();
            print(groups(anatomy));
        }
    }

    private void print(Table table) throws IOException {
        table.print(root.out(), Table.Output.TABLE);
    }

    private void json(BlockMeta meta, BlockAnatomy anatomy) throws IOException {
        PrintWriter out = root.out();
        try (JsonGenerator json = Table.generator(out)) {
            json.writeStartObject();
            field(json, "header", BlockTable.headers(List.of(meta)));
            field(json, "sections", sections(anatomy, meta));
            field(json, "segments", segments(anatomy));
            field(json, "columns", columns(anatomy, meta));
            if (templates) {
                field(json, "templates", templates(anatomy));
            }
            if (groups) {
                field(json, "groups", groups(anatomy));
            }
            json.writeEndObject();
        }
        out.println();
        out.flush();
    }

    private static void field(JsonGenerator json, String name, Table table) throws IOException {
        json.writeFieldName(name);
        table.write(json);
    }

    private static Table sections(BlockAnatomy anatomy, BlockMeta meta) {
        Table table = new Table(
                column("SECTION", "section", Kind.TEXT),
                column("PARTS", "parts", Kind.COUNT),
                column("BYTES", "bytes", Kind.BYTES),
                column("SHARE", "share", Kind.SHARE),
                column("B/SPAN", "bytesPerSpan", Kind.RATIO));
        for (BlockAnatomy.Section section : anatomy.sections()) {
            table.add(
                    section.name(),
                    section.count(),
                    section.bytes(),
                    (double) section.bytes() / meta.summary().dataBytes(),
                    BlockTable.bytesPerSpan(section.bytes(), meta.summary().spans()));
        }
        return table;
    }

    private static Table segments(BlockAnatomy anatomy) {
        Table table = new Table(
                column("SEGMENT", "segment", Kind.COUNT),
                column("OFFSET", "offset", Kind.COUNT),
                column("BYTES", "bytes", Kind.BYTES),
                column("GROUPS", "groups", Kind.COUNT),
                column("TEMPLATES", "templates", Kind.COUNT),
                column("COLUMNS", "columns", Kind.COUNT),
                column("RESOURCES", "resources", Kind.COUNT),
                column("SCOPES", "scopes", Kind.COUNT));
        for (BlockAnatomy.SegmentPart each : anatomy.segments()) {
            table.add(
                    each.number(),
                    each.offset(),
                    (long) each.bytes(),
                    each.groups(),
                    each.templates().size(),
                    each.columns(),
                    each.resources(),
                    each.scopes());
        }
        return table;
    }

    private static Table columns(BlockAnatomy anatomy, BlockMeta meta) {
        Table table = new Table(
                column("OF", "of", Kind.TEXT),
                column("COLUMN", "column", Kind.TEXT),
                column("TYPE", "type", Kind.TEXT),
                column("VALUES", "values", Kind.COUNT),
                column("PAGES", "pageBytes", Kind.BYTES),
                column("DICTIONARY", "dictionaryBytes", Kind.BYTES),
                column("PATTERNS", "dictionaryEntries", Kind.COUNT),
                column("B/SPAN", "bytesPerSpan", Kind.RATIO),
                column("ENCODINGS", "encodings", Kind.TEXTS));
        largestFirst(anatomy)
                .forEach(each -> table.add(
                        each.of(),
                        each.name(),
                        each.type(),
                        each.rows(),
                        each.pageBytes(),
                        each.dictionaryBytes(),
                        each.dictionaryEntries(),
                        BlockTable.bytesPerSpan(each.bytes(), meta.summary().spans()),
                        each.encodings()));
        return table;
    }

    static Stream<ColumnCensus.Column> largestFirst(BlockAnatomy anatomy) {
        return anatomy.columns().stream()
                .sorted(Comparator.comparingLong(ColumnCensus.Column::bytes)
                        .reversed()
                        .thenComparing(ColumnCensus.Column::name));
    }

    private static Table templates(BlockAnatomy anatomy) {
        Table table = new Table(
                column("SEGMENT", "segment", Kind.COUNT),
                column("TEMPLATE", "template", Kind.COUNT),
                column("OF", "of", Kind.TEXT),
                column("IN COLUMNS", "columns", Kind.TEXTS),
                column("CONSTANT", "constants", Kind.TEXTS));
        for (BlockAnatomy.SegmentPart segment : anatomy.segments()) {
            for (ColumnCensus.Template template : segment.templates()) {
                table.add(segment.number(), template.number(), template.of(), template.columns(), template.constants());
            }
        }
        return table;
    }

    private static Table groups(BlockAnatomy anatomy) {
        Table table = new Table(
                column("GROUP", "group", Kind.COUNT),
                column("OFFSET", "offset", Kind.COUNT),
                column("BYTES", "bytes", Kind.BYTES),
                column("SEGMENT", "segment", Kind.COUNT),
                column("SPANS", "spans", Kind.COUNT),
                column("FIRST KEY", "firstKey", Kind.TEXT),
                column("LAST KEY", "lastKey", Kind.TEXT));
        for (BlockAnatomy.GroupPart each : anatomy.groups()) {
            table.add(
                    each.number(),
                    each.offset(),
                    (long) each.bytes(),
                    each.segment(),
                    each.spans(),
                    each.firstKey().toString(),
                    each.lastKey().toString());
        }
        return table;
    }
}
