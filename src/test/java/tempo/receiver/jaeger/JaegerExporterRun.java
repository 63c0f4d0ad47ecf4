package tempo.receiver.jaeger;

import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tempo.receiver.SameTraceOfTheSdk;

/** Sends a trace by OpenTelemetry's last exporter for Jaeger, with the SDK of its time. */
public final class JaegerExporterRun {
    private static final Path JARS = Path.of("target", "jaeger-exporter");

    private JaegerExporterRun() {}

    /** Runs {@link #send} with the exporter's jars and nothing else; returns the id of the trace. */
    public static String apart(String endpoint) throws Exception {
        List<URL> urls = new ArrayList<>();
        urls.add(JaegerExporterRun.class.getProtectionDomain().getCodeSource().getLocation());
        try (Stream<Path> jars = Files.list(JARS)) {
            for (Path jar : jars.toList()) {
                urls.add(jar.toUri().toURL());
            }
        }
        ClassLoader ours = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader apart =
                new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
            Thread.currentThread().setContextClassLoader(apart);
            return (String) apart.loadClass(JaegerExporterRun.class.getName())
                    .getMethod("send", String.class)
                    .invoke(null, endpoint);
        } finally {
            Thread.currentThread().setContextClassLoader(ours);
        }
    }

    /** Sends the trace that all clients send. */
    public static String send(String endpoint) throws ReflectiveOperationException {
        return SameTraceOfTheSdk.send(exporter(endpoint));
    }

    private static SpanExporter exporter(String endpoint) throws ReflectiveOperationException {
        Object builder = Class.forName("io.opentelemetry.exporter.jaeger.JaegerGrpcSpanExporter")
                .getMethod("builder")
                .invoke(null);
        builder.getClass().getMethod("setEndpoint", String.class).invoke(builder, endpoint);
        return (SpanExporter) builder.getClass().getMethod("build").invoke(builder);
    }
}
