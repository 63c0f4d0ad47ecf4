package tempo.cli.storage;

import static tempo.cli.Table.column;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import tempo.cli.StartException;
import tempo.cli.Table;
import tempo.cli.Table.Kind;
import tempo.span.MalformedProtobufException;
import tempo.span.SpanTimes;
import tempo.span.TraceKey;
import tempo.span.TraceMerge;
import tempo.tempodb.block.BlockCursor;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.CorruptBlockException;
import tempo.tempodb.block.EntryVisitor;

/** Writes the traces of a tenant, or of a block, out. */
@Command(
        name = "export",
        aliases = "dump",
        description = {
            "Export all traces of a tenant, or of one block, each as a whole.",
            "otlp-json has a trace in each line; jaeger-json is what Jaeger's UI takes as a file; protobuf is one TracesData of OTLP.",
            "Exit code 1 if something could not be read; the rest is exported."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  tempo-cli -path ./blocks export --out traces.json",
            "  tempo-cli -gcs-bucket traces export --from 2026-11-30T08:00:00Z --to 2026-11-30T09:00:00Z --format protobuf --out hour.pb"
        })
final class ExportCommand implements Callable<Integer> {
    private static final TraceKey FIRST = new TraceKey(0, 0);
    private static final TraceKey LAST = new TraceKey(-1, -1);

    private final StorageCommand root;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "otlp-json, jaeger-json or protobuf (${DEFAULT-VALUE}).")
    private TraceFormat format = TraceFormat.OTLP_JSON;

    @Option(names = "--out", paramLabel = "FILE", description = "Write into a file; else to standard output.")
    private @Nullable Path file;

    @Option(
            names = {"-block-id", "--block-id", "--block"},
            paramLabel = "BLOCK",
            description = "What this block has.")
    private @Nullable UUID block;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "Only traces with a span that starts then or later, as 2026-11-30T08:00:00Z.")
    private Instant from = Instant.MIN;

    @Option(
            names = "--to",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "Only traces with a span that starts before then.")
    private Instant to = Instant.MAX;

    @Option(names = "--limit", paramLabel = "N", description = "At most N traces.")
    private long limit = Long.MAX_VALUE;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    ExportCommand(StorageCommand root) {
        this.root = root;
    }

    /** A point in time. */
    static final class TimeConverter implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String text) {
            try {
                return Instant.parse(text);
            } catch (DateTimeParseException e) {
                throw new TypeConversionException("'" + text + "' is no time such as 2026-11-30T08:00:00Z");
            }
        }
    }

    @Override
    public Integer call() throws IOException, StartException {
        format.requireFile(spec, file);
        try (OpenStore open = root.open();
                TraceFile out = new TraceFile(format, file, root.out(), root.environment())) {
            List<BlockMeta> blocks = open.select(Optional.ofNullable(block));
            long bytes = BlockTable.dataBytes(blocks);
            long entries =
                    blocks.stream().mapToLong(meta -> meta.summary().entries()).sum();
            Traces traces;
            try (Progress progress = root.progress("exporting", bytes)) {
                traces = new Traces(out, progress, (double) bytes / Math.max(1, entries));
                try {
                    if (block == null) {
                        open.db().scan(open.tenant(), FIRST, LAST, traces);
                    } else {
                        open.db().reader(blocks.get(0)).scan(FIRST, LAST, traces);
                    }
                    traces.finish();
                } catch (LimitReached enough) {
                    out.finish();
                }
            }
            if (file != null) {
                Table table = new Table(
                        column("", "file", Kind.TEXT),
                        column("", "traces", Kind.COUNT),
                        column("", "spans", Kind.COUNT),
                        column("", "bytes", Kind.BYTES));
                table.add(file.toString(), traces.written, traces.spans, out.written());
                root.tell(
                        traces.written + " traces, " + traces.spans + " spans, " + Table.bytes(out.written()) + " in "
                                + file,
                        table);
            }
            return traces.failures == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    /** Ends a scan. */
    private static final class LimitReached extends IOException {
        private static final long serialVersionUID = 1;
    }

    /** Joins what comes under one key, from whatever block. */
    private final class Traces implements EntryVisitor {
        private final TraceFile out;
        private final Progress progress;
        private final double bytesPerEntry;
        private @Nullable TraceKey key;
        private TraceMerge merge = new TraceMerge();
        private double done;
        private long written;
        private long spans;
        private int failures;

        Traces(TraceFile out, Progress progress, double bytesPerEntry) {
            this.out = out;
            this.progress = progress;
            this.bytesPerEntry = bytesPerEntry;
        }

        @Override
        public void entry(BlockCursor entry) throws IOException {
            TraceKey next = entry.key();
            if (key != null && !key.equals(next)) {
                write();
            }
            key = next;
            byte[] value = new byte[entry.value().remaining()];
            entry.value().get(value);
            merge.add(value);
            done += bytesPerEntry;
            progress.add((long) done);
            done -= (long) done;
        }

        @Override
        public void unreadable(CorruptBlockException failure) {
            failures++;
            root.err().println("tempo-cli: " + failure.getMessage());
        }

        void finish() throws IOException {
            if (key != null) {
                write();
            }
            out.finish();
        }

        private void write() throws IOException {
            var trace = merge.result();
            merge = new TraceMerge();
            failures += trace.failures().size();
            trace.failures().forEach(failure -> root.err()
                    .println("tempo-cli: a part of trace " + (key == null ? "" : key.traceId()) + " is not valid: "
                            + failure.cause().getMessage()));
            if (trace.spanCount() == 0 || !isWanted(trace.bytes())) {
                return;
            }
            if (written == limit) {
                throw new LimitReached();
            }
            out.add(trace.bytes());
            written++;
            spans += trace.spanCount();
        }

        private boolean isWanted(byte[] otlp) throws IOException {
            if (from.equals(Instant.MIN) && to.equals(Instant.MAX)) {
                return true;
            }
            try {
                SpanTimes times = SpanTimes.of(otlp, 0, otlp.length);
                return !Table.instant(times.newest()).isBefore(from)
                        && Table.instant(times.oldest()).isBefore(to);
            } catch (MalformedProtobufException e) {
                throw new IOException("trace is not valid protobuf: " + e.getMessage(), e);
            }
        }
    }
}
