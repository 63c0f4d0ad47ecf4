package tempo.cli.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tempo.quickstart.Quickstart;

/** Where traces are written out to: a file, which appears once it is whole, or the terminal. For one thread. */
final class TraceFile implements AutoCloseable {
    private final TraceFormat format;
    private final @Nullable Path file;
    private final @Nullable Path unfinished;
    private final @Nullable OutputStream bytes;
    private final PrintWriter out;
    private final Map<String, String> environment;
    private boolean first = true;
    private long written;

    /** @param file null for {@code out} */
    TraceFile(TraceFormat format, @Nullable Path file, PrintWriter out, Map<String, String> environment)
            throws IOException {
        this.format = format;
        this.file = file;
        this.out = out;
        this.environment = environment;
        this.unfinished = file == null ? null : file.resolveSibling(file.getFileName() + ".unfinished");
        this.bytes = unfinished == null ? null : new BufferedOutputStream(Files.newOutputStream(unfinished));
        if (format == TraceFormat.JAEGER_JSON) {
            write("{\"data\":[\n".getBytes(UTF_8));
        }
    }

    /** Adds a trace, as {@code TracesData}. */
    void add(byte[] otlp) throws IOException {
        byte[] trace = format.of(otlp);
        if (format == TraceFormat.WATERFALL) {
            Quickstart.draw(trace, environment, out);
            return;
        }
        if (format == TraceFormat.JAEGER_JSON && !first) {
            write(",\n".getBytes(UTF_8));
        }
        first = false;
        write(trace);
        if (format == TraceFormat.OTLP_JSON) {
            write("\n".getBytes(UTF_8));
        }
    }

    /** Bytes so far. */
    long written() {
        return written;
    }

    /** Ends the file, which is there from now on. */
    void finish() throws IOException {
        if (format == TraceFormat.JAEGER_JSON) {
            write("\n]}\n".getBytes(UTF_8));
        }
        out.flush();
        if (bytes != null && unfinished != null && file != null) {
            bytes.close();
            Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void write(byte[] piece) throws IOException {
        written += piece.length;
        if (bytes != null) {
            bytes.write(piece);
        } else {
            out.print(new String(piece, UTF_8));
        }
    }

    /** Drops a file that is not finished. */
    @Override
    public void close() throws IOException {
        if (bytes != null && unfinished != null) {
            bytes.close();
            Files.deleteIfExists(unfinished);
        }
    }
}
