package tempo.cli.storage;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tempo.cli.Table;

/** The options that say in which form one trace is shown or written out. */
final class TraceOptions {
    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}; with --output json otlp-json).")
    private TraceFormat format = TraceFormat.WATERFALL;

    @Option(names = "--out", paramLabel = "FILE", description = "Write into a file.")
    private @Nullable Path file;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    /** Throws a {@link picocli.CommandLine.ParameterException} if the form and the file do not go together. */
    void check(StorageCommand root) {
        wanted(root).requireFile(spec, file);
    }

    /** Shows a trace, which is {@code TracesData}. */
    void write(StorageCommand root, byte[] otlp) throws IOException {
        try (TraceFile out = new TraceFile(wanted(root), file, root.out(), root.environment())) {
            out.add(otlp);
            out.finish();
        }
    }

    private TraceFormat wanted(StorageCommand root) {
        return root.output() == Table.Output.JSON && format == TraceFormat.WATERFALL ? TraceFormat.OTLP_JSON : format;
    }
}
