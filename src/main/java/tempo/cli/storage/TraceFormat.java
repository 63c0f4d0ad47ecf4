package tempo.cli.storage;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import tempo.format.FormatException;
import tempo.format.jaeger.JaegerTraceJson;
import tempo.format.otlp.JsonOutput;
import tempo.format.otlp.TraceJsonMessage;
import tempo.format.otlp.TraceJsonWriter;
import tempo.span.MalformedProtobufException;
import tempo.span.WireReader;

/** Forms in which traces are written out. */
enum TraceFormat {
    /** A drawing, for people. */
    WATERFALL("waterfall"),

    /** {@code TracesData} in OTLP/JSON, a line for each trace: as the Collector's file exporter writes. */
    OTLP_JSON("otlp-json"),

    /** What Jaeger's UI takes as a file: one object with all traces under {@code data}. */
    JAEGER_JSON("jaeger-json"),

    /** {@code TracesData} in protobuf: several behind each other are one. */
    PROTOBUF("protobuf");

    private static final JsonFactory JSON = new JsonFactory();

    private final String word;

    TraceFormat(String word) {
        this.word = word;
    }

    /** As the command line spells it. */
    @Override
    public String toString() {
        return word;
    }

    /** Bytes are no good on a terminal, and a drawing is none in a file. */
    void requireFile(CommandSpec spec, @Nullable Path file) {
        if (this == PROTOBUF && file == null) {
            throw new ParameterException(spec.commandLine(), "--format protobuf goes into a file: add --out FILE");
        }
        if (this == WATERFALL && file != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "what form shall the file have? add --format otlp-json, jaeger-json or protobuf");
        }
    }

    /**
     * A trace in this form.
     *
     * @param otlp its {@code TracesData}
     * @throws IOException if what is stored of it is not valid
     */
    byte[] of(byte[] otlp) throws IOException {
        return switch (this) {
            case PROTOBUF -> otlp;
            case JAEGER_JSON -> jaeger(otlp);
            case OTLP_JSON, WATERFALL -> json(otlp);
        };
    }

    private static byte[] json(byte[] otlp) throws IOException {
        JsonOutput out = new JsonOutput(otlp.length * 2);
        try {
            new TraceJsonWriter(out).message(TraceJsonMessage.TRACE_OTLP, otlp, new WireReader(otlp));
        } catch (MalformedProtobufException e) {
            throw new IOException("trace is not valid protobuf: " + e.getMessage(), e);
        }
        return out.toByteArray();
    }

    private static byte[] jaeger(byte[] otlp) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(otlp.length * 2);
        try (JsonGenerator out = JSON.createGenerator(bytes)) {
            JaegerTraceJson.write(out, otlp, 0, otlp.length, List.of());
        } catch (FormatException e) {
            throw new IOException("trace cannot be written as Jaeger's: " + e.getMessage(), e);
        }
        return bytes.toByteArray();
    }
}
