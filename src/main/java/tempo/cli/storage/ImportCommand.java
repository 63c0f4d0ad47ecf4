package tempo.cli.storage;

import static tempo.cli.Table.column;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tempo.cli.StartException;
import tempo.cli.Table;
import tempo.cli.Table.Kind;
import tempo.span.MalformedProtobufException;
import tempo.span.Refusal;
import tempo.span.RequestSplitter;
import tempo.span.SliceBatch;
import tempo.span.SpanLimits;
import tempo.span.SplitRequest;
import tempo.span.TraceKey;
import tempo.tempodb.PutBatch;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;

/** Puts files of OTLP into blocks. */
@Command(
        name = "import",
        description = {
            "WRITES: put the traces of files into new blocks of a tenant.",
            "Files are OTLP: JSON, one TracesData or one in each line, as export and the Collector's file exporter write; or protobuf.",
            "They count as arrived now, for retention. Running nodes see them at their next poll. Equal spans are one, even if imported twice.",
            "Exit code 1 if spans were refused; the rest is imported."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  tempo-cli -path ./blocks import traces.json",
            "  tempo-cli -s3-bucket traces --tenant restored import hour.pb"
        })
final class ImportCommand implements Callable<Integer> {
    private final StorageCommand root;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Files of OTLP.")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--dry-run", description = "Only read the files, and tell what is in them.")
    private boolean dryRun;

    private long spans;
    private long refused;
    private int blocks;
    private long bytes;

    ImportCommand(StorageCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() throws IOException, StartException {
        long total = 0;
        for (Path file : files) {
            try {
                total += Files.size(file);
            } catch (NoSuchFileException e) {
                throw new StartException("there is no file " + file, e);
            }
        }
        try (OpenStore open = dryRun ? root.open() : root.openToWrite();
                Progress progress = root.progress("importing", total)) {
            PutBatch batch = open.db().batch(open.tenant(), BlockContent.SPANS);
            RequestSplitter splitter = new RequestSplitter(1, SpanLimits.DEFAULT);
            for (Path file : files) {
                read(file, progress, otlp -> put(file, splitter.split(otlp, 0, otlp.length), batch));
            }
            commit(batch);
        }
        Table table = new Table(
                column("", "spans", Kind.COUNT),
                column("", "refused", Kind.COUNT),
                column("", "blocks", Kind.COUNT),
                column("", "dataBytes", Kind.BYTES),
                column("", "imported", Kind.TEXT));
        table.add(spans, refused, blocks, bytes, !dryRun);
        root.tell(
                spans + " spans " + (dryRun ? "can be imported" : "are imported")
                        + (dryRun ? "" : ", in " + blocks + " blocks of " + Table.bytes(bytes))
                        + (refused == 0 ? "" : "; " + refused + " were refused"),
                table);
        return refused == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private static void read(Path file, Progress progress, OtlpFile.Sink sink) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 20)) {
            OtlpFile.read(in, progress::add, sink);
        } catch (MalformedProtobufException e) {
            throw new IOException(file + " is no OTLP: " + e.getMessage(), e);
        } catch (OtlpFile.NotOtlpException e) {
            throw new IOException(file + " is no OTLP: " + e.getMessage(), e);
        }
    }

    private void put(Path file, SplitRequest split, PutBatch batch) throws IOException {
        Refusal reason = split.firstRefusal();
        if (reason != null) {
            refused += split.refused();
            root.err()
                    .println("tempo-cli: " + file + ": " + split.refused() + " spans were refused: "
                            + reason.sentence());
        }
        spans += split.accepted();
        for (SplitRequest.RangeBatch each : split.batches()) {
            ByteBuffer slices = SliceBatch.view(each.batch(), 0, each.batch().length);
            for (int slice = 0; slice < each.slices(); slice++) {
                ByteBuffer otlp = ByteBuffer.allocate(SliceBatch.otlpBytes(slices, slice));
                SliceBatch.writeOtlp(slices, slice, otlp);
                if (batch.isFull()) {
                    commit(batch);
                }
                batch.put(
                        new TraceKey(SliceBatch.keyHigh(slices, slice), SliceBatch.keyLow(slices, slice)), otlp.flip());
            }
        }
    }

    private void commit(PutBatch batch) throws IOException {
        if (dryRun) {
            batch.clear();
            return;
        }
        Optional<BlockMeta> block = batch.commit();
        if (block.isPresent()) {
            blocks++;
            bytes += block.get().summary().dataBytes();
        }
    }
}
